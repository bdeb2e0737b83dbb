//! Matside runs voice-guided sessions: a script is spoken, timed to the frame, and changed by the answers.

// No panic is reachable from a script, a device or a signal, and the core knows no clock, thread or exit:
// what clippy.toml disallows is for the modules marked below, which touch the world.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::disallowed_methods)]

#[allow(clippy::disallowed_methods)]
pub mod cli;
pub mod diagnostic;
#[allow(clippy::disallowed_methods)]
pub mod doctor;
#[allow(clippy::disallowed_methods)]
pub mod ear;
pub mod frames;
pub mod history;
#[allow(clippy::disallowed_methods)]
pub mod journal;
#[cfg(feature = "buttons")]
#[allow(clippy::disallowed_methods)]
pub mod light;
pub mod line;
#[allow(clippy::disallowed_methods)]
pub mod log;
pub mod meaning;
pub mod mix;
#[allow(clippy::disallowed_methods)]
pub mod output;
#[allow(clippy::disallowed_methods)]
pub mod packs;
pub mod plan;
pub mod progress;
pub mod report;
pub mod runner;
#[allow(clippy::disallowed_methods)]
pub mod schedule;
pub mod script;
pub mod stage;
pub mod timeline;
#[allow(clippy::disallowed_methods)]
pub mod voice;
