//! Sound to a file, WAV or FLAC by its name's ending. Owns the encoders and that a file is there whole or not
//! at all; must not know what is played.

use std::fs::Permissions;
use std::io::{self, BufWriter, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flac_codec::encode::{FlacSampleWriter, Options};

use super::Fill;
use crate::frames::{Frames, RATE};
use crate::mix::sample16;

/// Frames pulled at once.
const BLOCK: usize = 4_096;
/// Room that a WAV file's 32-bit lengths leave for mono 16-bit samples: about 12 hours.
const WAV_MOST: Frames = Frames(u32::MAX as u64 / 2 - 64);

/// Why a recording could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("`{}` is no sound file that can be written; name it `.wav` or `.flac`", path.display())]
    Format { path: PathBuf },
    #[error("the disk is full: `{}` was not written; make room or choose another place", path.display())]
    Full { path: PathBuf },
    #[error("`{}` would be longer than a WAV file can be; name it `.flac`", path.display())]
    TooLong { path: PathBuf },
    #[error("`{}` holds no sound", path.display())]
    Empty { path: PathBuf },
    #[error("`{}` could not be written", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("`{}` could not be encoded: {reason}", path.display())]
    Encode { path: PathBuf, reason: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Wav,
    Flac,
}

/// Pulls from `fill` into the file at `path`, mono at [`RATE`], 16 bit. Before each block `left` is told how much
/// there is and says how much is still to come; zero ends it. `tags` are Vorbis comments (`TITLE` and so on), which
/// only FLAC keeps. The file appears when it is finished; after an error nothing is left. Returns the length.
///
/// # Errors
/// [`FileError`]; a session without a single frame is one too.
pub fn write(
    path: &Path,
    tags: &[(&str, &str)],
    fill: &mut dyn Fill,
    left: &mut dyn FnMut(Frames) -> Frames,
) -> Result<Frames, FileError> {
    let kind = kind(path)?;
    write_as(kind, path, tags, fill, left).map_err(|fault| fault.at(path))
}

fn kind(path: &Path) -> Result<Kind, FileError> {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("wav") => Ok(Kind::Wav),
        Some("flac") => Ok(Kind::Flac),
        _ => Err(FileError::Format { path: path.into() }),
    }
}

fn write_as(
    kind: Kind,
    path: &Path,
    tags: &[(&str, &str)],
    fill: &mut dyn Fill,
    left: &mut dyn FnMut(Frames) -> Frames,
) -> Result<Frames, Fault> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // 0666 less the umask, as for any file a program makes for its user.
    let permissions = Permissions::from_mode(0o666);
    let mut temp = tempfile::Builder::new().prefix(".matside-").permissions(permissions).tempfile_in(dir)?;
    let mut file = BufWriter::new(temp.as_file_mut());
    let mut encoder = Encoder::new(kind, &mut file, tags)?;
    let written = pull(kind, &mut encoder, fill, left)?;
    encoder.finish()?;
    file.flush()?;
    drop(file);
    temp.persist(path).map_err(|error| error.error)?;
    Ok(written)
}

fn pull(
    kind: Kind,
    encoder: &mut Encoder<impl Write + Seek>,
    fill: &mut dyn Fill,
    left: &mut dyn FnMut(Frames) -> Frames,
) -> Result<Frames, Fault> {
    let (mut block, mut written) = ([0.0_f32; BLOCK], Frames::ZERO);
    loop {
        let wanted = left(written).0.min(BLOCK as u64) as usize;
        let Some(block) = block.get_mut(..wanted).filter(|block| !block.is_empty()) else { break };
        fill.fill(block);
        encoder.write(block)?;
        written += Frames(wanted as u64);
        if kind == Kind::Wav && written > WAV_MOST {
            return Err(Fault::TooLong);
        }
    }
    if written == Frames::ZERO { Err(Fault::Empty) } else { Ok(written) }
}

/// The two encoders behind one face.
enum Encoder<W: Write + Seek> {
    Wav(hound::WavWriter<W>),
    Flac(Box<FlacSampleWriter<W>>),
}

impl<W: Write + Seek> Encoder<W> {
    fn new(kind: Kind, target: W, tags: &[(&str, &str)]) -> Result<Self, Fault> {
        Ok(match kind {
            Kind::Wav => Self::Wav(hound::WavWriter::new(target, WAV)?),
            Kind::Flac => {
                let tagged = tags.iter().fold(Options::default(), |options, (k, v)| options.tag(k, *v));
                // The seek table is put where this padding was: a point for every ten seconds of two hours.
                let options = tagged.padding(16_384).map_err(|error| Fault::Encode(error.to_string()))?;
                Self::Flac(Box::new(FlacSampleWriter::new(target, options, RATE, 16, 1, None)?))
            }
        })
    }

    fn write(&mut self, block: &[f32]) -> Result<(), Fault> {
        let samples = block.iter().map(|sample| sample16::from_f32(*sample));
        match self {
            Self::Wav(wav) => {
                let mut writer = wav.get_i16_writer(block.len() as u32);
                samples.for_each(|sample| writer.write_sample(sample));
                writer.flush()?;
            }
            Self::Flac(flac) => flac.write(&samples.map(i32::from).collect::<Vec<_>>())?,
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Fault> {
        match self {
            Self::Wav(wav) => wav.finalize()?,
            Self::Flac(flac) => flac.finalize()?,
        }
        Ok(())
    }
}

const WAV: hound::WavSpec = hound::WavSpec {
    channels: 1,
    sample_rate: RATE,
    bits_per_sample: 16,
    sample_format: hound::SampleFormat::Int,
};

/// What went wrong, before it is said where.
enum Fault {
    Io(io::Error),
    Encode(String),
    TooLong,
    Empty,
}

impl Fault {
    fn at(self, path: &Path) -> FileError {
        let path = path.to_owned();
        match self {
            Self::Io(source) if full(&source) => FileError::Full { path },
            Self::Io(source) => FileError::Io { path, source },
            Self::Encode(reason) => FileError::Encode { path, reason },
            Self::TooLong => FileError::TooLong { path },
            Self::Empty => FileError::Empty { path },
        }
    }
}

fn full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<hound::Error> for Fault {
    fn from(error: hound::Error) -> Self {
        match error {
            hound::Error::IoError(error) => Self::Io(error),
            other => Self::Encode(other.to_string()),
        }
    }
}

impl From<flac_codec::Error> for Fault {
    fn from(error: flac_codec::Error) -> Self {
        match error {
            flac_codec::Error::Io(error) => Self::Io(error),
            other => Self::Encode(other.to_string()),
        }
    }
}
