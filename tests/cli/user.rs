//! Somebody with a home of their own, who starts the program and talks to it through pipes.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use matside::history::History;
use matside::journal::{Bookmark, Folder, Journal};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A session of a few seconds: a question, a text, a rest that can be interrupted, a text.
pub const TINY: &str = r#"
format = 1
title = "Tiny"
language = "en"
minutes = [0, 5]
begin = ["flags"]
finish = ["after"]

[[step]]
say = "Go on."

[[step]]
rest = "1s"

[[step]]
say = "Done."
"#;

/// The same with a rest of a minute.
pub fn long() -> String {
    TINY.replace("1s", "1min").replace("Tiny", "Long")
}

const FLAGS: &str = r#"
format = 1
title = "Flags"
language = "en"
ask = "Numb?"
again = "Numb, yes or no?"
wait = "1s"
ask-again = 0
recorded = "If so, call."

[[answer]]
id = "yes"
heard = ["yes"]
key = "y"
say = "Call."
refer = "emergency"

[[answer]]
id = "no"
planned = true
heard = ["no"]
key = "n"
then = "continue"

[no-answer]
say = "Not heard."
then = "stop"
"#;

const AFTER: &str = r#"
format = 1
title = "After"
language = "en"
ask = "Pain?"
again = "Pain, in a number?"
scale = [0, 10]
wait = "1s"
ask-again = 0

[[answer]]
id = "number"
planned = true
number = [0, 10]
then = "continue"

[no-answer]
then = "continue"
"#;

/// Nothing a test waits for takes longer, on a busy machine too.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct User {
    home: TempDir,
}

/// What a finished process has left.
pub struct Seen {
    /// -1 where a signal ended it.
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl User {
    pub fn new() -> Self {
        let user = Self { home: tempfile::tempdir().unwrap() };
        fs::create_dir(user.path("here")).unwrap();
        user.write("tiny.toml", TINY);
        user.write("long.toml", &long());
        user.write("check-ins/flags.toml", FLAGS);
        user.write("check-ins/after.toml", AFTER);
        user
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Where the journal lies.
    pub fn journal_file(&self) -> PathBuf {
        self.path("state/matside/journal.sqlite")
    }

    pub fn journal(&self) -> Journal {
        Journal::open(&Folder::open(&self.path("state/matside")).unwrap()).unwrap()
    }

    pub fn history(&self) -> History {
        self.journal().history().unwrap()
    }

    pub fn bookmark(&self) -> Option<Bookmark> {
        self.journal().bookmark().unwrap()
    }

    /// Writes one of the user's own files.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path("config/matside").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn program(&self, args: &[&str]) -> Command {
        self.dressed(Command::new(env!("CARGO_BIN_EXE_matside")), args)
    }

    /// `command` with this user's surroundings and nothing else.
    pub fn dressed(&self, mut command: Command, args: &[&str]) -> Command {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (variable, dir) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(variable, self.path(dir));
        }
        // As under systemd: then nothing goes into the log of the machine that runs the tests.
        command.env("JOURNAL_STREAM", "0:0");
        command.args(args).current_dir(self.path("here")).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Seen {
        finish(self.program(args))
    }

    /// Performs `session` in real time without a device, with captions.
    pub fn perform(&self, session: &str) -> Live {
        self.perform_with(session, &[])
    }

    pub fn perform_with(&self, session: &str, further: &[&str]) -> Live {
        let args = [&LIVE[..], &["--captions", session], further].concat();
        Live::start(self.program(&args))
    }
}

pub const LIVE: [&str; 5] = ["run", "--voice", "tick", "--output", "null"];

/// Runs `command` to its end with both outputs caught.
pub fn finish(mut command: Command) -> Seen {
    seen(&command.output().unwrap())
}

/// The same, but standard output goes where it was sent before.
pub fn finish_child(mut command: Command) -> Seen {
    let child = command.spawn().unwrap();
    // Its copies of our pipes' ends go with it.
    drop(command);
    seen(&child.wait_with_output().unwrap())
}

fn seen(output: &Output) -> Seen {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Seen { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A process that is talked to while it runs. Killed when dropped.
pub struct Live {
    child: Child,
    captions: Receiver<String>,
    err: Option<thread::JoinHandle<String>>,
    heard: Vec<String>,
}

impl Live {
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, captions) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut err = child.stderr.take().unwrap();
        let err = thread::spawn(move || {
            let mut text = String::new();
            let _ = err.read_to_string(&mut text);
            text
        });
        Self { child, captions, err: Some(err), heard: Vec::new() }
    }

    /// Waits for a caption that contains `text`.
    pub fn hear(&mut self, text: &str) -> &mut Self {
        let by = Instant::now() + PATIENCE;
        loop {
            let left = by.saturating_duration_since(Instant::now());
            let Ok(caption) = self.captions.recv_timeout(left) else {
                let code = self.child.try_wait();
                let _ = self.child.kill();
                let err = self.err.take().map(thread::JoinHandle::join);
                panic!("`{text}` was not said; heard {:?}; process {code:?}; stderr {err:?}", self.heard);
            };
            self.heard.push(caption);
            if self.heard.last().is_some_and(|caption| caption.contains(text)) {
                return self;
            }
        }
    }

    /// The same, but it may end before; whether it was heard.
    pub fn hear_or_end(&mut self, text: &str) -> bool {
        while let Ok(caption) = self.captions.recv_timeout(PATIENCE) {
            self.heard.push(caption);
            if self.heard.last().is_some_and(|caption| caption.contains(text)) {
                return true;
            }
        }
        false
    }

    /// Types a line, if there is still somebody to read it.
    pub fn try_say(&mut self, words: &str) -> bool {
        writeln!(self.child.stdin.as_mut().unwrap(), "{words}").is_ok()
    }

    /// Kills it from behind.
    pub fn kill_after(&self, time: Duration) {
        let pid = self.pid();
        thread::spawn(move || {
            thread::sleep(time);
            let _ = kill_process(pid, Signal::KILL);
        });
    }

    /// Types a line.
    pub fn say(&mut self, words: &str) -> &mut Self {
        writeln!(self.child.stdin.as_mut().unwrap(), "{words}").unwrap();
        self
    }

    pub fn close_stdin(&mut self) -> &mut Self {
        drop(self.child.stdin.take());
        self
    }

    pub fn signal(&mut self, signal: Signal) -> &mut Self {
        kill_process(self.pid(), signal).unwrap();
        self
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// What it was started with, or began itself anew with.
    pub fn arguments(&self) -> String {
        fs::read_to_string(self.proc("cmdline")).unwrap_or_default()
    }

    /// Memory that it holds now, in kB.
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end.
    pub fn end(&mut self) -> Seen {
        let by = Instant::now() + PATIENCE;
        while self.is_running() {
            assert!(Instant::now() < by, "it does not end; heard {:?}", self.heard);
            thread::sleep(Duration::from_millis(5));
        }
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        self.heard.extend(self.captions.iter());
        let err = self.err.take().map_or_else(String::new, |err| err.join().unwrap());
        Seen { code, out: self.heard.join("\n"), err }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of a process so far, in clock ticks of 1/100 s.
pub fn processor_time(live: &Live) -> u64 {
    let stat = fs::read_to_string(Path::new("/proc").join(live.child.id().to_string()).join("stat")).unwrap();
    // Behind the name in parentheses: state is field 3, user and system time are 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
