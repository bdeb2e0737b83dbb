//! The last guard before a sample leaves: clips are levelled one by one, but two may overlap.

/// -1.5 dBFS: peaks between samples stay under -1 dBTP.
pub const CEILING: f32 = 0.841;
/// Part of the missing gain that returns with each sample: about a tenth of a second to recover.
const RELEASE: f32 = 0.000_2;

#[derive(Debug)]
pub struct Ceiling {
    gain: f32,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

impl Ceiling {
    /// Whether it leaves quiet samples as they are.
    pub fn is_at_rest(&self) -> bool {
        self.gain >= 1.0
    }

    pub fn limit(&mut self, sample: f32) -> f32 {
        if !sample.is_finite() {
            return 0.0;
        }
        let level = sample.abs();
        if level * self.gain > CEILING {
            self.gain = CEILING / level;
        }
        let limited = (sample * self.gain).clamp(-CEILING, CEILING);
        self.gain += (1.0 - self.gain) * RELEASE;
        limited
    }
}
