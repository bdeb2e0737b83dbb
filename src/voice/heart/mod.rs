//! The natural voice: a line to phonemes, phonemes to speech. Owns the folder of one voice; what is said for a word is
//! in [`words`], how it sounds in [`net`] and [`signal`].

mod net;
mod noise;
mod pulses;
mod signal;
pub mod words;

use std::path::{Path, PathBuf};

use super::{Pcm, Synth, VoiceError};
use crate::line::Line;
use net::Net;
use signal::{HOP, RATE, Signal};
use words::{Corrections, Words};

const NAME: &str = "heart";
/// Goes up when this code makes other samples of the same line.
const VERSION: u32 = 1;
const LANGUAGE: &str = "en";
const WEIGHTS: &str = "hibari.onnx";
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
    folder: PathBuf,
    corrections: Corrections,
    words: Option<Words>,
    ready: Option<(Net, Signal)>,
}

impl Heart {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), corrections: Corrections::default(), words: None, ready: None }
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

    /// Whether it speaks `language`, a BCP 47 tag, and its files are there.
    ///
    /// # Errors
    /// [`VoiceError::Language`], [`VoiceError::Weights`] or [`VoiceError::Words`].
    pub fn check(&self, language: &str) -> Result<(), VoiceError> {
        spoken(language)?;
        words::identity(&self.folder, &self.corrections)?;
        let weights = self.folder.join(WEIGHTS);
        if weights.is_file() { Ok(()) } else { Err(unusable(&weights, "it is not there".into())) }
    }

    /// Its words, read from the folder when they are first asked for.
    ///
    /// # Errors
    /// [`VoiceError::Words`] when a file of them is missing or damaged, or a correction is wrong.
    pub fn words(&mut self) -> Result<&mut Words, VoiceError> {
        match &mut self.words {
            Some(words) => Ok(words),
            none => Ok(none.insert(Words::open(&self.folder, self.corrections.clone())?)),
        }
    }

    fn ready(&mut self) -> Result<&mut (Net, Signal), VoiceError> {
        if self.ready.is_none() {
            let file = self.folder.join(WEIGHTS);
            let net = Net::load(&file).map_err(|reason| unusable(&file, reason))?;
            self.ready = Some((net, Signal::new()));
        }
        self.ready.as_mut().ok_or_else(|| failed("it is not loaded".into()))
    }
}

impl Synth for Heart {
    fn id(&self) -> String {
        // A pack that is not there has no clips, and says so when it speaks.
        let identity = words::identity(&self.folder, &self.corrections).unwrap_or_default();
        format!("{NAME} {VERSION} {identity}")
    }

    /// The sentences one after the other, each with the pauses that the net gives it.
    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        spoken(&line.language)?;
        let words = self.words()?;
        let parts = words.phonemes(&line.text)?;
        let parts: Vec<_> =
            parts.iter().filter(|part| words::is_heard(part)).map(|part| words.ids(part)).collect();
        let mut pcm = Pcm { samples: Vec::new(), rate: RATE };
        for ids in parts {
            pcm.samples.extend(self.speak(&ids, f32::from(line.pace.as_percent()) / 100.0)?.samples);
        }
        Ok(pcm)
    }
}

fn spoken(language: &str) -> Result<(), VoiceError> {
    let main = language.split(['-', '_']).next().unwrap_or_default();
    if main.eq_ignore_ascii_case(LANGUAGE) {
        return Ok(());
    }
    Err(VoiceError::Language { voice: NAME.into(), language: language.into() })
}

fn unusable(file: &Path, reason: String) -> VoiceError {
    VoiceError::Weights { voice: NAME, file: file.display().to_string(), reason }
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
