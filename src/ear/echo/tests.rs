//! A person and an echo made of numbers, taken apart again.

use std::iter;

use super::*;

const SECOND: usize = 16_000;

/// Something like a voice: noise that comes and goes four times a second.
fn voice(seed: u32, samples: usize) -> Vec<f32> {
    let mut seed = seed;
    let mut low = 0.0;
    let noise = iter::repeat_with(move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        low += 0.3 * ((seed >> 8) as f32 / 8_388_608.0 - 1.0 - low);
        low
    });
    let loud = (0..samples).map(|n| (n as f32 / SECOND as f32 * 8.0 * std::f32::consts::PI).sin().max(0.0));
    noise.zip(loud).map(|(noise, loud)| 0.3 * noise * loud).collect()
}

/// `sound` as it comes back from a room: (samples, gain) for each way.
fn room(sound: &[f32], ways: &[(usize, f32)]) -> Vec<f32> {
    let mut echo = vec![0.0; sound.len()];
    for (late, gain) in ways {
        for (echo, sound) in echo.iter_mut().skip(*late).zip(sound) {
            *echo += gain * sound;
        }
    }
    echo
}

/// The virtual room: -12 dB after 40 ms, -20 dB after 75 ms, behind an output that is late by `late` ms.
fn echo(sound: &[f32], late: usize) -> Vec<f32> {
    room(sound, &[((late + 40) * 16, 0.25), ((late + 75) * 16, 0.1)])
}

fn cancel(canceller: &mut Canceller, mic: &[f32], played: &[f32]) -> Vec<f32> {
    let mut left = mic.to_vec();
    for (mic, played) in left.chunks_exact_mut(BLOCK).zip(played.chunks_exact(BLOCK)) {
        canceller.process(mic, played);
    }
    left
}

fn decibels(one: &[f32], two: &[f32]) -> f32 {
    10.0 * (power(one) / power(two)).log10()
}

#[test]
fn an_echo_is_found_wherever_it_is_and_taken_out() {
    let played = voice(1, 12 * SECOND);
    for late in [60, 100, 250, 400] {
        let mic = echo(&played, late);
        let mut canceller = Canceller::new();
        let left = cancel(&mut canceller, &mic, &played);
        assert_eq!(canceller.delay().map(|delay| delay / 16), Some(late + 40));
        let gone = decibels(&mic[8 * SECOND..], &left[8 * SECOND..]);
        assert!(gone > 25.0, "late by {late} ms: {gone} dB");
    }
}

#[test]
fn a_chime_does_not_mislead() {
    let tone = |n: usize, hertz: f32| (std::f32::consts::TAU * hertz * n as f32 / SECOND as f32).sin();
    let fades = |n: usize| 0.3 * (-(n as f32) / SECOND as f32 * 3.0).exp();
    let chime = (0..2 * SECOND).map(|n| fades(n) * (tone(n, 392.0) + 0.2 * tone(n, 784.0)));
    let played: Vec<f32> = chime.chain(voice(1, 6 * SECOND)).collect();
    for late in [100, 141, 187, 250] {
        let mic = echo(&played, late);
        let mut canceller = Canceller::new();
        let (first, rest) = (2 * SECOND, 3 * SECOND);
        let blocks = mic.chunks_exact(BLOCK).zip(played.chunks_exact(BLOCK)).take(first / BLOCK);
        let found = blocks.filter(|(mic, played)| canceller.process(&mut mic.to_vec(), played).found).count();
        assert_eq!(found, 0, "late by {late} ms: a tone tells no delay");
        cancel(&mut canceller, &mic[first..rest], &played[first..rest]);
        let left = cancel(&mut canceller, &mic[rest..], &played[rest..]);
        let gone = decibels(&mic[rest..], &left);
        assert!(gone > 15.0, "late by {late} ms: {gone} dB");
    }
}

#[test]
fn a_person_who_is_12_db_softer_is_kept() {
    let played = voice(1, 20 * SECOND);
    let echo = echo(&played, 200);
    let mut person = voice(7, 20 * SECOND);
    person[..10 * SECOND].fill(0.0);
    let softer = 10.0_f32.powf(-(12.0 - decibels(&echo, &person[10 * SECOND..])) / 20.0);
    for sample in &mut person {
        *sample *= softer;
    }
    let mic: Vec<f32> = echo.iter().zip(&person).map(|(echo, person)| echo + person).collect();
    let left = cancel(&mut Canceller::new(), &mic, &played);
    let strange: Vec<f32> = left.iter().zip(&person).map(|(left, person)| left - person).collect();
    let kept = decibels(&person[12 * SECOND..], &strange[12 * SECOND..]);
    assert!(kept > 6.0, "{kept} dB");
}

#[test]
fn an_output_that_begins_anew_is_found_again() {
    let played = voice(1, 24 * SECOND);
    let half = 12 * SECOND;
    let mut mic = echo(&played, 100);
    mic[half..].copy_from_slice(&echo(&played, 300)[half..]);
    let mut canceller = Canceller::new();
    let left = cancel(&mut canceller, &mic, &played);
    assert_eq!(canceller.delay().map(|delay| delay / 16), Some(340));
    let gone = decibels(&mic[20 * SECOND..], &left[20 * SECOND..]);
    assert!(gone > 20.0, "{gone} dB");
}

#[test]
fn after_a_new_beginning_the_delay_is_found_soon_and_the_room_still_known() {
    let played = voice(1, 20 * SECOND);
    let half = 12 * SECOND;
    for late in [60, 137] {
        let mut mic = echo(&played, 100);
        mic[half..].copy_from_slice(&echo(&played, late)[half..]);
        let mut canceller = Canceller::new();
        cancel(&mut canceller, &mic[..half], &played[..half]);
        canceller.begin_anew();
        let (mic, played) = (&mic[half..], &played[half..]);
        let mut blocks = mic.chunks_exact(BLOCK).zip(played.chunks_exact(BLOCK));
        let found = blocks.position(|(mic, played)| canceller.process(&mut mic.to_vec(), played).found);
        let found = found.filter(|found| *found < 50).unwrap();
        let from = (found + 1) * BLOCK;
        let left = cancel(&mut canceller, &mic[from..from + SECOND], &played[from..from + SECOND]);
        let gone = decibels(&mic[from..from + SECOND], &left);
        assert!(gone > 25.0, "{late}: {gone} dB");
    }
}

/// `sound` a part of a sample later, by the shape of the filter that does it.
fn later(sound: &[f32], part: f32) -> Vec<f32> {
    let taps: Vec<f32> = (-32..=32)
        .map(|tap| {
            let at = std::f32::consts::PI * (tap as f32 - part);
            let window = 0.5 + 0.5 * (at / 33.0).cos();
            window * if at.abs() < 1e-6 { 1.0 } else { at.sin() / at }
        })
        .collect();
    (0..sound.len())
        .map(|n| {
            let past = taps
                .iter()
                .enumerate()
                .filter_map(|(tap, gain)| Some(gain * sound.get((n + 32).checked_sub(tap)?)?));
            past.sum()
        })
        .collect()
}

#[test]
fn a_delay_of_parts_of_a_sample_costs_nothing() {
    let played = voice(1, 18 * SECOND);
    let half = 12 * SECOND;
    let mut mic = echo(&played, 100);
    mic[half..].copy_from_slice(&later(&echo(&played, 137), 0.4)[half..]);
    let mut canceller = Canceller::new();
    cancel(&mut canceller, &mic[..half], &played[..half]);
    canceller.begin_anew();
    cancel(&mut canceller, &mic[half..half + SECOND], &played[half..half + SECOND]);
    let from = half + SECOND;
    let left = cancel(&mut canceller, &mic[from..from + SECOND], &played[from..from + SECOND]);
    let gone = decibels(&mic[from..from + SECOND], &left);
    assert!(gone > 25.0, "{gone} dB");
}

#[test]
fn an_output_that_lost_a_moment_without_a_word_is_noticed() {
    let played = voice(1, 20 * SECOND);
    let half = 12 * SECOND;
    let mut mic = echo(&played, 100);
    mic[half..].copy_from_slice(&echo(&played, 185)[half..]);
    let mut canceller = Canceller::new();
    cancel(&mut canceller, &mic[..half], &played[..half]);
    let blocks = mic[half..].chunks_exact(BLOCK).zip(played[half..].chunks_exact(BLOCK));
    let levels: Vec<Levels> =
        blocks.map(|(mic, played)| canceller.process(&mut mic.to_vec(), played)).collect();
    let noticed = levels.iter().position(|levels| !levels.found);
    assert!(noticed.is_some_and(|noticed| noticed < 60), "{noticed:?}");
    let (heard, left) = levels[100..]
        .iter()
        .fold((0.0, 0.0), |(heard, left), levels| (heard + levels.heard, left + levels.left));
    assert!(left < 0.01 * heard, "{heard} {left}");
}

#[test]
fn without_sound_of_its_own_nothing_is_changed() {
    let person = voice(7, 2 * SECOND);
    let left = cancel(&mut Canceller::new(), &person, &vec![0.0; person.len()]);
    assert_eq!(left, person);
    let mut canceller = Canceller::new();
    assert_eq!(canceller.process(&mut [0.5; 10], &[0.0; 10]), Levels::default());
}

#[test]
fn speech_that_is_no_echo_gives_no_delay() {
    let mut canceller = Canceller::new();
    cancel(&mut canceller, &voice(7, 10 * SECOND), &voice(1, 10 * SECOND));
    assert_eq!(canceller.delay(), None);
}

#[test]
fn a_hiss_is_not_counted_as_left() {
    let tone = |turn: f32| -> [f32; BLOCK] { std::array::from_fn(|n| 0.1 * (turn * n as f32).sin()) };
    let left = |turn| {
        let mut canceller = Canceller::new();
        canceller.process(&mut tone(turn), &[0.0; BLOCK]);
        canceller.process(&mut tone(turn), &[0.0; BLOCK]).left
    };
    // 500 Hz and 6 kHz.
    let (voice, hiss) = (left(std::f32::consts::TAU / 32.0), left(std::f32::consts::TAU * 0.375));
    assert!((0.004..0.006).contains(&voice), "{voice}");
    assert!(hiss < 2e-4, "{hiss}");
}
