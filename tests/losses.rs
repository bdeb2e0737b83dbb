//! A loudspeaker that comes and goes while a session runs: what is heard of it, and what the journal says.
//!
//! The long form: `cargo test --test losses -- --ignored --nocapture`, with `UNPLUGGED=20` and `CRASHED=5`.
#![cfg(feature = "device")]

mod room;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::Duration;

use room::Room;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const RATE: f64 = 48_000.0;
/// Seconds that the test voice takes for a character.
const CHARACTER: f64 = 1.0 / 15.0;
const LONG: Duration = Duration::from_secs(30);

/// Sentences of which no two in a row are equally long: the test voice is as long as its text.
fn sentence(number: usize) -> String {
    let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).unwrap());
    let name: String = [letter(number / 26), letter(number)].into_iter().collect();
    format!("S{name} {}.", "o".repeat(17 + number % 5 * 5))
}

fn length(number: usize) -> f64 {
    sentence(number).chars().count() as f64 * CHARACTER
}

fn is_whole(lasted: f64, number: usize) -> bool {
    (lasted - length(number)).abs() < 0.002
}

fn script(dir: &Path, sentences: usize) -> std::path::PathBuf {
    let steps: Vec<String> =
        (0..sentences).map(|number| format!("[[step]]\nsay = \"{}\"", sentence(number))).collect();
    let path = dir.join("in-the-room.toml");
    let head = "format = 1\ntitle = \"In the room\"\nlanguage = \"en\"\nminutes = [0.01, 60]\n";
    fs::write(&path, format!("{head}{}", steps.join("\n"))).unwrap();
    path
}

struct Session {
    child: Child,
    captions: Receiver<String>,
}

fn matside(room: &Room, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matside"));
    room.furnish(&mut command);
    command.args(words);
    command
}

impl Session {
    fn start(room: &Room, script: &Path, options: &[&str]) -> Self {
        let mut command = matside(room, &["run", script.to_str().unwrap(), "--voice", "tick", "--captions"]);
        command.args(options).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (captioned, captions) = channel();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).try_for_each(|line| captioned.send(line).map_err(drop))
        });
        Self { child, captions }
    }

    /// Waits for the next sentence to begin, and says which.
    fn next(&self) -> usize {
        let caption = self.captions.recv_timeout(LONG).expect("a caption");
        (0..676).find(|number| sentence(*number) == caption).unwrap_or_else(|| panic!("`{caption}`"))
    }

    /// Its exit code and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let said = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        (code, said)
    }
}

/// Stretches of sound as (beginning, length), in seconds.
fn bursts(heard: &[f32]) -> Vec<(f64, f64)> {
    let loud: Vec<usize> = (0..heard.len()).filter(|at| heard[*at].abs() > 0.003).collect();
    let runs = loud.chunk_by(|a, b| b - a < 4_800);
    runs.map(|run| (run[0] as f64 / RATE, (run[run.len() - 1] - run[0]) as f64 / RATE)).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Loss {
    Speaker,
    Server,
}

impl Loss {
    fn happen(self, room: &Room) {
        match self {
            Self::Speaker => room.unplug(),
            Self::Server => room.crash(),
        }
    }

    fn mend(self, room: &Room) {
        match self {
            Self::Speaker => room.plug(),
            Self::Server => room.restart(),
        }
    }
}

/// One time without sound, in the room's seconds.
struct Gap {
    sentence: usize,
    loss: Loss,
    gone: f64,
    back: f64,
}

/// Runs one session through all of `losses`, and gives the gaps, what was heard and since when.
fn through(room: &Room, script: &Path, losses: &[Loss]) -> (Vec<Gap>, Vec<f32>, f64) {
    let from = room.now().room;
    let session = Session::start(room, script, &[]);
    let mut gaps = Vec::new();
    assert_eq!(session.next(), 0);
    for (number, loss) in losses.iter().enumerate() {
        let sentence = session.next();
        // After it is heard to begin and before it ends, somewhere else each time.
        sleep(Duration::from_millis(400 + number as u64 * 97 % 600));
        let gone = room.now().room;
        loss.happen(room);
        sleep(Duration::from_millis(500 + number as u64 * 331 % 2_500));
        let back = room.now().room;
        loss.mend(room);
        assert_eq!(session.next(), sentence, "it goes on with the sentence that was cut");
        gaps.push(Gap { sentence, loss: *loss, gone, back });
    }
    let (code, said) = session.end();
    assert_eq!((code, said.as_str()), (Some(0), ""));
    sleep(Duration::from_millis(300));
    let now = room.now().room;
    (gaps, room.heard(from, now), from)
}

/// Each sentence is heard whole, in order, and one that was cut is heard as far as it came first.
fn check(heard: &[f32], gaps: &[Gap], from: f64, sentences: usize) {
    let bursts = bursts(heard);
    let (mut next, mut cut) = (0, 0_usize);
    // First there is a chime.
    for (at, lasted) in bursts.iter().skip_while(|(_, lasted)| !is_whole(*lasted, 0)) {
        if next == sentences {
            break;
        }
        if is_whole(*lasted, next) {
            let before = cut.checked_sub(1).map(|cut| &gaps[cut]);
            if let Some(gap) = before.filter(|gap| gap.sentence == next) {
                let (server, gone) = (gap.loss == Loss::Server, gap.back - gap.gone);
                let what = if server { "server" } else { "speaker" };
                println!("{what} away {gone:.2} s, heard again {:.2} s after", from + at - gap.back);
            }
            next += 1;
        } else {
            // Long enough to be the sentence, and no rest of it.
            assert!(
                (0.2..length(next)).contains(lasted),
                "{lasted} s at {at} for sentence {next}: {bursts:?}"
            );
            assert_eq!(gaps[cut].sentence, next, "cut at {at}");
            cut += 1;
        }
    }
    assert_eq!((next, cut), (sentences, gaps.len()), "{bursts:?}");
}

/// What the journal says of it, also in another journal that took it over.
fn check_journal(room: &Room, dir: &Path, gaps: &[Gap]) {
    let said = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let json = said(&mut matside(room, &["history", "--json"]));
    let session: Value = serde_json::from_str(&json).unwrap();
    let lost = session["sound-lost"].as_array().unwrap();
    assert_eq!(lost.len(), gaps.len());
    for (lost, gap) in lost.iter().zip(gaps) {
        let seconds = lost["seconds"].as_f64().unwrap();
        // It is noticed a third of a second after, and the device is open half a second later at most.
        assert!(
            (-0.8..2.0).contains(&(seconds - (gap.back - gap.gone))),
            "{lost}, {} s",
            gap.back - gap.gone
        );
    }
    let lines = said(&mut matside(room, &["history"]));
    println!("{lines}");
    assert!(lines.contains(&format!("sound lost {} times, for ", gaps.len())), "{lines}");
    let exported = dir.join("exported.json");
    fs::write(&exported, said(&mut matside(room, &["journal", "export"]))).unwrap();
    let elsewhere = dir.join("state");
    let import = ["journal", "import", exported.to_str().unwrap()];
    said(matside(room, &import).env("XDG_STATE_HOME", &elsewhere));
    assert_eq!(said(matside(room, &["history", "--json"]).env("XDG_STATE_HOME", &elsewhere)), json);
}

fn survive(losses: &[Loss]) {
    let Some(room) = Room::or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    let sentences = losses.len() + 2;
    let script = script(dir.path(), sentences);
    let (gaps, heard, from) = through(&room, &script, losses);
    check(&heard, &gaps, from, sentences);
    check_journal(&room, dir.path(), &gaps);
}

#[test]
fn a_session_goes_on_from_the_sentence_that_was_cut_each_time() {
    survive(&[Loss::Speaker, Loss::Server, Loss::Speaker, Loss::Speaker]);
}

#[test]
#[ignore = "three minutes"]
fn measured_through_many_losses() {
    let count = |name: &str, default: usize| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (unplugged, crashed) = (count("UNPLUGGED", 20), count("CRASHED", 5));
    let total = unplugged + crashed;
    // The crashes evenly among the others.
    let is_crash = |at: usize| (at + 1) * crashed / total > at * crashed / total;
    let losses: Vec<Loss> =
        (0..total).map(|at| if is_crash(at) { Loss::Server } else { Loss::Speaker }).collect();
    survive(&losses);
}

/// The device stays away: the session ends with one line, and can be gone on with from the sentence that was cut.
#[test]
fn a_loudspeaker_that_stays_away_leaves_the_place_in_the_journal() {
    let Some(room) = Room::or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    let script = script(dir.path(), 3);
    let session = Session::start(&room, &script, &["--wait-for-device", "1"]);
    assert_eq!((session.next(), session.next()), (0, 1));
    sleep(Duration::from_millis(400));
    room.unplug();
    let (code, said) = session.end();
    assert_eq!(code, Some(7), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("matside: the sound device is gone and did not come back: "), "{said}");
    let history = matside(&room, &["history"]).output().unwrap();
    let history = String::from_utf8(history.stdout).unwrap();
    assert!(history.contains("cut off") && history.contains("sound lost for good at "), "{history}");
    room.plug();
    let session = Session::start(&room, &script, &["--resume"]);
    let resuming = session.captions.recv_timeout(LONG).unwrap();
    assert!(resuming == "We go on with in the room.", "{resuming}");
    assert_eq!((session.next(), session.next()), (1, 2));
    assert_eq!(session.end(), (Some(0), String::new()));
}

#[test]
fn a_loudspeaker_that_is_not_there_yet_is_waited_for() {
    let Some(room) = Room::or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    let script = script(dir.path(), 1);
    room.unplug();
    let session = Session::start(&room, &script, &[]);
    sleep(Duration::from_millis(1_500));
    let from = room.now().room;
    room.plug();
    assert_eq!(session.next(), 0);
    assert_eq!(session.end(), (Some(0), String::new()));
    sleep(Duration::from_millis(300));
    assert_eq!(whole(&room.heard(from, room.now().room), 1), [0]);
    room.unplug();
    let session = Session::start(&room, &script, &["--wait-for-device", "0"]);
    let (code, said) = session.end();
    assert_eq!((code, said.lines().count()), (Some(7), 1), "{said}");
}

/// The sound server while it answers nobody.
struct Hung(Pid);

impl Hung {
    fn server(room: &Room) -> Self {
        let env = room.env();
        let runtime = &env.iter().find(|(name, _)| name == "XDG_RUNTIME_DIR").unwrap().1;
        let file = Path::new(runtime).with_file_name("room.pa").display().to_string();
        let is_server = |pid: &Pid| {
            let line = fs::read_to_string(format!("/proc/{}/cmdline", pid.as_raw_pid())).unwrap_or_default();
            line.starts_with("pulseaudio") && line.contains(&file)
        };
        let processes = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| Pid::from_raw(entry.ok()?.file_name().to_str()?.parse().ok()?));
        let server = processes.into_iter().find(is_server).unwrap();
        kill_process(server, Signal::STOP).unwrap();
        Self(server)
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        kill_process(self.0, Signal::CONT).unwrap();
    }
}

#[test]
fn a_server_that_hangs_is_like_one_that_is_gone() {
    let Some(room) = Room::or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    let script = script(dir.path(), 2);
    let from = room.now().room;
    let session = Session::start(&room, &script, &[]);
    assert_eq!(session.next(), 0);
    sleep(Duration::from_millis(500));
    let hung = Hung::server(&room);
    sleep(Duration::from_secs(2));
    drop(hung);
    assert_eq!((session.next(), session.next()), (0, 1));
    assert_eq!(session.end(), (Some(0), String::new()));
    sleep(Duration::from_millis(300));
    assert_eq!(whole(&room.heard(from, room.now().room), 2), [0, 1]);
    // Calls into it never return, and the process ends all the same.
    let session = Session::start(&room, &script, &["--wait-for-device", "1"]);
    assert_eq!(session.next(), 0);
    let _hung = Hung::server(&room);
    let (code, said) = session.end();
    assert_eq!((code, said.lines().count()), (Some(7), 1), "{said}");
}

/// Where something is given to the loudspeaker, silence made of noise included, and how long before the first sound.
fn woken(heard: &[f32]) -> Vec<(f64, f64)> {
    let given: Vec<usize> = (0..heard.len()).filter(|at| heard[*at] != 0.0).collect();
    let runs = given.chunk_by(|a, b| b - a < 480);
    let runs = runs.filter_map(|run| {
        let loud = run.iter().find(|at| heard[**at].abs() > 0.003)?;
        Some((run[0] as f64 / RATE, (loud - run[0]) as f64 / RATE))
    });
    runs.collect()
}

#[test]
fn a_loudspeaker_that_sleeps_is_woken_at_the_start_and_when_it_is_back() {
    let Some(room) = Room::or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    let script = script(dir.path(), 1);
    let waking = |options: &[&str]| {
        let from = room.now().room;
        let session = Session::start(&room, &script, options);
        assert_eq!(session.next(), 0);
        sleep(Duration::from_millis(600));
        room.unplug();
        sleep(Duration::from_secs(1));
        room.plug();
        assert_eq!(session.next(), 0);
        assert_eq!(session.end(), (Some(0), String::new()));
        woken(&room.heard(from, room.now().room))
    };
    let woken = waking(&["--wake-up", "2s"]);
    let [(_, first), (_, again)] = woken[..] else { panic!("{woken:?}") };
    // A session begins with 0.4 s of its own silence; the room takes a moment to listen to what is plugged in.
    assert!((first - 2.4).abs() < 0.02, "{woken:?}");
    assert!((1.5..2.01).contains(&again), "{woken:?}");
    let woken = waking(&["--wake-up", "0s"]);
    assert!(woken.iter().all(|(_, before)| *before < 0.01), "{woken:?}");
}

/// A second loudspeaker, and a recorder of it.
struct Other {
    module: String,
    recorder: Child,
    tape: std::path::PathBuf,
}

fn pactl(room: &Room, words: &[&str]) -> String {
    let mut command = Command::new("pactl");
    room.furnish(&mut command);
    let output = command.args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Other {
    fn new(room: &Room, dir: &Path) -> Self {
        let sink = ["load-module", "module-null-sink", "sink_name=other", "norewinds=1", "rate=48000"];
        let module = pactl(room, &sink);
        let tape = dir.join("other.raw");
        let mut recorder = Command::new("parec");
        room.furnish(&mut recorder);
        recorder.args(["-d", "other.monitor", "--raw", "--format=s16le", "--rate=48000", "--channels=1"]);
        recorder.args(["--latency-msec=10"]).stdout(fs::File::create(&tape).unwrap());
        Self { module, recorder: recorder.spawn().unwrap(), tape }
    }

    /// It goes away. Gives what it played.
    fn unplug(mut self, room: &Room) -> Vec<f32> {
        // First the recorder, which would be given another device to record.
        self.recorder.kill().unwrap();
        self.recorder.wait().unwrap();
        pactl(room, &["unload-module", &self.module]);
        let tape = fs::read(&self.tape).unwrap();
        let (samples, _) = tape.as_chunks::<2>();
        samples.iter().map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32_768.0).collect()
    }
}

/// Which sentences are in it, whole.
fn whole(heard: &[f32], sentences: usize) -> Vec<usize> {
    let number = |(_, lasted): (f64, f64)| (0..sentences).find(|number| is_whole(lasted, *number));
    bursts(heard).into_iter().filter_map(number).collect()
}

#[test]
fn another_default_is_taken_at_once_and_the_first_again_when_that_goes_away() {
    let Some(room) = Room::or_skip() else { return };
    let dir = tempfile::tempdir().unwrap();
    // Of five no two are equally long.
    let script = script(dir.path(), 5);
    let other = Other::new(&room, dir.path());
    pactl(&room, &["set-default-sink", "speaker"]);
    let from = room.now().room;
    let session = Session::start(&room, &script, &[]);
    assert_eq!((session.next(), session.next()), (0, 1));
    sleep(Duration::from_millis(700));
    pactl(&room, &["set-default-sink", "other"]);
    assert_eq!((session.next(), session.next()), (2, 3));
    sleep(Duration::from_millis(700));
    let elsewhere = other.unplug(&room);
    assert_eq!(session.next(), 4);
    assert_eq!(session.end(), (Some(0), String::new()));
    sleep(Duration::from_millis(300));
    let here = whole(&room.heard(from, room.now().room), 5);
    assert_eq!((here.as_slice(), whole(&elsewhere, 5).as_slice()), ([0, 4].as_slice(), [2].as_slice()));
    let history = matside(&room, &["history"]).output().unwrap();
    assert!(!String::from_utf8(history.stdout).unwrap().contains("sound lost"));
}
