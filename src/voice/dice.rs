//! Chance that is the same for the same line, on every machine. Owns the generator only.

/// Steele, Lea and Flood's `SplitMix64`: one word of state, and good enough for noise.
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Two independent normal values with variance one: Box and Muller's length and angle, as parts.
    pub fn gaussian(&mut self) -> [f32; 2] {
        let length = (-2.0 * self.unit().ln()).sqrt() as f32;
        let (sine, cosine) = ((self.unit() * std::f64::consts::TAU) as f32).sin_cos();
        [length * cosine, length * sine]
    }

    /// Over zero, up to one.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut dice = Dice::new(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
