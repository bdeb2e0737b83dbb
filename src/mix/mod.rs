//! Clips at exact frames to samples pulled in blocks.
//! Owns gain, ducking and fades. Must not know steps, voices or devices.

mod clip;
mod limiter;
pub mod loudness;
pub mod sample16;

pub use clip::Clip;
