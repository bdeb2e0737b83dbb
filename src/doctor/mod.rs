//! What is wrong with this device, and what mends it. Owns the looking; must not change anything, nor know sessions.

#[cfg(feature = "buttons")]
mod buttons;
mod clock;
mod disk;
mod jobs;
mod machine;
#[cfg(feature = "ears")]
mod microphone;
#[cfg(feature = "device")]
mod sound;
mod voices;

use serde::Serialize;

#[cfg(feature = "buttons")]
pub use buttons::{buttons, light};
pub use clock::clock;
pub use disk::{private, space};
pub use jobs::{cron, linger, timer, user};
pub use machine::memory;
#[cfg(feature = "ears")]
pub use microphone::microphone;
#[cfg(feature = "device")]
pub use sound::{muted, plays};
pub use voices::{pack, program};

/// How it is with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Good,
    /// A session runs all the same.
    Doubt,
    Fault,
}

/// What was seen, and the command that mends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub about: &'static str,
    pub state: State,
    pub found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Finding {
    pub fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, state: State::Good, found: found.into(), cure: None }
    }

    pub fn fault(about: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { about, state: State::Fault, found: found.into(), cure: Some(cure.into()) }
    }

    pub fn doubt(about: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Doubt, ..Self::fault(about, found, cure) }
    }
}
