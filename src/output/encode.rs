//! The two encoders behind one face, and the faults of both. Must not know where a file goes.

use std::io::{self, Seek, Write};

use flac_codec::encode::{FlacSampleWriter, Options, OptionsError};

use crate::frames::RATE;
use crate::mix::sample16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Wav,
    Flac,
}

/// The two encoders behind one face.
pub(super) enum Encoder<W: Write + Seek> {
    Wav(hound::WavWriter<W>),
    Flac(Box<FlacSampleWriter<W>>),
}

impl<W: Write + Seek> Encoder<W> {
    pub(super) fn new(kind: Kind, target: W, tags: &[(&str, &str)]) -> Result<Self, Fault> {
        Ok(match kind {
            Kind::Wav => Self::Wav(hound::WavWriter::new(target, WAV)?),
            Kind::Flac => {
                let options = options(tags).map_err(|error| Fault::Encode(error.to_string()))?;
                Self::Flac(Box::new(FlacSampleWriter::new(target, options, RATE, 16, 1, None)?))
            }
        })
    }

    pub(super) fn write(&mut self, block: &[f32]) -> Result<(), Fault> {
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

    pub(super) fn finish(self) -> Result<(), Fault> {
        match self {
            Self::Wav(wav) => wav.finalize()?,
            Self::Flac(flac) => flac.finalize()?,
        }
        Ok(())
    }
}

/// Fixed predictors only: a quarter larger than with linear prediction, but faster, and in integers, so that the
/// same samples are the same bytes on every machine. The seek table is put where the padding was: a point for every
/// ten seconds of two hours.
fn options(tags: &[(&str, &str)]) -> Result<Options, OptionsError> {
    tags.iter()
        .fold(Options::default(), |options, (name, value)| options.tag(name, *value))
        .max_lpc_order(None)?
        .max_partition_order(4)?
        .padding(16_384)
}

const WAV: hound::WavSpec = hound::WavSpec {
    channels: 1,
    sample_rate: RATE,
    bits_per_sample: 16,
    sample_format: hound::SampleFormat::Int,
};

/// What went wrong, before it is said where.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Encode(String),
    TooLong,
    Empty,
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
