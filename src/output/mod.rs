//! Where samples go. Owns the seam to devices and files; must not know sessions or voices.

#[cfg(feature = "device")]
pub mod device;
mod encode;
pub mod file;
pub mod null;
#[cfg(feature = "device")]
pub mod played;

/// What is played: pulled in blocks, on whatever thread the output pulls on.
pub trait Fill: Send {
    /// Writes the next `block.len()` mono samples at [`crate::frames::RATE`]. Silence when there is nothing.
    fn fill(&mut self, block: &mut [f32]);
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
