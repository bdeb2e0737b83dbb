//! Keys on a terminal: one of our own making, with the program as the leader of its session.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::user::{LIVE, User};

pub struct Terminal {
    keyboard: File,
    child: Child,
    shown: Arc<Mutex<String>>,
}

impl Terminal {
    /// Runs a session with captions on a new terminal.
    fn run(user: &User, session: &str) -> Self {
        Self::of(user, &[&LIVE[..], &["--captions", session]].concat())
    }

    /// Runs the program on a new terminal.
    pub fn of(user: &User, args: &[&str]) -> Self {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let open = || File::options().read(true).write(true).open(&name).unwrap();
        // `setsid --ctty` makes the terminal the controlling one, as a login does.
        let mut command = Command::new("setsid");
        command.args(["--ctty", env!("CARGO_BIN_EXE_matside")]);
        let mut command = user.dressed(command, args);
        let child = command.stdin(open()).stdout(open()).stderr(open()).spawn().unwrap();
        let keyboard = File::from(master);
        let (shown, mut screen) = (Arc::new(Mutex::new(String::new())), keyboard.try_clone().unwrap());
        let writing = shown.clone();
        thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                writing.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        Self { keyboard, child, shown }
    }

    pub fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits until `text` is shown for the `times`th time.
    pub fn see(&mut self, text: &str, times: usize) -> &mut Self {
        let by = Instant::now() + Duration::from_mins(1);
        while self.shown().matches(text).count() < times {
            let ended = self.child.try_wait().unwrap();
            assert!(Instant::now() < by && ended.is_none(), "`{text}` was not shown:\n{}", self.shown());
            thread::sleep(Duration::from_millis(5));
        }
        self
    }

    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Keys arrive one by one, unseen.
    fn is_raw(&self) -> bool {
        let modes = tcgetattr(&self.keyboard).unwrap().local_modes;
        !modes.intersects(LocalModes::ICANON | LocalModes::ECHO)
    }

    pub fn end(&mut self) -> Option<i32> {
        let by = Instant::now() + Duration::from_mins(1);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < by, "it does not end:\n{}", self.shown());
            thread::sleep(Duration::from_millis(5));
        }
        self.child.wait().unwrap().code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_answer_pause_resume_help_and_stop() {
    let user = User::new();
    let mut terminal = Terminal::run(&user, "long");
    assert!(!terminal.is_raw() || terminal.shown().contains("keys:"));
    terminal.see("Numb?", 1);
    assert!(terminal.is_raw());
    terminal.press("n").see("> no", 1).see("Go on.", 1);
    terminal.press(" ").see("Paused.", 1).see("(paused)", 1);
    terminal.press(" ").see("We go on.", 1);
    terminal.press("?").see("how-long", 1).see("space  pause", 1);
    terminal.press("q").see("We stop here.", 1);
    assert_eq!(terminal.end(), Some(3));
    assert!(!terminal.is_raw(), "the terminal has its mode back");
}

#[test]
fn digits_answer_on_a_scale() {
    let user = User::new();
    let mut terminal = Terminal::run(&user, "tiny");
    terminal.see("Numb?", 1).press("N").see("Pain?", 1).press("10").see("> number, 10", 1);
    assert_eq!(terminal.end(), Some(0));
    assert!(!terminal.is_raw());
    assert!(!user.path("state/matside/log").exists(), "somebody watches");
}

#[test]
fn control_c_says_goodbye_and_twice_ends_at_once() {
    let user = User::new();
    let mut terminal = Terminal::run(&user, "long");
    terminal.see("Numb?", 1).press("\u{3}").see("Goodbye.", 1);
    assert_eq!(terminal.end(), Some(130));
    assert!(!terminal.is_raw());

    let user = User::new();
    let mut terminal = Terminal::run(&user, "long");
    terminal.see("Numb?", 1).press("\u{3}").see("I have to stop.", 1);
    let start = Instant::now();
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert!(!terminal.is_raw());
}

#[test]
fn a_terminal_that_goes_away_ends_the_session() {
    let user = User::new();
    let mut terminal = Terminal::run(&user, "long");
    terminal.see("Numb?", 1);
    // The hang-up that a closed window sends.
    let pid = rustix::process::Pid::from_child(&terminal.child);
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    assert_eq!(terminal.end(), Some(130));
    assert!(user.bookmark().is_some() && !terminal.is_raw());
}
