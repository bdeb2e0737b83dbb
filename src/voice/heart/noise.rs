//! Breath: complex Gaussian noise that is the same for the same line, on every machine. Owns the generator only.

use realfft::num_complex::Complex;

use super::signal::BINS;

/// How many places a frame's noise can begin at. Drawing anew for each frame costs more than all the rest of the
/// signal, and is not heard.
const PLACES: usize = 1 << 14;
const SEED: u64 = 0x6865_6172_7431;

/// Noise with variance one in each of the two parts.
pub struct Noise {
    table: Vec<Complex<f32>>,
    dice: SplitMix,
}

impl Noise {
    pub fn new() -> Self {
        let mut dice = SplitMix(SEED);
        let table = (0..PLACES + BINS).map(|_| gaussian(&mut dice)).collect();
        Self { table, dice }
    }

    /// Every line begins with the same noise.
    pub fn restart(&mut self) {
        self.dice = SplitMix(SEED);
    }

    /// One value for each bin of the next frame.
    pub fn frame(&mut self) -> &[Complex<f32>] {
        let place = (self.dice.next() % PLACES as u64) as usize;
        self.table.get(place..place + BINS).unwrap_or_default()
    }
}

/// Box and Muller's: a length and an angle.
fn gaussian(dice: &mut SplitMix) -> Complex<f32> {
    let length = (-2.0 * dice.unit().ln()).sqrt();
    Complex::from_polar(length as f32, (dice.unit() * std::f64::consts::TAU) as f32)
}

/// Steele, Lea and Flood's generator: one word of state, and good enough for noise.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
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
        let mut dice = SplitMix(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn it_is_gaussian() {
        let noise = Noise::new();
        let values: Vec<f64> = noise.table.iter().flat_map(|z| [f64::from(z.re), f64::from(z.im)]).collect();
        let moment =
            |power: i32| values.iter().map(|value| value.powi(power)).sum::<f64>() / values.len() as f64;
        assert!(moment(1).abs() < 0.02, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.03, "variance {}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.15, "fourth moment {}", moment(4));
    }

    #[test]
    fn frames_differ_and_lines_begin_alike() {
        let mut noise = Noise::new();
        noise.restart();
        let first = noise.frame().to_vec();
        assert_eq!(first.len(), BINS);
        assert_ne!(noise.frame(), first);
        noise.restart();
        assert_eq!(noise.frame(), first);
    }
}
