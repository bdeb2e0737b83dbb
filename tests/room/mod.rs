//! A virtual room with a loudspeaker, for tests of what is really heard. Owns the room's life; the rig itself is
//! found at `MATSIDE_ROOM`, and without it (or without a sound server) tests skip and say why.
//!
//! Programs under test are child processes with [`Room::env`]; nothing in this process is changed.

// Each test crate uses its own part of this.
#![allow(dead_code)]

pub mod tape;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use serde_json::Value;

/// A room forgotten by a killed test ends itself after this many seconds.
const LIFE: &str = "1800";

pub struct Room {
    script: PathBuf,
    directory: PathBuf,
}

/// The room's clock. Seconds; room time starts with the room.
#[derive(Clone, Debug)]
pub struct Now {
    pub room: f64,
    /// What to add to room time for Unix time; good to 5 ms.
    pub unix_at_0: f64,
    /// Frames that the recording lost or made up. Anything but 0 spoils a measurement.
    pub lost_frames: u64,
}

impl Room {
    /// A room of its own, or why there is none.
    pub fn start() -> Result<Self, String> {
        static ROOMS: AtomicU32 = AtomicU32::new(0);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rig = env::var_os("MATSIDE_ROOM").map_or_else(|| root.join("../shared/room"), PathBuf::from);
        let script = rig.join("virtual-room.sh");
        if !script.is_file() {
            return Err(format!("no virtual room at {}; set MATSIDE_ROOM", rig.display()));
        }
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let directory = env::temp_dir().join(format!("matside-room-{}-{number}", std::process::id()));
        let room = Self { script, directory };
        room.command(&["start", "--ttl", LIFE]).map(|_| room)
    }

    /// A room, or `None` and a line about it.
    pub fn or_skip() -> Option<Self> {
        Self::start().map_err(|why| eprintln!("skipped: {why}")).ok()
    }

    /// Gives `command` this room's sound, and no other.
    pub fn furnish(&self, command: &mut Command) {
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.envs(self.env());
    }

    pub fn env(&self) -> Vec<(String, String)> {
        let text = self.run(&["env"]).unwrap();
        let exports = text.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        exports.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect()
    }

    pub fn now(&self) -> Now {
        let now = self.command(&["now"]).unwrap();
        let lost = ["filled_frames", "trimmed_frames"].map(|name| now[name].as_u64().unwrap_or(0));
        Now {
            room: now["room"].as_f64().unwrap(),
            unix_at_0: now["unix_at_room_0"].as_f64().unwrap(),
            lost_frames: lost.iter().sum(),
        }
    }

    /// What the loudspeaker played between two room times, left channel, 48 kHz. Panics if right differs.
    pub fn heard(&self, from: f64, to: f64) -> Vec<f32> {
        let path = self.directory.join("heard.wav");
        let (from, to) = (from.to_string(), to.to_string());
        self.command(&["heard", path.to_str().unwrap(), "--from", &from, "--to", &to]).unwrap();
        let mut wav = hound::WavReader::open(&path).unwrap();
        assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 48_000));
        let samples: Vec<i16> = wav.samples::<i16>().map(Result::unwrap).collect();
        let (pairs, _) = samples.as_chunks::<2>();
        assert!(pairs.iter().all(|[left, right]| left == right), "the channels differ");
        pairs.iter().map(|[left, _]| f32::from(*left) / 32_768.0).collect()
    }

    /// The loudspeaker goes away.
    pub fn unplug(&self) {
        self.command(&["unplug"]).unwrap();
    }

    pub fn plug(&self) {
        self.command(&["plug"]).unwrap();
    }

    /// The person says what is in the file, and has said it.
    pub fn say(&self, file: &Path) {
        self.command(&["say", file.to_str().unwrap(), "--level", "-26", "--wait"]).unwrap();
    }

    /// Hiss in the microphone, in decibels below full scale.
    pub fn noise(&self, level: &str) {
        self.command(&["noise", level]).unwrap();
    }

    /// The microphone goes away.
    pub fn unplug_microphone(&self) {
        self.command(&["mic-unplug"]).unwrap();
    }

    pub fn plug_microphone(&self) {
        self.command(&["mic-plug"]).unwrap();
    }

    /// The sound server is killed.
    pub fn crash(&self) {
        self.command(&["crash"]).unwrap();
    }

    pub fn restart(&self) {
        self.command(&["restart"]).unwrap();
    }

    fn command(&self, words: &[&str]) -> Result<Value, String> {
        let text = self.run(words)?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        match answer.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(answer),
        }
    }

    fn run(&self, words: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.script);
        command.args(words).env("VIRTUAL_ROOM", &self.directory).stdin(Stdio::null());
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.run(&["stop"]));
        drop(fs::remove_dir_all(&self.directory));
    }
}
