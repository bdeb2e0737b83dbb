//! A peak limiter that sees the whole sound. Owns the gain curve; must not know loudness or targets.

/// Half-width of a gain change, in frames: 5 ms at 48 kHz, slow enough not to roughen a voice.
const REACH: usize = 240;

/// Where the knee begins, as a part of the ceiling.
const KNEE: f32 = 0.6;

/// Bends peaks so that no sample passes `ceiling` (linear); what is under the knee and far from peaks stays
/// as it is.
pub(super) fn limit(samples: &mut [f32], ceiling: f32) {
    let mut gain = vec![1.0_f32; samples.len()];
    for (at, sample) in samples.iter().enumerate() {
        let wanted = gain_for(sample.abs(), ceiling);
        if wanted < 1.0 {
            let end = (at + REACH + 1).min(samples.len());
            for near in gain.iter_mut().take(end).skip(at.saturating_sub(REACH)) {
                *near = near.min(wanted);
            }
        }
    }
    // Two means of half the reach keep every smoothed gain at or under the one wanted in its middle.
    let gain = mean(&mean(&gain, REACH / 2), REACH / 2);
    for (sample, gain) in samples.iter_mut().zip(gain) {
        *sample *= gain;
    }
}

/// Slope 1 at the knee, and the ceiling is never reached.
fn gain_for(peak: f32, ceiling: f32) -> f32 {
    let knee = ceiling * KNEE;
    if peak <= knee {
        return 1.0;
    }
    let room = ceiling - knee;
    let over = (peak - knee) / room;
    (knee + room * over / (1.0 + over)) / peak
}

/// Mean over `reach` frames to each side; the ends repeat.
fn mean(values: &[f32], reach: usize) -> Vec<f32> {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return Vec::new() };
    let before = |at: usize| at.checked_sub(reach + 1).and_then(|i| values.get(i)).copied().unwrap_or(first);
    let after = |at: usize| values.get(at + reach).copied().unwrap_or(last);
    let mut sum: f64 = f64::from(first) * (reach as f64 + 1.0);
    sum += (0..reach).map(|i| f64::from(values.get(i).copied().unwrap_or(last))).sum::<f64>();
    let width = 2.0 * reach as f64 + 1.0;
    (0..values.len())
        .map(|at| {
            sum += f64::from(after(at)) - f64::from(before(at));
            (sum / width) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sample_passes_the_ceiling_and_quiet_parts_stay() {
        let mut sound: Vec<f32> = (0..9_600).map(|i| if i % 1_000 < 3 { 3.0 } else { 0.1 }).collect();
        sound.extend(vec![0.1; 4_800]);
        limit(&mut sound, 0.7);
        assert!(sound.iter().all(|s| s.abs() <= 0.7));
        assert!(sound.iter().rev().take(4_000).all(|&s| (s - 0.1).abs() < 1e-6));
    }

    #[test]
    fn tiny_sounds_are_fine() {
        for len in 0..5 {
            let mut sound = vec![2.0; len];
            limit(&mut sound, 0.5);
            assert!(sound.iter().all(|s| *s <= 0.5));
        }
    }
}
