//! How loud it is. Owns levels in decibels below full scale; must not decide what is speech.

/// What a silent digital line measures.
pub const SILENCE: f32 = -96.0;
/// A sample this close to the end of the range is cut off.
const CLIPPED: f32 = 0.985;
/// More of a block than this at the end of the range is clipping, not one loud click.
const MANY: f32 = 0.002;
/// Decibels a second by which the floor follows a room that gets louder.
const RISE: f32 = 3.0;

/// Levels of what the microphone delivers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Root mean square of the last block, decibels below full scale.
    pub now: f32,
    /// The room without speech.
    pub floor: f32,
    pub clipping: bool,
}

impl Default for Level {
    fn default() -> Self {
        Self { now: SILENCE, floor: SILENCE, clipping: false }
    }
}

impl Level {
    /// Measures one block, `seconds` long.
    pub fn take(&mut self, block: &[f32], seconds: f32) {
        if block.is_empty() {
            return;
        }
        let len = block.len() as f32;
        let power = block.iter().map(|sample| sample * sample).sum::<f32>() / len;
        self.now = (10.0 * power.max(1e-12).log10()).max(SILENCE);
        let at_the_end = block.iter().filter(|sample| sample.abs() >= CLIPPED).count() as f32;
        self.clipping = at_the_end / len > MANY;
        let first = self.floor <= SILENCE;
        self.floor = if first { self.now } else { self.now.min(self.floor + RISE * seconds) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_falls_at_once_and_rises_slowly() {
        let mut level = Level::default();
        level.take(&[0.1; 160], 0.01);
        assert!((level.now + 20.0).abs() < 0.1 && (level.floor + 20.0).abs() < 0.1, "{level:?}");
        level.take(&[0.001; 160], 0.01);
        assert!((level.floor + 60.0).abs() < 0.1, "{level:?}");
        level.take(&[0.1; 160], 1.0);
        assert!((level.floor + 57.0).abs() < 0.1 && (level.now + 20.0).abs() < 0.1, "{level:?}");
    }

    #[test]
    fn one_click_is_no_clipping() {
        let mut level = Level::default();
        let mut block = [0.0_f32; 1_600];
        block[0] = 1.0;
        level.take(&block, 0.1);
        assert!(!level.clipping);
        block[..100].fill(1.0);
        level.take(&block, 0.1);
        assert!(level.clipping);
    }
}
