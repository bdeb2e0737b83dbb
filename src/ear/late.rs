//! Takes the late reverberation out of an utterance: what a room that fades as a small furnished one does would still give
//! back of the sound from before. After K. Lebart et al., "A new method based on spectral subtraction for speech
//! dereverberation" (2001), with the time of fading given rather than found. Pure. Must not know words.

use super::spectra::{Grid, HOP, weighed};

/// The sound of the room has gone down by 60 dB after so many seconds.
const FADES: f32 = 0.35;
/// What comes back within so many frames belongs to a word, and does no harm: 48 ms.
const EARLY: usize = 6;
/// How much of a frame the mean over time takes in.
const NEW: f32 = 0.5;
/// The least that stays, as an amplitude: -15 dB.
const LEFT: f32 = 0.18;

/// `sound`, at 16 kHz, without the late part of its echo; as it is where it is too short to tell.
#[must_use]
pub fn without_late(sound: &[f32]) -> Vec<f32> {
    weighed(sound, gains)
}

/// What each bin of each frame is to be multiplied with.
fn gains(powers: Grid) -> Grid {
    // Of the power, not of the amplitude.
    let fading = |frames: usize| 10_f32.powf(-6.0 / FADES * (frames * HOP) as f32 / 16_000.0);
    let (early, next) = (fading(EARLY), fading(1));
    let mut means: Grid = Vec::new();
    let mut late = vec![0.0; powers.first().map_or(0, Vec::len)];
    let mut gains = Vec::new();
    for (at, powers) in powers.into_iter().enumerate() {
        let before = at.checked_sub(EARLY).and_then(|at| means.get(at));
        for (bin, late) in late.iter_mut().enumerate() {
            let comes = before.and_then(|means| means.get(bin)).copied().unwrap_or(0.0);
            *late = (*late * next).max(comes * early);
        }
        let gain = |(power, late): (&f32, &f32)| (1.0 - late / power.max(1e-12)).max(LEFT * LEFT).sqrt();
        gains.push(powers.iter().zip(&late).map(gain).collect());
        means.push(match means.last() {
            Some(mean) => mean.iter().zip(&powers).map(|(mean, new)| mean + NEW * (new - mean)).collect(),
            None => powers,
        });
    }
    gains
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(sound: &[f32]) -> f32 {
        sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32
    }

    /// A tone that ends after half a second, and then fades by 60 dB within so many seconds.
    fn tone(fades: f32) -> Vec<f32> {
        let level = |i: usize| 10_f32.powf(-3.0 * i.saturating_sub(8_000) as f32 / 16_000.0 / fades);
        (0..16_000).map(|i| level(i) * (i as f32 * 0.3).sin()).collect()
    }

    #[test]
    fn what_fades_goes_and_what_is_said_stays() {
        let sound = tone(0.3);
        let cleaned = without_late(&sound);
        let kept = |from: usize, to: usize| power(&cleaned[from..to]) / power(&sound[from..to]);
        assert!(kept(1_000, 2_000) > 0.8, "the beginning: {}", kept(1_000, 2_000));
        assert!(kept(9_600, 11_000) < 0.1, "the end: {}", kept(9_600, 11_000));
        assert!(kept(4_000, 8_000) > 0.6, "what goes on: {}", kept(4_000, 8_000));
    }

    #[test]
    fn silence_stays() {
        assert!(without_late(&vec![0.0; 8_000]).iter().all(|sample| *sample == 0.0));
    }
}
