//! What a recording shows. Owns the numbered signal, in which every sample says which one it is.

use std::ops::Range;

/// Odd, so that it has an inverse; large, so that neighbours differ.
const STEP: u16 = 40_503;
/// Below this a sample is silence.
const QUIET: f32 = 1.0 / 65_536.0;

/// The `n`th sample of the numbered signal; it repeats after 65,536.
pub fn numbered(n: u64) -> f32 {
    f32::from((n as u16).wrapping_mul(STEP).cast_signed()) / 32_768.0
}

fn number(sample: f32) -> u16 {
    let inverse = (0..4).fold(STEP, |x, _| x.wrapping_mul(2_u16.wrapping_sub(STEP.wrapping_mul(x))));
    ((sample * 32_768.0) as i16).cast_unsigned().wrapping_mul(inverse)
}

/// Stretches of silence of at least `frames`, between the first and the last sound.
pub fn holes(tape: &[f32], frames: usize) -> Vec<Range<usize>> {
    let sounds: Vec<usize> = (0..tape.len()).filter(|&at| tape[at].abs() > QUIET).collect();
    let gaps = sounds.windows(2).map(|pair| pair[0] + 1..pair[1]);
    gaps.filter(|gap| gap.len() >= frames).collect()
}

/// Places where the numbered signal does not go on by one: (place, how much was left out).
pub fn jumps(tape: &[f32]) -> Vec<(usize, u16)> {
    let is_sound = |sample: f32| sample.abs() > QUIET;
    let pairs = tape.windows(2).enumerate().filter(|(_, pair)| is_sound(pair[0]) && is_sound(pair[1]));
    let steps = pairs.map(|(at, pair)| (at, number(pair[1]).wrapping_sub(number(pair[0])).wrapping_sub(1)));
    steps.filter(|(_, step)| *step != 0).collect()
}

/// Where something is heard after at least `gap` frames of less than `threshold`.
pub fn onsets(tape: &[f32], threshold: f32, gap: usize) -> Vec<usize> {
    let loud: Vec<usize> = (0..tape.len()).filter(|&at| tape[at].abs() >= threshold).collect();
    let later = loud.windows(2).filter(|pair| pair[1] - pair[0] > gap).map(|pair| pair[1]);
    loud.first().copied().into_iter().chain(later).collect()
}

#[test]
fn a_whole_tape_has_no_fault() {
    let tape: Vec<f32> = (1..200_000).map(numbered).collect();
    assert_eq!((holes(&tape, 2), jumps(&tape)), (vec![], vec![]));
}

#[test]
fn faults_are_found() {
    let mut tape: Vec<f32> = (1..1_000).chain(1_100..3_000).map(numbered).collect();
    tape[2_000..2_200].fill(0.0);
    let (first, left_out) = (holes(&tape, 2).remove(0), jumps(&tape));
    assert_eq!((first, left_out), (2_000..2_200, vec![(998, 100)]));
    assert_eq!(onsets(&tape, 0.000_1, 100), [0, 2_200]);
}
