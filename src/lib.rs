//! Matside runs voice-guided sessions: a script is spoken, timed to the frame, and changed by the answers.

pub mod diagnostic;
pub mod frames;
pub mod line;
pub mod mix;
pub mod output;
pub mod script;
pub mod voice;
