//! Breath: complex Gaussian noise that is the same for the same line. Owns its table.

use realfft::num_complex::Complex;

use super::signal::BINS;
use crate::voice::dice::Dice;

/// How many places a frame's noise can begin at. Drawing anew for each frame costs more than all the rest of the
/// signal, and is not heard.
const PLACES: usize = 1 << 14;
const SEED: u64 = 0x6865_6172_7431;

/// Noise with variance one in each of the two parts.
pub struct Noise {
    table: Vec<Complex<f32>>,
    dice: Dice,
}

impl Noise {
    pub fn new() -> Self {
        let mut dice = Dice::new(SEED);
        let table = (0..PLACES + BINS).map(|_| gaussian(&mut dice)).collect();
        Self { table, dice }
    }

    /// Every line begins with the same noise.
    pub fn restart(&mut self) {
        self.dice = Dice::new(SEED);
    }

    /// One value for each bin of the next frame.
    pub fn frame(&mut self) -> &[Complex<f32>] {
        let place = (self.dice.next() % PLACES as u64) as usize;
        self.table.get(place..place + BINS).unwrap_or_default()
    }
}

/// One value for both parts.
fn gaussian(dice: &mut Dice) -> Complex<f32> {
    let [re, im] = dice.gaussian();
    Complex::new(re, im)
}

#[cfg(test)]
mod tests {
    use super::*;

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
