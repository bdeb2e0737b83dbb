//! Noise that nobody hears, in place of silence: a loudspeaker that is given nothing but zeros falls asleep, and
//! swallows what comes first when it wakes. Owns the noise alone.

/// 72 dB below full scale, so that something is left of it when the volume is turned down. Ours.
const PEAK: f32 = 1.0 / 4_096.0;
const SEED: u32 = 0x4D61_7473;

/// White noise, the same each time.
pub struct Faint(u32);

impl Faint {
    pub fn new() -> Self {
        Self(SEED)
    }

    /// Fills `block` if there is nothing in it.
    pub fn fill(&mut self, block: &mut [f32]) {
        if block.iter().any(|sample| *sample != 0.0) {
            return;
        }
        for sample in block {
            // Marsaglia's xorshift.
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 17;
            self.0 ^= self.0 << 5;
            *sample = self.0.cast_signed() as f32 / 2_147_483_648.0 * PEAK;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_never_silent_and_never_loud() {
        let (mut faint, mut block) = (Faint::new(), vec![0.0; 4_800]);
        faint.fill(&mut block);
        assert!(block.iter().all(|sample| sample.abs() <= PEAK));
        // As 16 bit, hardly a sample is left at zero, and the mean is.
        let zeros = block.iter().filter(|sample| (**sample * 32_768.0).round() == 0.0).count();
        assert!(zeros < 480, "{zeros}");
        let mean = block.iter().sum::<f32>() / 4_800.0;
        assert!(mean.abs() < PEAK / 20.0, "{mean}");
    }

    #[test]
    fn sound_is_left_as_it_is() {
        let mut block = [0.0, 0.5, 0.0];
        Faint::new().fill(&mut block);
        assert!(block.iter().eq(&[0.0, 0.5, 0.0]));
    }
}
