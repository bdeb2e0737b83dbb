//! What a live session speaks with: the voices that give samples and the one that speaks by itself, in their order.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::cli::Speech;
use crate::voice::{Speaker, Studio, VoiceError};

use super::chosen::studio;

/// The voice that speaks by itself.
pub const SYSTEM: &str = "system";

/// The voices that were given up while they spoke, and why.
pub type Fallen = Receiver<(String, VoiceError)>;

/// One of the first two is there.
pub struct Voices {
    /// Speaks as long as it does not fail.
    pub speaker: Option<Box<dyn Speaker>>,
    pub studio: Option<Studio>,
    pub last: Option<LastResort>,
    pub fell: Sender<(String, VoiceError)>,
}

/// What speaks once every voice that gives samples has failed.
pub struct LastResort {
    /// The last of those.
    pub after: String,
    pub open: Open,
}

type Open = Box<dyn FnOnce() -> Box<dyn Speaker> + Send>;

/// The voice that is asked for, and behind it the next best ones for `language`: if it fails, they speak on.
///
/// # Errors
/// No voice speaks the language, or the one asked for does not, or is not there.
pub fn live(speech: &Speech, language: &str) -> anyhow::Result<(Voices, Fallen)> {
    let (fell, fallen) = channel();
    let wanted = speech.voice.as_deref();
    let speaks = |speaker| Voices { speaker: Some(speaker), studio: None, last: None, fell: fell.clone() };
    if wanted == Some(SYSTEM) {
        let speaker = open(language)?;
        let studio = studio(None, speech, language, &fell).ok();
        return Ok((Voices { studio, ..speaks(speaker) }, fallen));
    }
    match studio(wanted, speech, language, &fell) {
        // Its clips are for tests, to the frame: no other voice may take its place.
        Ok(studio) if wanted == Some("tick") => {
            Ok((Voices { speaker: None, studio: Some(studio), last: None, fell }, fallen))
        }
        Ok(studio) => {
            let last = later(language).map(|open| LastResort { after: studio.last(), open });
            Ok((Voices { speaker: None, studio: Some(studio), last, fell }, fallen))
        }
        // Why the others are not there says what to do.
        Err(error) if wanted.is_none() => Ok((speaks(open(language).map_err(|_| error)?), fallen)),
        Err(error) => Err(error),
    }
}

/// The voice of this system, connected.
#[cfg(feature = "system-voice")]
pub fn open(language: &str) -> anyhow::Result<Box<dyn Speaker>> {
    Ok(Box::new(crate::voice::System::open(language)?))
}

/// The same, when it is needed.
#[cfg(feature = "system-voice")]
#[expect(clippy::unnecessary_wraps, reason = "not every build has it")]
fn later(language: &str) -> Option<Open> {
    let language = language.to_owned();
    Some(Box::new(move || Box::new(crate::voice::System::start(&language))))
}

#[cfg(not(feature = "system-voice"))]
pub fn open(_: &str) -> anyhow::Result<Box<dyn Speaker>> {
    anyhow::bail!("this build has no voice `system`; it comes with `cargo build --features system-voice`")
}

#[cfg(not(feature = "system-voice"))]
fn later(_: &str) -> Option<Open> {
    None
}
