//! Where samples go. Owns the seam to devices and files; must not know sessions or voices.

#[cfg(feature = "device")]
pub mod device;
mod encode;
pub mod file;
pub mod null;
#[cfg(feature = "device")]
pub mod played;

use crate::mix::Clip;

/// What is played: pulled in blocks, on whatever thread the output pulls on.
pub trait Fill: Send {
    /// Writes the next `block.len()` mono samples at [`crate::frames::RATE`]. Silence when there is nothing.
    fn fill(&mut self, block: &mut [f32]);
}

/// A clip, played once.
pub struct Once {
    clip: Clip,
    at: usize,
}

impl Once {
    pub fn new(clip: Clip) -> Self {
        Self { clip, at: 0 }
    }
}

impl Fill for Once {
    fn fill(&mut self, block: &mut [f32]) {
        let rest = self.clip.samples().get(self.at..).unwrap_or_default();
        let samples = rest.iter().copied().chain(std::iter::repeat(0.0));
        block.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
        self.at += block.len();
    }
}

/// Shared with whoever watches it; a poisoned lock is silence.
impl<F: Fill> Fill for std::sync::Arc<std::sync::Mutex<F>> {
    fn fill(&mut self, block: &mut [f32]) {
        match self.lock() {
            Ok(mut fill) => fill.fill(block),
            Err(_) => block.fill(0.0),
        }
    }
}
