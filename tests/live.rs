//! `matside run` on a real sound server: what the loudspeaker of the virtual room plays, and when it falls silent.
//!
//! The long forms are ignored by default: `cargo test --release --test live -- --ignored --nocapture`, with
//! `SECONDS=600` for the chimes and `PRESSES=20` for the keys.
#![cfg(feature = "device")]

mod room;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use matside::diagnostic::{Layer, Sources};
use matside::frames::Frames;
use matside::mix::Clip;
use matside::runner::{Options, Sound};
use matside::script::{Chime, Library};
use matside::timeline::{self, Nobody, What};
use matside::voice::chime;
use room::Room;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

const RATE: f64 = 48_000.0;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

struct Session {
    dir: tempfile::TempDir,
    text: String,
}

impl Session {
    fn new(steps: &str) -> Self {
        let text =
            format!("format = 1\ntitle = \"In the room\"\nlanguage = \"en\"\nminutes = [0.01, 60]\n{steps}");
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("in-the-room.toml"), &text).unwrap();
        Self { dir, text }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("in-the-room.toml")
    }

    /// When each chime is planned, from the first.
    fn planned(&self) -> Vec<(Frames, Chime)> {
        let mut sources = Sources::new();
        // The phrases name the questions.
        let questions = ["go-on", "invitation", "invitation-last", "why-not-today"];
        let questions = questions.map(|name| format!("check-ins/{name}.toml"));
        for name in [&["phrases/en.toml".to_owned()], &questions[..]].concat() {
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sessions").join(&name);
            sources.add(name, &fs::read_to_string(path).unwrap(), Layer::Shipped);
        }
        sources.add("in-the-room.toml", &self.text, Layer::Named);
        let (library, found) = Library::read(sources);
        assert!(found.is_empty(), "{found:?}");
        let plan = timeline::plan(&library, library.session("in-the-room", None).unwrap()).unwrap();
        let options = Options::default();
        let trace = timeline::trace(&Arc::new(plan), options, None, &mut Nobody, &mut |line| line.estimate());
        let chimes = trace.entries.iter().filter_map(|entry| match &entry.what {
            What::Sound(Sound::Chime(chime), _) => Some((entry.at, *chime)),
            _ => None,
        });
        chimes.collect()
    }

    fn run(&self, room: &Room, voice: &str, keyboard: Option<File>) -> Child {
        let matside = env!("CARGO_BIN_EXE_matside");
        let mut command = match keyboard {
            // A terminal of its own, as a login gives.
            Some(terminal) => {
                let mut command = Command::new("setsid");
                command.args(["--ctty", matside]).stdin(terminal);
                command
            }
            None => {
                let mut command = Command::new(matside);
                command.stdin(Stdio::null());
                command
            }
        };
        room.furnish(&mut command);
        command.arg("run").arg(self.path()).args(["--voice", voice]);
        command.stdout(Stdio::null()).spawn().unwrap()
    }
}

/// Where `clip` begins in `heard` between two samples: the shift at which it differs least, and by how much of
/// its energy.
fn find(heard: &[f32], clip: &Clip, from: usize, to: usize) -> (usize, f32) {
    let head = &clip.samples()[..clip.samples().len().min(2_400)];
    let energy: f32 = head.iter().map(|sample| sample * sample).sum();
    let difference = |at: usize| {
        let there = heard.get(at..at + head.len()).unwrap_or_default();
        if there.len() < head.len() {
            return f32::INFINITY;
        }
        head.iter().zip(there).map(|(a, b)| (a - b) * (a - b)).sum::<f32>() / energy
    };
    // Coarse first: the chimes are smooth on the scale of a few samples.
    let coarse = (from..to).step_by(4).min_by(|a, b| difference(*a).total_cmp(&difference(*b))).unwrap();
    let fine = coarse.saturating_sub(4)..coarse + 5;
    let best = fine.min_by(|a, b| difference(*a).total_cmp(&difference(*b))).unwrap();
    (best, difference(best))
}

/// Plays chimes for so long, and measures how far from their plan they are heard, from the first on.
fn worst_of_chimes(room: &Room, seconds: u64) -> Option<(f64, usize)> {
    let names = ["hold-start", "hold-end", "switch-sides", "check-in", "next-exercise"];
    let mut steps = String::new();
    for i in 0..usize::try_from(seconds / 3).unwrap() {
        let name = names[i % names.len()];
        let _ =
            write!(steps, "[[step]]\nchime = \"{name}\"\n[[step]]\nrest = \"{}ms\"\n", 1_900 + i % 7 * 30);
    }
    let session = Session::new(&steps);
    let from = room.now();
    let ended = session.run(room, "tick", None).wait().unwrap();
    assert!(ended.success(), "{ended}");
    sleep(Duration::from_millis(500));
    let now = room.now();
    if now.lost_frames != from.lost_frames {
        eprintln!("skipped: the room itself lost {} frames", now.lost_frames - from.lost_frames);
        return None;
    }
    let heard = room.heard(from.room, now.room);
    let planned = session.planned();
    let loud = heard.iter().position(|sample| sample.abs() > 0.01).unwrap();
    let (first, fault) = find(&heard, &chime(planned[0].1), loud.saturating_sub(4_800), loud + 4_800);
    assert!(fault < 0.1, "the first chime is not what was heard: {fault}");
    let mut worst = 0.0_f64;
    for (at, name) in &planned {
        let wanted = first + usize::try_from((*at - planned[0].0).0).unwrap();
        let (found, fault) = find(&heard, &chime(*name), wanted.saturating_sub(2_400), wanted + 2_400);
        assert!(fault < 0.1, "the chime {} planned at {at} is not there: {fault}", name.name());
        worst = worst.max((found as f64 - wanted as f64).abs() / RATE * 1_000.0);
    }
    Some((worst, planned.len()))
}

#[test]
fn every_chime_is_heard_within_five_milliseconds_of_its_plan() {
    let Some(room) = Room::or_skip() else { return };
    let Some((worst, chimes)) = worst_of_chimes(&room, 24) else { return };
    assert!(worst < 5.0 && chimes > 8, "{worst} ms over {chimes} chimes");
}

#[test]
#[ignore = "ten minutes, with both cores busy"]
fn measured_chimes_over_ten_minutes_with_both_cores_busy() {
    let room = Room::start().unwrap();
    let busy = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
    let mut busy: Vec<Child> = (0..setting("BUSY", 4)).map(|_| busy()).collect();
    let found = worst_of_chimes(&room, setting("SECONDS", 600));
    for child in &mut busy {
        child.kill().unwrap();
    }
    let (worst, chimes) = found.unwrap();
    println!("{chimes} chimes, the worst {worst:.3} ms from its plan");
    assert!(worst < 5.0);
}

/// Milliseconds from each press of the pause key to silence at the loudspeaker.
fn silences(room: &Room, presses: u64) -> Vec<f64> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = File::options().read(true).write(true).open(name).unwrap();
    let mut keyboard = File::from(master);
    // Vowels and voiced sounds only: a voice says it without a gap.
    let words = "we were always aware of our own weary owl who ".repeat(8);
    let session = Session::new(&format!("[[step]]\nsay = \"Now {words}.\"\n").repeat(20));
    let mut child = session.run(room, "espeak", Some(terminal));
    sleep(Duration::from_secs(5));
    let mut found = Vec::new();
    while found.len() < usize::try_from(presses).unwrap() {
        let from = room.now();
        let pressed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() - from.unix_at_0;
        keyboard.write_all(b" ").unwrap();
        sleep(Duration::from_millis(2_500));
        let before = room.heard(pressed - 0.1, pressed);
        let heard = room.heard(pressed, pressed + 0.6);
        // Between two sentences there is nothing to silence.
        if quiet_from(&before) == before.len() {
            found.push(quiet_from(&heard) as f64 / RATE * 1_000.0);
        }
        keyboard.write_all(b" ").unwrap();
        sleep(Duration::from_millis(2_600 + 37 * found.len() as u64));
    }
    keyboard.write_all(b"q").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    found
}

/// Start of the first stretch of 80 ms without sound; the whole length when there is none.
fn quiet_from(heard: &[f32]) -> usize {
    let mut start = 0;
    for (i, sample) in heard.iter().enumerate() {
        if sample.abs() > 0.003 {
            start = i + 1;
        } else if i - start > 3_840 {
            return start;
        }
    }
    heard.len()
}

#[test]
fn a_key_silences_the_speech_soon() {
    let Some(room) = Room::or_skip() else { return };
    let mut found = silences(&room, setting("PRESSES", 3));
    println!("silent after {found:.0?} ms");
    found.sort_by(f64::total_cmp);
    // The figure of docs/latency.md is measured on a quiet machine; this only has to see that a cut is a cut.
    assert!(found[found.len() / 2] < 120.0, "{found:?}");
}

#[test]
fn a_loudspeaker_that_goes_away_and_comes_back_loses_no_sentence() {
    let Some(room) = Room::or_skip() else { return };
    let session = Session::new("[[step]]\nsay = \"One sentence of some length, said twice.\"\n");
    let mut child = session.run(&room, "espeak", None);
    sleep(Duration::from_secs(4));
    room.unplug();
    sleep(Duration::from_secs(2));
    let gone = room.now();
    room.plug();
    assert!(child.wait().unwrap().success());
    sleep(Duration::from_millis(300));
    let heard = room.heard(gone.room, room.now().room);
    // After it is back: the whole sentence again, then the last chime.
    let spoken = heard.iter().filter(|sample| sample.abs() > 0.003).count() as f64 / RATE;
    let (_, fault) = find(&heard, &chime(Chime::End), 0, heard.len().saturating_sub(2_400));
    assert!(fault < 0.2, "the end is missing: {fault}");
    assert!(spoken > 1.5, "only {spoken:.1} s of sound after the loudspeaker came back");
}
