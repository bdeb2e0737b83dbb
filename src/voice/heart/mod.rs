//! The natural voice: a line to phonemes, phonemes to speech. Owns one voice; what is said for a word is in [`words`],
//! how it sounds in [`net`] and [`signal`].

mod net;
mod noise;
mod pulses;
mod signal;
pub mod words;

use std::path::PathBuf;

use super::pack::Pack;
use super::{Pcm, Synth, VoiceError};
use crate::line::Line;
use net::Net;
use signal::{HOP, RATE, Signal};
use words::{Corrections, Words};

const NAME: &str = "heart";
/// Goes up when this code makes other samples of the same line.
const VERSION: u32 = 3;
const LANGUAGE: &str = "en";
/// The most phonemes that the voice was taught to say at once, and one silence before and after.
pub const LONGEST: usize = 402;
/// The net knows this many phonemes.
const VOCABULARY: i64 = 178;
/// Half as slow to twice as fast; beyond that it mumbles.
const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=2.0;
/// Below this peak nothing was said. Its quietest word is a thousand times louder.
const SILENCE: f32 = 1e-4;
/// Seconds for each phoneme at speed one, the least and the most that can be speech.
const PHONEME: std::ops::RangeInclusive<f32> = 0.01..=0.6;

/// The voice in a folder. Its weights are read when it speaks first.
pub struct Heart {
    pack: Pack,
    corrections: Corrections,
    words: Option<Words>,
    ready: Option<(Net, Signal)>,
}

impl Heart {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let pack = Pack::new(folder.into());
        Self { pack, corrections: Corrections::default(), words: None, ready: None }
    }

    /// With words whose sound is put right.
    #[must_use]
    pub fn corrected(self, corrections: Corrections) -> Self {
        Self { corrections, words: None, ..self }
    }

    /// Speaks phonemes, given by their numbers in `vocab.json` with 0 at both ends, at 24 kHz. `speed` is 1 for its
    /// own pace, 2 for twice as fast. The same ids and speed give the same samples.
    ///
    /// # Errors
    /// [`VoiceError::Weights`] when the net is missing or damaged; [`VoiceError::Failed`] when the ids or the speed
    /// are none of this voice's, or when what it said is no speech.
    pub fn speak(&mut self, ids: &[i64], speed: f32) -> Result<Pcm, VoiceError> {
        let ids = checked(ids, speed).map_err(failed)?;
        let (net, signal) = self.ready()?;
        let spectrum = net.run(&ids, speed).map_err(failed)?;
        let samples = signal.render(spectrum);
        sound(&samples, ids.len(), speed).map_err(failed)?;
        Ok(Pcm { samples, rate: RATE })
    }

    /// Its words, read from the pack when they are first asked for.
    ///
    /// # Errors
    /// [`VoiceError::Words`] when a file of them is missing or damaged, or a correction is wrong.
    pub fn words(&mut self) -> Result<&mut Words, VoiceError> {
        match &mut self.words {
            Some(words) => Ok(words),
            none => Ok(none.insert(Words::open(self.pack.folder(), self.corrections.clone())?)),
        }
    }

    fn phonemes(&mut self, line: &Line) -> Result<Vec<Vec<i64>>, VoiceError> {
        let main = line.language.split(['-', '_']).next().unwrap_or_default();
        if !main.eq_ignore_ascii_case(LANGUAGE) {
            return Err(VoiceError::Language {
                voice: self.pack.name(),
                language: line.language.to_string(),
            });
        }
        let words = self.words()?;
        let parts = words.phonemes(&line.text)?;
        Ok(parts.iter().filter(|part| words::is_heard(part)).map(|part| words.ids(part)).collect())
    }

    fn ready(&mut self) -> Result<&mut (Net, Signal), VoiceError> {
        if self.ready.is_none() {
            let (file, bytes) = self.pack.weights()?;
            let net = Net::load(bytes).map_err(|reason| self.pack.unusable(&file, reason))?;
            self.ready = Some((net, Signal::new()));
        }
        self.ready.as_mut().ok_or_else(|| failed("it is not loaded".into()))
    }
}

impl Synth for Heart {
    fn id(&self) -> String {
        format!("{} {VERSION} {} {:08x}", self.pack.name(), self.pack.identity(), self.corrections.digest())
    }

    /// The sentences one after the other, each with the pauses that the net gives it.
    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        let mut pcm = Pcm { samples: Vec::new(), rate: RATE };
        for ids in self.phonemes(line)? {
            pcm.samples.extend(self.speak(&ids, f32::from(line.pace.as_percent()) / 100.0)?.samples);
        }
        Ok(pcm)
    }
}

fn failed(reason: String) -> VoiceError {
    VoiceError::Failed { program: NAME, reason }
}

fn checked(ids: &[i64], speed: f32) -> Result<Vec<i32>, String> {
    if !SPEEDS.contains(&speed) {
        return Err(format!("`{speed}` is no speed from {} to {}", SPEEDS.start(), SPEEDS.end()));
    }
    if !(3..=LONGEST).contains(&ids.len()) {
        return Err(format!(
            "{} phonemes at once; it says 1 to {}",
            ids.len().saturating_sub(2),
            LONGEST - 2
        ));
    }
    match ids.iter().find(|id| !(0..VOCABULARY).contains(id)) {
        Some(stranger) => Err(format!("`{stranger}` is no phoneme")),
        None => Ok(ids.iter().map(|id| *id as i32).collect()),
    }
}

/// Whether samples can be speech of `phonemes`.
fn sound(samples: &[f32], phonemes: usize, speed: f32) -> Result<(), String> {
    if samples.iter().any(|sample| !sample.is_finite()) {
        return Err("what it said is not a number".into());
    }
    if samples.iter().all(|sample| sample.abs() < SILENCE) {
        return Err("it said nothing".into());
    }
    let each = samples.len() as f32 / RATE as f32 * speed / phonemes as f32;
    if samples.len() < 3 * HOP || !PHONEME.contains(&each) {
        return Err(format!("{phonemes} phonemes took {:.2} s", samples.len() as f32 / RATE as f32));
    }
    Ok(())
}
