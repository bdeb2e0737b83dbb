//! Spoken answers and commands, through the whole program: a person in the virtual room speaks into the microphone.
//! The long ones: `cargo test --release --test hearing -- --ignored`. Left out where there is no room, no espeak-ng, or no ears (`matside ears install`).
#![cfg(feature = "ears")]

mod room;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use matside::ear::letters::Letters;
use room::Room;

const MATSIDE: &str = env!("CARGO_BIN_EXE_matside");

/// The user's own data, where the ears lie; the room has none.
fn data() -> PathBuf {
    let set = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".local/share"))).unwrap_or_default()
}

fn ears_or_skip() -> Option<PathBuf> {
    let data = data();
    let found = data.join("matside/ears/english/ears.toml").exists();
    if !found {
        eprintln!("skipped: no ears in {}; `matside ears install`", data.display());
    }
    found.then_some(data)
}

/// Somebody says `words`, as a file.
fn speech(dir: &Path, voice: &str, words: &str) -> PathBuf {
    let path = dir.join(format!("{voice}-{}.wav", words.replace(|c: char| !c.is_alphanumeric(), "-")));
    let done =
        Command::new("espeak-ng").args(["-v", voice, "-s", "150", "-w"]).arg(&path).arg(words).status();
    assert!(done.is_ok_and(|status| status.success()), "espeak-ng");
    path
}

fn listened(data: &Path, question: Option<&str>, file: &Path) -> String {
    let mut command = Command::new(MATSIDE);
    command.arg("listen").args(question.map(|id| format!("--question={id}")));
    let output = command.arg("--file").arg(file).env("XDG_DATA_HOME", data).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let heard =
        text.lines().filter_map(|line| line.strip_prefix("heard   ").or(line.strip_prefix("at once ")));
    heard.map(|line| line.split(" (").next().unwrap_or_default()).collect::<Vec<_>>().join(" / ")
}

#[test]
fn what_is_said_is_heard() {
    let Some(data) = ears_or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    let table = [
        (None, "stop", "stop"),
        (None, "it hurts", "it hurts"),
        (None, "carry on", "carry on"),
        (None, "pause", "pause"),
        (Some("red-flags"), "no", "no"),
        (Some("red-flags"), "yes", "yes"),
        (Some("pain-now"), "about four", "about four"),
        (Some("pain-now"), "no, I mean three", "no i mean three"),
        (Some("pain-now"), "seven point five", "seven point five"),
        (Some("how-was-it"), "the same", "the same"),
    ];
    for (question, said, wanted) in table {
        let file = speech(dir.path(), "en-us+f3", said);
        assert_eq!(listened(&data, question, &file), wanted, "{said}");
    }
}

/// Samples at 16 kHz, with a moment of silence around.
fn heard_at_16_khz(path: &Path) -> Vec<f32> {
    let mut file = hound::WavReader::open(path).unwrap();
    let step = f64::from(file.spec().sample_rate) / 16_000.0;
    let samples: Vec<f32> =
        file.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect();
    let at = |at: usize| samples.get((at as f64 * step) as usize).copied();
    let silence = || std::iter::repeat_n(0.0, 8_000);
    silence().chain((0..).map_while(at)).chain(silence()).collect()
}

#[test]
fn the_letters_of_what_is_said_fit_best() {
    let dir = tempfile::tempdir().unwrap();
    let letters = Letters::load().unwrap();
    let phrases = [
        "stop", "skip", "go on", "hold on", "it hurts", "worse", "yes", "no", "one", "four", "five", "nine",
        "the same",
    ];
    for said in phrases {
        let sound = heard_at_16_khz(&speech(dir.path(), "en-us+f3", said));
        let spelling = letters.read(&sound).unwrap();
        let best = phrases.iter().max_by(|one, two| spelling.fit(one).total_cmp(&spelling.fit(two)));
        assert_eq!(best, Some(&said));
    }
}

const SESSION: &str = r#"
format = 1
title = "By voice"
language = "en"
minutes = [0.1, 60]
begin = ["red-flags", "pain-now"]
worse = "got-worse"
stop = "why-stop"

[[step]]
say = "Now you rest for a while."

[[step]]
rest = "2min"
"#;

/// A session whose captions can be waited for.
struct Running {
    child: Child,
    captions: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    fn start(room: &Room, data: &Path, dir: &Path, options: &[&str]) -> Self {
        fs::write(dir.join("by-voice.toml"), SESSION).unwrap();
        let mut command = Command::new(MATSIDE);
        room.furnish(&mut command);
        command
            .env("XDG_DATA_HOME", data)
            .args(["run", "--captions", "--voice", "espeak", "--ears", "always"])
            .args(options);
        command.arg(dir.join("by-voice.toml")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, captions) = channel();
        std::thread::spawn(move || {
            out.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        Self { child, captions, seen: Vec::new() }
    }

    /// Until a caption that contains `part`.
    fn wait_for(&mut self, part: &str) {
        let until = Instant::now() + Duration::from_mins(2);
        loop {
            match self.captions.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no `{part}` after {:#?}", self.seen)
                }
            }
            if self.seen.last().is_some_and(|line| line.contains(part)) {
                return;
            }
        }
    }

    fn count(&self, part: &str) -> usize {
        self.seen.iter().filter(|line| line.contains(part)).count()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "listens in real time: a release build on a machine at rest"]
fn a_whole_session_is_done_by_voice() {
    let (Some(data), Some(room)) = (ears_or_skip(), Room::or_skip()) else { return };
    room.noise("-62");
    let dir = tempfile::tempdir().unwrap();
    let say = |words: &str| room.say(&speech(dir.path(), "en-us+f3", words));
    let mut session = Running::start(&room, &data, dir.path(), &[]);
    session.wait_for("numbness between your legs");
    sleep(Duration::from_secs(3));
    say("no");
    session.wait_for("> no");
    session.wait_for("How strong is the pain now");
    sleep(Duration::from_secs(3));
    say("four");
    session.wait_for("> moderate, 4");
    session.wait_for("Now you rest");
    sleep(Duration::from_secs(3));
    say("pause");
    session.wait_for("Paused.");
    sleep(Duration::from_secs(1));
    say("go on");
    session.wait_for("We go on.");
    sleep(Duration::from_secs(2));
    say("how long");
    session.wait_for("left.");
    sleep(Duration::from_secs(3));
    say("stop");
    session.wait_for("We stop here.");
    session.wait_for("Why did you stop");
    sleep(Duration::from_secs(4));
    say("tired");
    session.wait_for("> tired");
    assert_eq!(session.child.wait().unwrap().code(), Some(3));
    assert_eq!(session.count("> "), 3, "{:#?}", session.seen);
}

#[test]
#[ignore = "listens in real time: a release build on a machine at rest"]
fn a_microphone_that_goes_away_is_told_once_and_comes_back() {
    let (Some(data), Some(room)) = (ears_or_skip(), Room::or_skip()) else { return };
    room.noise("-62");
    let dir = tempfile::tempdir().unwrap();
    let mut session = Running::start(&room, &data, dir.path(), &[]);
    session.wait_for("numbness between your legs");
    sleep(Duration::from_secs(3));
    room.say(&speech(dir.path(), "en-us+f3", "no"));
    session.wait_for("How strong is the pain now");
    room.unplug_microphone();
    session.wait_for("I cannot hear you.");
    sleep(Duration::from_secs(4));
    room.plug_microphone();
    session.wait_for("Now you rest");
    sleep(Duration::from_secs(6));
    room.say(&speech(dir.path(), "en-us+f3", "stop"));
    session.wait_for("We stop here.");
    assert_eq!(session.count("I cannot hear you."), 1, "{:#?}", session.seen);
}
