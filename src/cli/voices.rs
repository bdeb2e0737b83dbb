//! Which voice speaks.

use crate::voice::{Cache, DEFAULT_LIMIT, Espeak, Heart, Studio, Synth, Tick};

use super::{Speech, places, shelf};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Voice {
    Heart,
    Espeak,
    Tick,
}

/// Programme loudness of a session at night, relative to the day's, in decibels.
const NIGHT: f32 = -8.0;

/// The chosen voice with its cache; it is asked whether it speaks `language` before the first line.
pub fn studio(speech: &Speech, language: &str) -> anyhow::Result<Studio> {
    let dir = speech.cache.clone().or_else(|| places::cache().map(|dir| dir.join("speech")));
    let cache = dir.filter(|_| !speech.no_cache).map(|dir| Cache::new(dir, DEFAULT_LIMIT));
    let synth: Box<dyn Synth> = match speech.voice {
        // Made in no time: keeping it would cost more.
        Voice::Tick => return Ok(Studio::new(Box::new(Tick), None)),
        Voice::Heart => {
            let folder = places::voices().unwrap_or_default().join("heart");
            let heart = Heart::new(folder).corrected(shelf::corrections()?);
            heart.check(language)?;
            Box::new(heart)
        }
        Voice::Espeak => {
            let espeak = Espeak::default();
            espeak.check(language)?;
            Box::new(espeak)
        }
    };
    Ok(Studio::new(synth, cache))
}

/// Base gain in decibels.
pub fn gain(speech: &Speech) -> f32 {
    if speech.night { NIGHT } else { 0.0 }
}
