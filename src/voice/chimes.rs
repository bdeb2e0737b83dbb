//! The sounds that are not speech. Owns their loading from the binary; `examples/make_sounds` makes them.

use std::sync::OnceLock;

use crate::mix::{Clip, sample16};
use crate::script::Chime;

/// The clip of a chime, decoded once.
#[must_use]
pub fn chime(chime: Chime) -> Clip {
    macro_rules! sound {
        ($name:literal) => {{
            static CLIP: OnceLock<Clip> = OnceLock::new();
            let bytes = include_bytes!(concat!("../../sounds/", $name, ".wav"));
            CLIP.get_or_init(|| decode(bytes)).clone()
        }};
    }
    match chime {
        Chime::Begin => sound!("begin"),
        Chime::HoldStart => sound!("hold-start"),
        Chime::HoldEnd => sound!("hold-end"),
        Chime::SwitchSides => sound!("switch-sides"),
        Chime::NextExercise => sound!("next-exercise"),
        Chime::CheckIn => sound!("check-in"),
        Chime::Pause => sound!("pause"),
        Chime::End => sound!("end"),
        Chime::Tick => sound!("tick"),
    }
}

/// The bytes are ours, and a test decodes them all; should one ever be unreadable, it is silent.
fn decode(bytes: &[u8]) -> Clip {
    let samples = hound::WavReader::new(bytes)
        .map(|wav| wav.into_samples::<i16>().map_while(Result::ok).map(sample16::to_f32).collect::<Vec<_>>());
    Clip::new(samples.unwrap_or_default())
}
