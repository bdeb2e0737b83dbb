//! Where sound comes from: a microphone, or a file for trying things out. Owns the seam and the file.

use std::path::Path;

use super::rate::Rate;
use super::recogniser::RATE;

/// The next of a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// 16 kHz mono in −1 to 1; may be empty.
    Block(Vec<f32>),
    /// Nothing comes any more; why. The source goes on trying.
    Dead(String),
    Back,
    Over,
}

pub trait Source: Send {
    /// Waits for the next block, about a second at most.
    fn next(&mut self) -> Next;
}

/// A sound file, as fast as it is read.
pub struct File {
    blocks: std::vec::IntoIter<Vec<f32>>,
}

/// Samples in a block of a file: as long as the microphone's.
const BLOCK: usize = 800;

impl File {
    /// # Errors
    /// It is no WAV file, or its rate is odd.
    pub fn open(path: &Path) -> Result<Self, String> {
        let mut reader = hound::WavReader::open(path).map_err(|error| error.to_string())?;
        let spec = reader.spec();
        let scale = 1.0 / (1_u64 << (spec.bits_per_sample.max(1) - 1)) as f32;
        let all: Result<Vec<f32>, _> = match spec.sample_format {
            hound::SampleFormat::Float => reader.samples::<f32>().collect(),
            hound::SampleFormat::Int => {
                reader.samples::<i32>().map(|sample| sample.map(|sample| sample as f32 * scale)).collect()
            }
        };
        let all = all.map_err(|error| error.to_string())?;
        let channels = usize::from(spec.channels).max(1);
        let mono: Vec<f32> =
            all.chunks(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
        let samples = Rate::new(spec.sample_rate, RATE)?.take(&mono);
        // As in a room: it is quiet before the first word, and the last comes to its end.
        let quiet = |seconds: f32| vec![0.0; (seconds * RATE as f32) as usize];
        let samples = [quiet(0.5), samples, quiet(1.0)].concat();
        let blocks: Vec<Vec<f32>> = samples.chunks(BLOCK).map(<[f32]>::to_vec).collect();
        Ok(Self { blocks: blocks.into_iter() })
    }
}

impl Source for File {
    fn next(&mut self) -> Next {
        self.blocks.next().map_or(Next::Over, Next::Block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_quiet_before_and_after_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("loud.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut wav = hound::WavWriter::create(&path, spec).unwrap();
        (0..1_600).for_each(|_| wav.write_sample(16_384_i16).unwrap());
        wav.finalize().unwrap();
        let mut file = File::open(&path).unwrap();
        let mut all = Vec::new();
        while let Next::Block(block) = file.next() {
            all.extend(block);
        }
        let (before, rest) = all.split_at(RATE as usize / 2);
        let (loud, after) = rest.split_at(1_600);
        assert!(before.iter().chain(after).all(|sample| *sample == 0.0) && after.len() == RATE as usize);
        assert!(loud.iter().all(|sample| (sample - 0.5).abs() < 1e-6));
    }
}
