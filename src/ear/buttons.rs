//! Buttons of remotes, keypads, foot switches and GPIO lines, with or without a terminal. Owns the thread that waits for
//! them, and which of them are left to whoever sits at a screen. Must not know what their meanings do.

mod devices;
mod gpio;
pub mod map;
pub mod press;

use std::fmt;
use std::fs;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::runner::Event;

use super::Input;
use devices::{Change, Devices, FOLDER};
use gpio::Lines;
use map::{Button, Map};
use press::{Edge, Press, Presses};

/// How often is looked for what was plugged in. Remotes sleep and come back at the press of a button, which is lost
/// then anyway.
const LOOK: Duration = Duration::from_secs(1);
/// systemd keeps here who sits at the screen of the machine. It is not there on systems without.
const SEAT: &str = "/run/systemd/seats/seat0";

/// What there is to tell of buttons.
#[derive(Debug)]
pub enum Report {
    Pressed {
        button: Button,
        press: Press,
        /// Name of the device, where it is known.
        on: String,
        /// It types at a screen, and is left to that.
        left: bool,
    },
    Came(String),
    Gone(String),
    /// What cannot be listened to, and why.
    Refused(String),
}

/// Takes reports on the thread that waits for buttons; `false` ends it.
pub type Reports = Box<dyn FnMut(Report) -> bool + Send>;

/// Passes on what is pressed. Where single keys are read from a `terminal`, what can be typed comes from there.
pub fn listen<T: From<Input> + Send + 'static>(map: Map, terminal: bool, inputs: Sender<T>) {
    let meanings = map.clone();
    let pass_on = move |report| {
        let input = match report {
            Report::Pressed { button, press, left: false, .. } => {
                meanings.meaning(&button, press).map(|what| Input::Event(Event::Pressed(what.to_owned())))
            }
            // A remote that fell asleep is no news, and neither is a keyboard that nobody wants to use here.
            Report::Refused(why) if meanings.wanted => Some(Input::Told(why)),
            _ => None,
        };
        input.is_none_or(|input| inputs.send(input.into()).is_ok())
    };
    watch(map, terminal, false, Box::new(pass_on));
}

/// Reports what is pressed, on a thread that is never joined; with `every`, also what means nothing.
pub fn watch(map: Map, terminal: bool, every: bool, reports: Reports) {
    let lines = Lines::new(map.lines());
    let (devices, presses) = (Devices::default(), Presses::default());
    let watch = Watch { map, terminal, every, devices, lines, presses, reports };
    thread::spawn(move || watch.run());
}

struct Watch {
    map: Map,
    terminal: bool,
    every: bool,
    devices: Devices,
    lines: Lines,
    presses: Presses,
    reports: Reports,
}

impl Watch {
    fn run(mut self) -> Option<()> {
        let mut look = Instant::now();
        loop {
            let now = Instant::now();
            if now >= look {
                self.look()?;
                look = now + LOOK;
            }
            let until = look.saturating_duration_since(now);
            let wait = self.presses.wait(now).map_or(until, |wait| wait.min(until));
            for place in self.ready(wait) {
                self.read(place)?;
            }
            for (button, press) in self.presses.ended(Instant::now()) {
                self.tell(Report::Pressed { button, press, on: String::new(), left: false })?;
            }
        }
    }

    /// Nothing when nobody wants to know any more.
    fn tell(&mut self, report: Report) -> Option<()> {
        (self.reports)(report).then_some(())
    }

    fn look(&mut self) -> Option<()> {
        let (map, every) = (&self.map, self.every);
        let wanted = |button: &Button| every || map.knows(button);
        for change in self.devices.look(Path::new(FOLDER), &wanted, map.grab.as_deref()) {
            self.tell(match change {
                Change::Came(name) => Report::Came(name),
                Change::Refused(path, error) => Report::Refused(refused(&path.display(), &error)),
            })?;
        }
        for (line, error) in self.lines.look() {
            self.tell(Report::Refused(refused(&Button::Line(line), &error)))?;
        }
        Some(())
    }

    /// The places that have something to report, highest first: one that is gone moves only those above it.
    fn ready(&self, wait: Duration) -> Vec<usize> {
        let fds = self.devices.fds().chain(self.lines.fds());
        let mut fds: Vec<PollFd<'_>> =
            fds.map(|fd: BorrowedFd<'_>| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        let wait = Timespec::try_from(wait).ok();
        if poll(&mut fds, wait.as_ref()).is_err() {
            // A signal; whatever else is wrong is not asked about a million times a second.
            thread::sleep(Duration::from_millis(10));
        }
        let ready = fds.iter().enumerate().filter(|(_, fd)| !fd.revents().is_empty());
        ready.map(|(place, _)| place).rev().collect()
    }

    fn read(&mut self, place: usize) -> Option<()> {
        let devices = self.devices.fds().count();
        if let Some(line) = place.checked_sub(devices) {
            let edge = self.lines.read(line);
            return edge.map_or(Some(()), |edge| self.moved(edge, "", false));
        }
        let Some((open, edges)) = self.devices.read(place) else {
            self.presses.forget();
            let name = self.devices.close(place);
            return self.tell(Report::Gone(name));
        };
        let (name, grabbed) = (open.name.clone(), open.grabbed);
        edges.into_iter().try_for_each(|edge| self.moved(edge, &name, grabbed))
    }

    fn moved(&mut self, edge: Edge, on: &str, grabbed: bool) -> Option<()> {
        let left = !grabbed && edge.button.types() && (self.terminal || somebody_sits_there());
        let press = if left {
            edge.down.then_some(Press::Short)
        } else {
            self.presses.moved(&edge, self.map.holds(&edge.button))
        };
        let report = |press| Report::Pressed { button: edge.button, press, on: on.to_owned(), left };
        press.map_or(Some(()), |press| self.tell(report(press)))
    }
}

fn refused(what: &dyn fmt::Display, error: &dyn fmt::Display) -> String {
    format!("no buttons from `{what}`: {error}; `matside doctor` says what mends it")
}

/// Somebody types at the machine itself, into something else.
fn somebody_sits_there() -> bool {
    fs::read_to_string(SEAT).is_ok_and(|seat| seat.lines().any(|line| line.starts_with("ACTIVE_UID=")))
}
