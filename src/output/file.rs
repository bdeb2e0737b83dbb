//! Sound to a file, WAV or FLAC by its name's ending. Owns the encoders and that a file is there whole or not
//! at all; must not know what is played.

use std::fs::Permissions;
use std::io::{self, BufWriter, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Fill;
use super::encode::{Encoder, Fault, Kind};
use crate::frames::Frames;

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

/// Pulls from `fill` into the file at `path`, mono at [`crate::frames::RATE`], 16 bit. Before each block `left` is told how much
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
    write_as(kind, path, tags, fill, left).map_err(|fault| FileError::new(fault, path))
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

impl FileError {
    fn new(fault: Fault, path: &Path) -> Self {
        let path = path.to_owned();
        match fault {
            Fault::Io(source) if full(&source) => Self::Full { path },
            Fault::Io(source) => Self::Io { path, source },
            Fault::Encode(reason) => Self::Encode { path, reason },
            Fault::TooLong => Self::TooLong { path },
            Fault::Empty => Self::Empty { path },
        }
    }
}

fn full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ramp through all 16-bit values.
    struct Ramp(i16);

    impl Fill for Ramp {
        fn fill(&mut self, block: &mut [f32]) {
            for sample in block {
                *sample = f32::from(self.0) / 32_768.0;
                self.0 = self.0.wrapping_add(7);
            }
        }
    }

    fn ramp(length: i64) -> Vec<i16> {
        (0..length).map(|at| (at * 7) as i16).collect()
    }

    fn record(path: &Path, length: u64) -> Result<Frames, FileError> {
        write(path, &[("TITLE", "Größe")], &mut Ramp(0), &mut |written| Frames(length) - written)
    }

    #[test]
    fn wav_holds_every_sample() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.WAV");
        assert_eq!(record(&path, 10_001).ok(), Some(Frames(10_001)));
        let wav = hound::WavReader::open(&path).expect("a WAV file");
        let samples: Vec<i16> = wav.into_samples().map(|sample| sample.expect("a sample")).collect();
        assert_eq!(samples, ramp(10_001));
    }

    #[test]
    fn flac_holds_every_sample_and_the_tags() {
        use flac_codec::decode::{FlacSampleReader, verify};
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.flac");
        assert!(record(&path, 500_000).is_ok());
        assert!(verify(&path).is_ok());
        let mut samples = Vec::new();
        let mut reader = FlacSampleReader::open(&path).expect("a FLAC file");
        reader.read_to_end(&mut samples).expect("samples");
        assert!(samples.iter().map(|&sample| sample as i16).eq(ramp(500_000)));
        let bytes = std::fs::read(&path).expect("bytes");
        assert!(bytes.windows(13).any(|window| window == "TITLE=Größe".as_bytes()));
    }

    #[test]
    fn two_recordings_are_the_same_bytes() {
        let dir = tempfile::tempdir().expect("a directory");
        for ending in ["wav", "flac"] {
            let paths = ["a", "b"].map(|name| dir.path().join(name).with_extension(ending));
            let [a, b] = paths.map(|path| record(&path, 50_000).ok().and_then(|_| std::fs::read(path).ok()));
            assert!(a.is_some() && a == b, "{ending}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_made_leaves_nothing_and_says_why() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = |name: &str| dir.path().join(name);
        assert!(matches!(record(&place("a.mp3"), 10), Err(FileError::Format { .. })));
        assert!(matches!(record(&place("a.wav"), 0), Err(FileError::Empty { .. })));
        assert!(matches!(record(&place("a.flac"), 0), Err(FileError::Empty { .. })));
        assert!(matches!(record(&place("none/a.wav"), 10), Err(FileError::Io { .. })));
        assert_eq!(std::fs::read_dir(dir.path()).expect("the directory").count(), 0);
    }

    #[test]
    fn a_full_disk_is_called_by_its_name() {
        let full = std::io::Error::from_raw_os_error(28);
        let error = FileError::new(Fault::Io(full), Path::new("a.wav"));
        assert!(error.to_string().starts_with("the disk is full: `a.wav`"), "{error}");
    }
}
