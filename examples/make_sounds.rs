//! Makes the files in `sounds/`: `cargo run --example make_sounds`. Prints the loudness of each.
//!
//! Every run gives the same bytes on every machine: only addition, multiplication, division and rounding of 64-bit
//! floats are used, which IEEE 754 fixes to the bit, and no sine or power of a system library; the noise has a
//! fixed seed; the gains are written down here, not measured. `tests/sounds.rs` compares the bytes.
//!
//! The sounds are told apart by the way the pitch goes and by rhythm, not by timbre, and all fundamentals lie
//! between 200 and 1200 Hz, so that they work for ears that hear little above 3 kHz.

use std::io::Cursor;

const RATE: f64 = 48_000.0;

/// A sound: notes one after another, each damped when the next begins.
struct Sound {
    name: &'static str,
    seconds: f64,
    notes: &'static [Note],
    /// Share of seeded noise in the attack of the first note.
    knock: f64,
    gain: f64,
}

#[derive(Clone, Copy)]
struct Note {
    /// Seconds from the beginning.
    at: f64,
    /// Hz at the start of the note and where a glide of 0.4 s takes it.
    from: f64,
    to: f64,
    /// Seconds in which the note falls to 1/e.
    decay: f64,
    strength: f64,
}

const fn note(at: f64, hz: f64, decay: f64, strength: f64) -> Note {
    Note { at, from: hz, to: hz, decay, strength }
}

const SOUNDS: [Sound; 9] = [
    // Three slow steps up; the last rings.
    Sound {
        name: "begin",
        seconds: 1.7,
        notes: &[note(0.0, 262.0, 0.30, 0.9), note(0.32, 392.0, 0.30, 0.9), note(0.64, 524.0, 0.42, 1.0)],
        knock: 0.0,
        gain: 0.2453,
    },
    // A quick step up: go.
    Sound {
        name: "hold-start",
        seconds: 0.75,
        notes: &[note(0.0, 392.0, 0.16, 0.8), note(0.15, 588.0, 0.22, 1.0)],
        knock: 0.0,
        gain: 0.2777,
    },
    // The same step down: let go.
    Sound {
        name: "hold-end",
        seconds: 0.85,
        notes: &[note(0.0, 588.0, 0.16, 0.8), note(0.15, 392.0, 0.26, 1.0)],
        knock: 0.0,
        gain: 0.2683,
    },
    // To and fro.
    Sound {
        name: "switch-sides",
        seconds: 0.9,
        notes: &[
            note(0.0, 330.0, 0.12, 1.0),
            note(0.16, 494.0, 0.12, 1.0),
            note(0.32, 330.0, 0.12, 1.0),
            note(0.48, 494.0, 0.16, 1.0),
        ],
        knock: 0.0,
        gain: 0.2640,
    },
    // Knock, knock, and a step up.
    Sound {
        name: "next-exercise",
        seconds: 0.9,
        notes: &[note(0.0, 440.0, 0.07, 0.9), note(0.13, 440.0, 0.07, 0.9), note(0.32, 660.0, 0.2, 1.0)],
        knock: 0.0,
        gain: 0.3059,
    },
    // One note that bends up, as a voice does at the end of a question.
    Sound {
        name: "check-in",
        seconds: 0.8,
        notes: &[Note { at: 0.0, from: 262.0, to: 524.0, decay: 0.35, strength: 1.0 }],
        knock: 0.0,
        gain: 0.2686,
    },
    // Twice the same low note.
    Sound {
        name: "pause",
        seconds: 0.7,
        notes: &[note(0.0, 262.0, 0.14, 1.0), note(0.26, 262.0, 0.16, 1.0)],
        knock: 0.0,
        gain: 0.2932,
    },
    // Three slow steps down; the last rings.
    Sound {
        name: "end",
        seconds: 1.8,
        notes: &[note(0.0, 524.0, 0.30, 0.9), note(0.34, 392.0, 0.30, 0.9), note(0.68, 262.0, 0.45, 1.0)],
        knock: 0.0,
        gain: 0.2467,
    },
    // Wood.
    Sound { name: "tick", seconds: 0.07, notes: &[note(0.0, 784.0, 0.016, 1.0)], knock: 0.25, gain: 0.6111 },
];

/// Partials: multiple of the fundamental, strength, part of the note's decay. The upper ones carry a low note over
/// a small speaker and are gone first.
const PARTIALS: [(f64, f64, f64); 3] = [(1.0, 1.0, 1.0), (2.0, 0.32, 0.6), (3.0, 0.14, 0.35)];

const ATTACK: f64 = 0.005;
const GLIDE: f64 = 0.4;
/// Time in which a note is damped, before the next one or the end.
const DAMP: f64 = 0.04;

/// All sounds: name and samples.
pub fn all() -> Vec<(&'static str, Vec<i16>)> {
    SOUNDS.iter().map(|sound| (sound.name, sound.render())).collect()
}

/// The bytes of a WAV file, mono, 48 kHz, 16 bit.
///
/// # Panics
/// Never: memory takes every byte.
pub fn wav(samples: &[i16]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("a header in memory");
    for &sample in samples {
        writer.write_sample(sample).expect("a sample in memory");
    }
    writer.finalize().expect("a header in memory");
    bytes.into_inner()
}

impl Sound {
    fn render(&self) -> Vec<i16> {
        let mut mix = vec![0.0; frames(self.seconds)];
        for (at, note) in self.notes.iter().enumerate() {
            let end = self.notes.get(at + 1).map_or(self.seconds, |next| next.at + DAMP);
            note.render(&mut mix[frames(note.at)..frames(end.min(self.seconds))]);
        }
        self.add_knock(&mut mix);
        mix.iter()
            .map(|sample| (sample * self.gain * 32_767.0).round().clamp(-32_767.0, 32_767.0) as i16)
            .collect()
    }

    /// Noise of 3 ms through a soft low-pass.
    fn add_knock(&self, mix: &mut [f64]) {
        let (mut seed, mut low, mut level) = (0x6d61_7473_u32, 0.0, self.knock);
        for (at, sample) in mix.iter_mut().enumerate() {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            let noise = f64::from(seed) / 2_147_483_648.0 - 1.0;
            low += (noise - low) * 0.2;
            *sample += low * level * ramp(at as f64 / (ATTACK * RATE)) * 2.0;
            level -= level / (0.003 * RATE);
            // Nothing of it may be left at the end.
            if level < 1e-4 {
                break;
            }
        }
    }
}

impl Note {
    fn render(&self, mix: &mut [f64]) {
        let length = mix.len() as f64;
        for (multiple, strength, part) in PARTIALS {
            let (mut phase, mut level) = (0.0, strength * self.strength);
            for (at, sample) in mix.iter_mut().enumerate() {
                let at = at as f64;
                let damp = ramp((length - 1.0 - at) / (DAMP * RATE));
                *sample += sine(phase) * level * ramp(at / (ATTACK * RATE)) * damp;
                let hz = self.from + (self.to - self.from) * ramp(at / (GLIDE * RATE));
                phase += hz * multiple / RATE;
                phase -= phase.floor();
                level -= level / (self.decay * part * RATE);
            }
        }
    }
}

fn frames(seconds: f64) -> usize {
    (seconds * RATE).round() as usize
}

/// From 0 to 1, with level ends.
fn ramp(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// Sine of a phase in turns, 0 to 1, as a polynomial in plain arithmetic.
fn sine(turns: f64) -> f64 {
    let folded = if turns < 0.25 {
        turns
    } else if turns < 0.75 {
        0.5 - turns
    } else {
        turns - 1.0
    };
    let x = folded * std::f64::consts::TAU;
    let y = x * x;
    x * (1.0 - y / 6.0 * (1.0 - y / 20.0 * (1.0 - y / 42.0 * (1.0 - y / 72.0 * (1.0 - y / 110.0)))))
}

fn main() -> std::io::Result<()> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds");
    for (name, samples) in all() {
        std::fs::write(dir.join(name).with_extension("wav"), wav(&samples))?;
        let floats: Vec<f32> = samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        let peak = matside::mix::loudness::measure(&floats).peak;
        let loudest = matside::mix::loudness::momentary(&floats);
        let seconds = samples.len() as f64 / RATE;
        println!("{name:14} {seconds:5.2} s  {loudest:6.2} LUFS (loudest 400 ms)  {peak:6.2} dBTP");
    }
    Ok(())
}
