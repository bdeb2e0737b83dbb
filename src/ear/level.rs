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

/// A room above this is loud, if it stays so for five seconds.
pub const LOUD_ROOM: f32 = -35.0;
const LONG: f32 = 5.0;
/// So much clipping, in seconds, is no slip.
const OFTEN: f32 = 0.4;

/// Why words may not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    Noise,
    Clipping,
}

/// Notices what hinders, each once.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Seconds of it.
    loud: f32,
    clipped: f32,
    told: Vec<Hindrance>,
}

impl Watch {
    /// Looks at the level after each block, `seconds` long.
    pub fn take(&mut self, level: &Level, seconds: f32) -> Option<Hindrance> {
        self.loud = if level.floor > LOUD_ROOM { self.loud + seconds } else { 0.0 };
        self.clipped += if level.clipping { seconds } else { 0.0 };
        let noise = (self.loud >= LONG).then_some(Hindrance::Noise);
        let clipping = (self.clipped >= OFTEN).then_some(Hindrance::Clipping);
        let new = [clipping, noise].into_iter().flatten().find(|hindrance| !self.told.contains(hindrance));
        self.told.extend(new);
        new
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
    fn each_hindrance_is_noticed_once_and_not_at_once() {
        let mut watch = Watch::default();
        let loud = Level { now: -20.0, floor: -30.0, clipping: true };
        let found: Vec<_> = (0..200).filter_map(|i| Some((i, watch.take(&loud, 0.05)?))).collect();
        assert_eq!(
            found.iter().map(|(_, what)| *what).collect::<Vec<_>>(),
            [Hindrance::Clipping, Hindrance::Noise]
        );
        assert!((7..9).contains(&found[0].0) && (99..101).contains(&found[1].0), "{found:?}");
        let mut watch = Watch::default();
        let pauses = [Level { clipping: false, ..loud }, Level { floor: -50.0, clipping: false, ..loud }];
        assert!((0..400).all(|i| watch.take(&pauses[i / 50 % 2], 0.05).is_none()));
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
