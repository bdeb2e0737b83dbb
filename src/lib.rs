//! Matside runs voice-guided sessions: a script is spoken, timed to the frame, and changed by the answers.

pub mod cli;
pub mod diagnostic;
pub mod ear;
pub mod frames;
pub mod journal;
pub mod line;
pub mod mix;
pub mod output;
pub mod plan;
pub mod runner;
pub mod script;
pub mod stage;
pub mod timeline;
pub mod voice;
