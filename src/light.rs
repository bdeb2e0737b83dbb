//! A light that shows how a session stands. Owns the file or the line that makes it shine, and its blinking. Must not know
//! sessions.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use gpiocdev::Request;
use gpiocdev::line::Value;

/// Where the kernel has lights that it knows by name.
const FOLDER: &str = "/sys/class/leds";
/// Of a slow blink, on and off.
const SLOW: Duration = Duration::from_secs(1);
/// Of a fast one.
const FAST: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glow {
    Steady,
    Slow,
    Fast,
    Off,
}

#[derive(Debug, thiserror::Error)]
pub enum LightError {
    #[error("the light `{0}` cannot be used")]
    File(String, #[source] io::Error),
    #[error("the light `{0}` cannot be used")]
    Line(String, #[source] gpiocdev::Error),
}

/// Shines as it was last told, and goes out when dropped.
#[derive(Debug)]
pub struct Light {
    glow: Option<Sender<Glow>>,
    thread: Option<JoinHandle<()>>,
}

impl Light {
    /// `name` is one in `/sys/class/leds`, or a line such as `gpiochip0:27`.
    ///
    /// # Errors
    /// There is none of this name, or no right to use it.
    pub fn open(name: &str) -> Result<Self, LightError> {
        let lamp = Lamp::open(name, Path::new(FOLDER))?;
        let (glow, glows) = channel();
        let thread = Some(thread::spawn(move || shine(&lamp, &glows)));
        Ok(Self { glow: Some(glow), thread })
    }

    pub fn show(&self, glow: Glow) {
        let _ = self.glow.as_ref().map(|sender| sender.send(glow));
    }
}

impl Drop for Light {
    fn drop(&mut self) {
        self.glow = None;
        // It only has to write one byte.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Blinks until nobody tells it anything any more, then is dark. What fails now has worked at first: a light that was
/// unplugged is no loss to the session.
fn shine(lamp: &Lamp, glows: &Receiver<Glow>) {
    let (mut glow, mut lit) = (Glow::Off, false);
    loop {
        let told = match glow {
            Glow::Steady | Glow::Off => glows.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Glow::Slow => glows.recv_timeout(SLOW),
            Glow::Fast => glows.recv_timeout(FAST),
        };
        lit = match told {
            Ok(new) if new == glow => continue,
            Ok(new) => {
                glow = new;
                new != Glow::Off
            }
            Err(RecvTimeoutError::Timeout) => !lit,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let _ = lamp.set(lit);
    }
    let _ = lamp.set(false);
}

#[derive(Debug)]
enum Lamp {
    /// The file, and what is written to it for full light.
    File(PathBuf, String),
    Line(Request),
}

impl Lamp {
    fn open(name: &str, folder: &Path) -> Result<Self, LightError> {
        let line = name.strip_prefix("gpiochip").and_then(|rest| rest.split_once(':'));
        let lamp = match line.and_then(|(chip, line)| Some((chip, line.parse().ok()?))) {
            Some((chip, line)) => {
                let wrong = |error| LightError::Line(name.to_owned(), error);
                let mut builder = Request::builder();
                let builder = builder.on_chip(format!("/dev/gpiochip{chip}")).with_consumer("matside");
                Self::Line(builder.with_line(line).as_output(Value::Inactive).request().map_err(wrong)?)
            }
            None => {
                let folder = folder.join(name);
                let most =
                    fs::read_to_string(folder.join("max_brightness")).unwrap_or_else(|_| "1".to_owned());
                Self::File(folder.join("brightness"), most.trim().to_owned())
            }
        };
        // Dark also ends what the kernel blinks there by itself.
        lamp.set(false).map_err(|error| LightError::File(name.to_owned(), error))?;
        Ok(lamp)
    }

    fn set(&self, lit: bool) -> io::Result<()> {
        match self {
            Self::File(path, most) => {
                let mut options = fs::OpenOptions::new();
                let file = options.write(true).open(path)?;
                io::Write::write_all(&mut &file, if lit { most.as_bytes() } else { b"0" })
            }
            Self::Line(request) => {
                let value = if lit { Value::Active } else { Value::Inactive };
                request.set_lone_value(value).map_err(io::Error::other)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// A folder with one light, and what is written to its file within `time` after it was told `glow`.
    fn seen(glow: Glow, time: Duration) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("led0/brightness");
        fs::create_dir(dir.path().join("led0")).unwrap();
        fs::write(dir.path().join("led0/max_brightness"), "7\n").unwrap();
        fs::write(&file, "").unwrap();
        let lamp = Lamp::open("led0", dir.path()).unwrap();
        let (sender, glows) = channel();
        let thread = thread::spawn(move || shine(&lamp, &glows));
        sender.send(glow).unwrap();
        let (begun, mut seen) = (Instant::now(), Vec::new());
        while begun.elapsed() < time {
            let now = fs::read_to_string(&file).unwrap();
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            thread::sleep(Duration::from_millis(2));
        }
        drop(sender);
        thread.join().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap().as_bytes()[..1], *b"0", "dark at the end");
        seen
    }

    #[test]
    fn it_blinks_as_it_is_told_and_is_dark_at_the_end() {
        let changes =
            |glow| seen(glow, Duration::from_millis(900)).iter().filter(|seen| *seen == "7").count();
        assert_eq!((changes(Glow::Steady), changes(Glow::Slow), changes(Glow::Off)), (1, 1, 0));
        assert!(changes(Glow::Fast) >= 2);
    }

    #[test]
    fn one_that_is_not_there_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["led9", "gpiochip999:3", "input3::capslock"] {
            assert!(Lamp::open(name, dir.path()).unwrap_err().to_string().contains(name));
        }
    }
}
