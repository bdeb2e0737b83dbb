//! The voice's source: a band-limited pulse train that follows a pitch curve. Owns nothing else; must not filter.

use rten_simd::SimdUnaryOp;
use rten_vecmath::Sin;

use super::signal::{HOP, RATE};

/// Hz; below it a frame has no voice.
const LOWEST: f32 = 40.0;
/// Hz; no harmonic at or above it.
const CEILING: f32 = 11_000.0;
/// Nearer than this to a pulse, the quotient below is its limit.
const TINY: f32 = 2e-3;

/// One pitch in Hz for each frame, 0 where unvoiced, to `HOP` samples for each: all harmonics under [`CEILING`] with
/// amplitude one, and silence where there is no voice.
///
/// The sum of `cos(h·t)` over `h` in `1..=n` is `sin((n + 1/2)·t) / (2·sin(t/2)) - 1/2`.
pub fn train(f0: &[f32]) -> Vec<f32> {
    let pitch = samples(f0);
    let mut phase = 0.0;
    let (mut upper, mut lower) = (Vec::with_capacity(pitch.len()), Vec::with_capacity(pitch.len()));
    let tops: Vec<f32> = pitch.iter().map(|f| harmonics(*f)).collect();
    for (f, top) in pitch.iter().zip(&tops) {
        let angles = angles(*top, turn(&mut phase, *f));
        upper.push(angles.0);
        lower.push(angles.1);
    }
    Sin::new().map_mut(&mut upper);
    Sin::new().map_mut(&mut lower);
    let quotients = upper.iter().zip(&lower);
    pitch
        .iter()
        .zip(&tops)
        .zip(quotients)
        .map(|((f, top), (up, low))| pulse(*f, *top, *up, 2.0 * low))
        .collect()
}

/// The phase after one more sample, in turns. In double precision, since it adds up over a whole line.
fn turn(phase: &mut f64, pitch: f32) -> f64 {
    *phase += f64::from(pitch.max(LOWEST)) * (1.0 / f64::from(RATE));
    *phase -= whole(*phase);
    *phase
}

/// The angles of numerator and denominator, within half a turn of zero.
fn angles(top: f32, turn: f64) -> (f32, f32) {
    let upper = (f64::from(top) + 0.5) * turn;
    let radians = |turns: f64| (turns * std::f64::consts::TAU) as f32;
    (radians(upper - whole(upper + 0.5)), radians(turn / 2.0))
}

/// What `floor` is from zero on, without a call for each sample.
fn whole(turns: f64) -> f64 {
    f64::from(turns as u32)
}

fn pulse(pitch: f32, top: f32, upper: f32, lower: f32) -> f32 {
    if pitch <= LOWEST {
        0.0
    } else if lower.abs() <= TINY {
        top
    } else {
        upper / lower - 0.5
    }
}

/// How many there are under the ceiling.
fn harmonics(pitch: f32) -> f32 {
    f32::from((CEILING / pitch.max(LOWEST)) as u16)
}

/// Linear between the middles of frames, level before the first and after the last.
fn samples(f0: &[f32]) -> Vec<f32> {
    let half = HOP / 2;
    let first = f0.first().copied().unwrap_or_default();
    let last = f0.last().copied().unwrap_or_default();
    let between = f0.windows(2).flat_map(|pair| {
        let (from, to) =
            (pair.first().copied().unwrap_or_default(), pair.last().copied().unwrap_or_default());
        (0..HOP).map(move |at| {
            let share = (at as f32 + 0.5) / HOP as f32;
            from * (1.0 - share) + to * share
        })
    });
    let ends = HOP - half;
    std::iter::repeat_n(first, half.min(half * f0.len()))
        .chain(between)
        .chain(std::iter::repeat_n(last, ends.min(ends * f0.len())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closed_form_is_the_sum_of_its_harmonics() {
        let (pitch, frames) = (223.0_f32, 4);
        let train = train(&vec![pitch; frames]);
        assert_eq!(train.len(), frames * HOP);
        for (at, sample) in train.iter().enumerate() {
            let t = std::f64::consts::TAU * f64::from(pitch) * (at + 1) as f64 / f64::from(RATE);
            let sum: f64 = (1..=49).map(|h| (f64::from(h) * t).cos()).sum();
            assert!((f64::from(*sample) - sum).abs() < 0.02, "{at}: {sample} is not {sum}");
        }
    }

    #[test]
    fn no_voice_no_pulse() {
        assert_eq!(train(&[0.0, 39.0, 0.0]), vec![0.0; 3 * HOP]);
        assert_eq!(train(&[]), Vec::<f32>::new());
    }

    #[test]
    fn pitch_is_linear_between_the_middles_of_frames() {
        let pitch = samples(&[100.0, 400.0]);
        assert_eq!(pitch.len(), 2 * HOP);
        assert!(pitch.iter().take(HOP / 2).all(|f| (f - 100.0).abs() < 1e-3));
        assert!((pitch[HOP / 2] - 100.5).abs() < 1e-3);
        assert!((pitch[HOP] - 250.5).abs() < 1e-3);
        assert!(pitch.iter().skip(HOP + HOP / 2).all(|f| (f - 400.0).abs() < 1e-3));
    }
}
