//! Voices made for Piper, in many languages: a line to phonemes through the espeak-ng program, phonemes to samples
//! through one net. Owns the order of that work and the pack's description of itself; must not know sessions.

mod net;
mod sounds;

use std::path::PathBuf;

use super::pack::Pack;
use super::{Espeak, Pcm, Synth, VoiceError};
use crate::line::{Line, Pace};
use net::{Net, Settings};
use sounds::{Config, sentences};

const NAME: &str = "piper";
/// Goes up when this code makes other samples of the same line.
const VERSION: u32 = 1;
/// Below this peak nothing was said.
const SILENCE: f32 = 1e-3;

/// The voice in a folder. Its weights are read when it speaks first.
pub struct Piper {
    pack: Pack,
    espeak: Espeak,
    ready: Option<(Config, Net)>,
}

impl Piper {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { pack: Pack::new(folder.into()), espeak: Espeak::default(), ready: None }
    }

    /// The same with another program in place of espeak-ng.
    #[must_use]
    pub fn with_espeak(self, espeak: Espeak) -> Self {
        Self { espeak, ..self }
    }

    fn ready(&mut self) -> Result<&mut (Config, Net), VoiceError> {
        if self.ready.is_none() {
            let (file, bytes) = self.pack.weights()?;
            let about = format!("{file}.json");
            let config = self.pack.file(&about).and_then(|bytes| Config::read(&bytes));
            let config = config.map_err(|reason| self.pack.unusable(&about, reason))?;
            let net =
                Net::load(bytes, config.speakers()).map_err(|reason| self.pack.unusable(&file, reason))?;
            self.ready = Some((config, net));
        }
        self.ready.as_mut().ok_or_else(|| failed("it is not loaded".into()))
    }
}

impl Synth for Piper {
    fn id(&self) -> String {
        format!("{NAME} {VERSION} {} {}", self.pack.name(), self.pack.identity())
    }

    /// The sentences one after the other, each with the pauses that the net gives it.
    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        self.ready()?;
        let Some((config, net)) = &self.ready else { return Err(failed("it is not loaded".into())) };
        config
            .speaks(&line.language)
            .map_err(|language| VoiceError::Language { voice: self.pack.name(), language })?;
        let mut pcm = Pcm { samples: Vec::new(), rate: config.rate() };
        for sentence in sentences(&line.text) {
            let mut phonemes = String::new();
            for clause in sentence {
                let said = self.espeak.phonemes(&clause.words, config.espeak_voice())?;
                sounds::join(&mut phonemes, &said, clause.mark);
            }
            let ids = config.ids(&phonemes).map_err(failed)?;
            let samples = net.run(&ids, &settings(config, line.pace)).map_err(failed)?;
            pcm.samples.extend(heard(samples).map_err(failed)?);
        }
        Ok(pcm)
    }
}

fn settings(config: &Config, pace: Pace) -> Settings {
    let own = config.settings();
    Settings { length: own.length * 100.0 / f32::from(pace.as_percent()), ..own }
}

fn heard(samples: Vec<f32>) -> Result<Vec<f32>, String> {
    if samples.iter().any(|sample| !sample.is_finite()) {
        return Err("what it said is not a number".into());
    }
    if samples.iter().all(|sample| sample.abs() < SILENCE) {
        return Err("it said nothing".into());
    }
    Ok(samples)
}

fn failed(reason: String) -> VoiceError {
    VoiceError::Failed { program: NAME, reason }
}
