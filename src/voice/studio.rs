//! A line to a finished clip. Owns the order of work: cache, engine, cutting, rate, loudness, fades.
//! Must not know when a line is needed, nor how loud the session is played.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::cache::{Cache, Key};
use super::{Pcm, Synth, VoiceError};
use crate::frames::{Frames, RATE};
use crate::line::Line;
use crate::mix::{Clip, loudness, sample16};

/// Part of the peak under which sound counts as silence at the ends: -46 dB keeps the breath of an "h" or "f".
const FLOOR: f32 = 0.005;
/// Frames at [`RATE`] kept before the onset (5 ms) and after the end (20 ms).
const BEFORE: usize = 240;
const AFTER: usize = 960;
/// Frames of the fade at the end: 10 ms.
const FADE: usize = 480;

/// Takes the id of a voice that was given up, and why.
pub type Fell = Box<dyn Fn(String, VoiceError) + Send>;

/// A line that is in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub length: Frames,
    /// It was spoken now.
    pub new: bool,
}

/// A voice, the cache in front of it and the work behind it.
pub struct Studio {
    synth: Box<dyn Synth>,
    /// Those that speak on when it fails, best first.
    others: VecDeque<Box<dyn Synth>>,
    fell: Fell,
    cache: Option<Cache>,
    resamplers: BTreeMap<u32, Fft<f32>>,
}

impl Studio {
    #[must_use]
    pub fn new(synth: Box<dyn Synth>, cache: Option<Cache>) -> Self {
        let (others, fell) = (VecDeque::new(), Box::new(|_, _| {}));
        Self { synth, others, fell, cache, resamplers: BTreeMap::new() }
    }

    /// The same with `others` behind it: a voice that fails at a line is given up for the next one, and `fell` told.
    #[must_use]
    pub fn with_others(self, others: Vec<Box<dyn Synth>>, fell: Fell) -> Self {
        Self { others: others.into(), fell, ..self }
    }

    /// The id of the voice behind which there is none.
    #[must_use]
    pub fn last(&self) -> String {
        self.others.back().unwrap_or(&self.synth).id()
    }

    /// The line, spoken, beginning 5 ms after its first frame at most, at [`loudness::NORMAL`]. The same samples
    /// whether they come from the cache or not. A line without text is an empty clip.
    ///
    /// # Errors
    /// Those of the voice; the cache has none.
    pub fn clip(&mut self, line: &Line) -> Result<Clip, VoiceError> {
        if line.text.trim().is_empty() {
            return Ok(Clip::new([]));
        }
        loop {
            let error = match self.clip_of_first(line) {
                Ok(clip) => return Ok(clip),
                Err(error) => error,
            };
            let Some(next) = self.others.pop_front() else { return Err(error) };
            (self.fell)(self.synth.id(), error);
            self.synth = next;
        }
    }

    /// Sees to it that the line is in the cache.
    ///
    /// # Errors
    /// Those of the voice, and that the clip cannot be kept.
    pub fn prepare(&mut self, line: &Line) -> Result<Prepared, VoiceError> {
        let key = Key::new(&self.synth.id(), line);
        if let Some(clip) = self.cache.as_ref().and_then(|cache| cache.get(&key)) {
            return Ok(Prepared { length: clip.len(), new: false });
        }
        let length = self.clip(line)?.len();
        match self.cache.as_mut().and_then(Cache::take_trouble) {
            Some(source) => Err(VoiceError::Kept { source: Arc::new(source) }),
            None => Ok(Prepared { length, new: true }),
        }
    }

    fn clip_of_first(&mut self, line: &Line) -> Result<Clip, VoiceError> {
        let key = Key::new(&self.synth.id(), line);
        if let Some(clip) = self.cache.as_ref().and_then(|cache| cache.get(&key)) {
            return Ok(self.timed(clip));
        }
        let clip = self.make(line)?;
        if let Some(cache) = &mut self.cache {
            cache.put(&key, &clip);
        }
        Ok(clip)
    }

    fn make(&mut self, line: &Line) -> Result<Clip, VoiceError> {
        let pcm = self.synth.synth(line)?;
        let mut samples = if self.synth.finished() { pcm.samples } else { self.finish(pcm)? };
        for sample in &mut samples {
            *sample = sample16::to_f32(sample16::from_f32(*sample));
        }
        Ok(self.timed(Clip::spoken(samples)))
    }

    /// A voice whose samples are to be used to the frame has no vowels.
    fn timed(&self, clip: Clip) -> Clip {
        if self.synth.finished() { Clip::new(clip.samples()) } else { clip }
    }

    fn finish(&mut self, pcm: Pcm) -> Result<Vec<f32>, VoiceError> {
        let sound = self.at_rate(pcm)?;
        let mut sound = loudness::level(cut(&sound), loudness::NORMAL);
        fade(&mut sound);
        Ok(sound)
    }

    fn at_rate(&mut self, pcm: Pcm) -> Result<Vec<f32>, VoiceError> {
        if pcm.rate == RATE || pcm.samples.is_empty() {
            return Ok(pcm.samples);
        }
        self.resample(&pcm).map_err(|reason| VoiceError::Failed { program: "resampler", reason })
    }

    fn resample(&mut self, pcm: &Pcm) -> Result<Vec<f32>, String> {
        let resampler = match self.resamplers.entry(pcm.rate) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(resampler(pcm.rate)?),
        };
        let length = pcm.samples.len();
        let input = InterleavedSlice::new(&pcm.samples, 1, length).map_err(|e| e.to_string())?;
        let output = resampler.process_all(&input, length, None).map_err(|e| e.to_string())?;
        Ok(output.take_data())
    }
}

fn resampler(rate: u32) -> Result<Fft<f32>, String> {
    Fft::new(rate as usize, RATE as usize, 1_024, 1, FixedSync::Both).map_err(|error| error.to_string())
}

/// Without the silence at both ends.
fn cut(sound: &[f32]) -> &[f32] {
    let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let heard = |sample: &f32| sample.abs() > peak * FLOOR;
    let first = sound.iter().position(heard).unwrap_or(0);
    let last = sound.iter().rposition(heard).unwrap_or(0);
    sound.get(first.saturating_sub(BEFORE)..(last + AFTER).min(sound.len())).unwrap_or_default()
}

/// In over what stands before the onset, out over the last [`FADE`] frames, down to zero.
fn fade(sound: &mut [f32]) {
    for (at, sample) in sound.iter_mut().take(BEFORE).enumerate() {
        *sample *= at as f32 / BEFORE as f32;
    }
    for (at, sample) in sound.iter_mut().rev().take(FADE).enumerate() {
        *sample *= at as f32 / FADE as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_at_the_ends_goes_and_a_little_stays() {
        let mut sound = vec![0.0; 5_000];
        sound.extend(vec![0.5; 1_000]);
        sound.extend(vec![0.001; 5_000]);
        assert_eq!(cut(&sound).len(), BEFORE + 1_000 - 1 + AFTER);
        assert_eq!(cut(&[0.0; 100]).len(), 100);
        assert!(cut(&[]).is_empty());
    }

    #[test]
    fn the_ends_are_silent() {
        let mut sound = vec![1.0; 2_000];
        fade(&mut sound);
        assert_eq!((sound.first(), sound.last()), (Some(&0.0), Some(&0.0)));
        assert_eq!(sound.get(BEFORE..2_000 - FADE), Some([1.0; 2_000 - BEFORE - FADE].as_slice()));
    }
}
