//! Matside runs voice-guided sessions: a script is spoken, timed to the frame, and changed by the answers.

<<<<<<< HEAD
pub mod cli;
pub mod diagnostic;
pub mod ear;
=======
pub mod diagnostic;
>>>>>>> 528703f6daf8a179c513c28af7510f13bb25ba0c
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
