//! The natural voice: phoneme ids to speech. Owns the folder of one voice; must not know text or spelling.

mod net;
mod noise;
mod pack;
mod pulses;
mod signal;

use std::path::PathBuf;

use super::{Pcm, VoiceError};
use net::Net;
use pack::Pack;
use signal::{HOP, RATE, Signal};

const NAME: &str = "heart";
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
    ready: Option<(Net, Signal)>,
}

impl Heart {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { pack: Pack::new(folder.into()), ready: None }
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

    fn ready(&mut self) -> Result<&mut (Net, Signal), VoiceError> {
        if self.ready.is_none() {
            let (file, bytes) = self.pack.weights()?;
            let net = Net::load(bytes).map_err(|reason| self.pack.unusable(&file, reason))?;
            self.ready = Some((net, Signal::new()));
        }
        self.ready.as_mut().ok_or_else(|| failed("it is not loaded".into()))
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
