//! Clips at exact frames to samples pulled in blocks.
//! Owns gain, ducking and fades. Must not know steps, voices or devices.

mod clip;

pub use clip::Clip;
