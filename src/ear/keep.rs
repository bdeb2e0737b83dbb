//! Utterances as files, for setting a room up. Owns the only place where heard sound reaches the disk.

use std::fs;
use std::path::PathBuf;

use super::recogniser::{EarError, RATE};

pub struct Keep {
    folder: PathBuf,
    count: u32,
}

impl Keep {
    /// # Errors
    /// [`EarError::Keep`].
    pub fn new(folder: PathBuf) -> Result<Self, EarError> {
        match fs::create_dir_all(&folder) {
            Ok(()) => Ok(Self { folder, count: 0 }),
            Err(error) => Err(EarError::Keep { path: folder, source: error.into() }),
        }
    }

    /// Writes one utterance; its words are in the file's name.
    ///
    /// # Errors
    /// [`EarError::Keep`].
    pub fn write(&mut self, words: &str, sound: &[f32]) -> Result<(), EarError> {
        self.count += 1;
        let words: String =
            words.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(60).collect();
        let path = self.folder.join(format!("{:04}-{words}.wav", self.count));
        write(&path, sound).map_err(|source| EarError::Keep { path, source })
    }
}

fn write(path: &std::path::Path, sound: &[f32]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for sample in sound {
        file.write_sample((sample.clamp(-1.0, 1.0) * 32_767.0) as i16)?;
    }
    file.finalize()
}
