//! The loudspeaker in the virtual room: what is played is heard, whole and soon, through load and loss.
//!
//! The player is this program again, in the room's environment. Long measurements are ignored by default:
//! `cargo test --test device -- --ignored --nocapture measured`, with `SECONDS_EACH` and `BUSY` in the environment.
#![cfg(feature = "device")]

mod room;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

use matside::output::Fill;
use matside::output::device::{Device, Options, Shared, reopen};
use room::{Room, tape};

const ROLE: &str = "MATSIDE_TEST_ROLE";

/// Plays the numbered signal, or silence while muted. Frames go on either way.
struct Numbers {
    next: u64,
    muted: Arc<AtomicBool>,
    at: Arc<AtomicU64>,
}

impl Fill for Numbers {
    fn fill(&mut self, block: &mut [f32]) {
        for sample in block {
            *sample = if self.muted.load(Relaxed) { 0.0 } else { tape::numbered(self.next) };
            self.next += 1;
        }
        self.at.store(self.next, Relaxed);
    }
}

fn numbers() -> (Shared, Arc<AtomicBool>) {
    let muted = Arc::new(AtomicBool::new(false));
    (Arc::new(Mutex::new(Numbers { next: 1, muted: muted.clone(), at: Arc::default() })), muted)
}

fn options() -> Options {
    Options { buffer: env::var("BUFFER").ok().and_then(|frames| frames.parse().ok()), ..Options::default() }
}

/// Not a test: the child process of those below.
#[test]
#[ignore = "the player of other tests"]
fn player() {
    let Ok(role) = env::var(ROLE) else { return };
    let (role, number) = role.split_once(' ').unwrap();
    let number: u32 = number.parse().unwrap();
    match role {
        "play" => play(number),
        "hush" => hush(number),
        "survive" => survive(number),
        _ => panic!("{role}"),
    }
}

fn play(seconds: u32) {
    let (source, _) = numbers();
    let device = Device::open(source, &options()).unwrap();
    let (start, used) = (Instant::now(), cpu());
    thread::sleep(Duration::from_secs(seconds.into()));
    let busy = (cpu() - used) / start.elapsed().as_secs_f64() * 100.0;
    println!("= pulled {} holes {} cpu {busy:.2} %", device.frames_pulled(), device.holes());
}

fn hush(times: u32) {
    let (source, muted) = numbers();
    let mut device = Device::open(source, &options()).unwrap();
    for time in 0..times {
        thread::sleep(Duration::from_millis(700 + u64::from(time * 37 % 83)));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        muted.store(true, Relaxed);
        let start = Instant::now();
        device.hush();
        println!("= {now:.6} {:.1}", start.elapsed().as_secs_f64() * 1e3);
        thread::sleep(Duration::from_millis(250));
        muted.store(false, Relaxed);
    }
    thread::sleep(Duration::from_millis(500));
    assert!(!device.is_dead(Instant::now()));
}

fn survive(seconds: u32) {
    let (source, _) = numbers();
    let mut device = Device::open(source.clone(), &options()).unwrap();
    let end = Instant::now() + Duration::from_secs(seconds.into());
    println!("= playing");
    while Instant::now() < end {
        thread::sleep(Duration::from_millis(20));
        if device.is_dead(Instant::now()) {
            println!("= lost");
            drop(device);
            let since = Instant::now();
            device = reopen(&source, &options(), end, &AtomicBool::new(false)).unwrap();
            println!("= back {:?}", since.elapsed());
        }
    }
}

/// Seconds of processor time of this process.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: f64 = fields.split_whitespace().skip(11).take(2).map(|t| t.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

fn start(room: &Room, role: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "player", "--ignored", "--nocapture"]).env(ROLE, role);
    room.furnish(&mut command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Its lines, and what it wrote to standard error.
fn finish(child: Child) -> (Vec<String>, String) {
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    (out.lines().filter_map(|line| Some(line.split_once("= ")?.1.to_owned())).collect(), err.into_owned())
}

/// Processes that want all there is.
struct Busy(Vec<Child>);

impl Busy {
    fn from_env() -> Self {
        let count: u32 = env::var("BUSY").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
        let spin = || Command::new("yes").stdout(Stdio::null()).spawn().unwrap();
        Self((0..count).map(|_| spin()).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn seconds_each(default: u32) -> u32 {
    env::var("SECONDS_EACH").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(default)
}

#[test]
fn what_is_played_is_heard_whole() {
    let Some(room) = Room::or_skip() else { return };
    let before = room.now();
    let (_, err) = finish(start(&room, "play 2"));
    assert_eq!(err, "");
    let tape = room.heard(before.room, room.now().room);
    assert!(tape::holes(&tape, 2).is_empty() && tape::jumps(&tape).is_empty());
    let length = tape.iter().filter(|sample| **sample != 0.0).count();
    assert!((2 * 48_000 - 10_000..2 * 48_000 + 20_000).contains(&length), "{length}");
}

#[test]
fn a_lost_loudspeaker_and_a_killed_server_are_survived() {
    let Some(room) = Room::or_skip() else { return };
    let mut child = start(&room, "survive 12");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut wait = |word: &str| lines.find(|line| line.contains(word)).unwrap();
    wait("playing");
    room.unplug();
    wait("lost");
    thread::sleep(Duration::from_secs(1));
    room.plug();
    println!("speaker: {}", wait("back"));
    thread::sleep(Duration::from_secs(1));
    room.crash();
    wait("lost");
    thread::sleep(Duration::from_secs(1));
    room.restart();
    println!("server: {}", wait("back"));
    thread::sleep(Duration::from_secs(1));
    let now = room.now().room;
    let (_, err) = finish(child);
    assert_eq!(err, "");
    assert!(room.heard(now - 0.5, now).iter().any(|sample| *sample != 0.0));
}

#[test]
#[ignore = "a measurement"]
fn measured_wholeness() {
    let Some(room) = Room::or_skip() else { return };
    let _busy = Busy::from_env();
    let before = room.now();
    let (lines, err) = finish(start(&room, &format!("play {}", seconds_each(60))));
    let now = room.now();
    let tape = room.heard(before.room, now.room);
    let holes = tape::holes(&tape, 2);
    let length: usize = holes.iter().map(ExactSizeIterator::len).sum();
    println!("{lines:?} {err}");
    println!(
        "holes {} of {} ms together, at {:?}",
        holes.len(),
        length / 48,
        holes.iter().take(9).collect::<Vec<_>>()
    );
    println!("jumps {:?}; the room lost {}", tape::jumps(&tape), now.lost_frames - before.lost_frames);
}

#[test]
#[ignore = "a measurement"]
fn measured_hush() {
    let Some(room) = Room::or_skip() else { return };
    let _busy = Busy::from_env();
    let before = room.now();
    let (lines, err) = finish(start(&room, "hush 20"));
    let now = room.now();
    let tape = room.heard(before.room, now.room);
    let holes = tape::holes(&tape, 4_800);
    let unix = now.unix_at_0 + before.room;
    println!("{err}the room lost {}", now.lost_frames - before.lost_frames);
    for (line, hole) in lines.iter().zip(&holes) {
        let (flip, call) = line.split_once(' ').unwrap();
        let silent = unix + hole.start as f64 / 48_000.0;
        println!(
            "silent after {:.1} ms; the call took {call} ms",
            (silent - flip.parse::<f64>().unwrap()) * 1e3
        );
    }
    println!("{} of {}", holes.len(), lines.len());
}
