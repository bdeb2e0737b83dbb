//! Takes steady noise out of an utterance: the spectrum of its quietest moments is subtracted. What it leaves sounds
//! hollow, and is good for a second look only. Pure. Must not know words.

use super::spectra::{BINS, Grid, weighed};

/// This share of the frames is the room without speech: an utterance comes with half a second around it.
const QUIET: f32 = 0.3;
/// How many times the noise is taken off, and the least that stays, as an amplitude.
const OFF: f32 = 2.5;
const LEFT: f32 = 0.1;

/// `sound`, at 16 kHz, without what is the same all the time; as it is where it is too short to tell.
#[must_use]
pub fn without_steady(sound: &[f32]) -> Vec<f32> {
    weighed(sound, |powers| {
        let gains = gains(powers);
        let frame = |at: usize| (0..BINS).map(|bin| smooth(&gains, at, bin)).collect();
        (0..gains.len()).map(frame).collect()
    })
}

/// What each bin of each frame is to be multiplied with.
fn gains(mut powers: Grid) -> Grid {
    let noise = noise(&powers);
    for (power, noise) in powers.iter_mut().flat_map(|frame| frame.iter_mut().zip(&noise)) {
        *power = (1.0 - OFF * noise / power.max(1e-12)).max(LEFT * LEFT).sqrt();
    }
    powers
}

/// The mean power of each bin in the quietest frames.
fn noise(powers: &[Vec<f32>]) -> Vec<f32> {
    let mut quiet: Vec<&Vec<f32>> = powers.iter().collect();
    // The bits of numbers that are not negative are in their order.
    quiet.sort_by_cached_key(|frame| frame.iter().sum::<f32>().to_bits());
    quiet.truncate(((powers.len() as f32 * QUIET) as usize).max(4));
    let mut mean = vec![0.0; BINS];
    for frame in &quiet {
        mean.iter_mut().zip(*frame).for_each(|(mean, power)| *mean += power / quiet.len() as f32);
    }
    mean
}

/// The mean of a gain and its neighbours in time and pitch: single bins that flicker sound like words.
fn smooth(gains: &[Vec<f32>], frame: usize, bin: usize) -> f32 {
    let around = |at: usize| at.saturating_sub(1)..=at + 1;
    let frames = around(frame).filter_map(|frame| gains.get(frame));
    let all = frames.flat_map(|frame| around(bin).filter_map(|bin| frame.get(bin)));
    let (sum, count) = all.fold((0.0, 0.0), |(sum, count), gain| (sum + gain, count + 1.0));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<f32> {
        let mut seed = 1_u32;
        let next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 83_886_080.0 - 0.1
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    fn power(sound: &[f32]) -> f32 {
        sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32
    }

    #[test]
    fn steady_noise_goes_and_a_tone_in_it_stays() {
        let mut sound = noise(24_000);
        for (i, sample) in sound.iter_mut().enumerate().skip(8_000).take(8_000) {
            *sample += 0.3 * (i as f32 * 0.3).sin();
        }
        let cleaned = without_steady(&sound);
        assert_eq!(cleaned.len(), sound.len());
        let (before, during) = (power(&cleaned[1_000..7_000]), power(&cleaned[9_000..15_000]));
        assert!(before < 0.1 * power(&sound[1_000..7_000]), "{before}");
        assert!((0.035..0.055).contains(&during), "{during}");
    }

    #[test]
    fn silence_and_what_is_short_stay() {
        assert!(without_steady(&vec![0.0; 8_000]).iter().all(|sample| *sample == 0.0));
        let short = noise(500);
        assert_eq!(without_steady(&short), short);
    }
}
