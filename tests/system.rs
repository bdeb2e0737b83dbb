//! The voice of the system: a real speech-dispatcher in the virtual room, and daemons that are absent, hang or die.
#![cfg(all(feature = "device", feature = "system-voice"))]

mod room;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use matside::script::Chime;
use matside::voice::chime;
use room::Room;
use rustix::process::{Pid, Signal, kill_process};

const RATE: f64 = 48_000.0;
const DAEMON: &str = "/usr/bin/speech-dispatcher";
/// Nothing here takes longer, on a busy machine too: what hangs is ended, with another exit code.
const LIMIT: &str = "300";
/// Vowels and voiced sounds only: a voice says it without a gap.
const LINE: &str = "Now we were always aware of our own weary owl who we were always aware of.";
/// A daemon that is not running will not be started.
const ABSENT: &str = "DisableAutoSpawn\nCommunicationMethod \"unix_socket\"\nSocketPath \"default\"\n";

/// The program, which is ended if it hangs.
fn matside(args: &[&str]) -> Command {
    let mut command = Command::new("/usr/bin/timeout");
    command.args([LIMIT, env!("CARGO_BIN_EXE_matside")]).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A room with a daemon in it, once something has been said.
struct Speech {
    room: Room,
    dir: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Daemons that start at once get in each other's way.
static TURN: Mutex<()> = Mutex::new(());

impl Speech {
    fn or_skip() -> Option<Self> {
        if !Path::new(DAEMON).exists() {
            eprintln!("skipped: speech-dispatcher is not installed");
            return None;
        }
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Self { room: Room::or_skip()?, dir: tempfile::tempdir().unwrap(), _turn: turn })
    }

    fn place(&self, variable: &str, name: &str) -> PathBuf {
        let env = self.room.env();
        let (_, value) = env.iter().find(|(name, _)| name == variable).unwrap();
        Path::new(value).join("speech-dispatcher").join(name)
    }

    fn daemon(&self) -> Option<Pid> {
        let file = self.place("XDG_RUNTIME_DIR", "pid/speech-dispatcher.pid");
        Pid::from_raw(fs::read_to_string(file).ok()?.trim().parse().ok()?)
    }

    fn kill(&self) -> Pid {
        let daemon = self.daemon().unwrap();
        kill_process(daemon, Signal::KILL).unwrap();
        daemon
    }

    fn never_start_again(&self) {
        fs::write(self.place("XDG_CONFIG_HOME", "speechd.conf"), ABSENT).unwrap();
    }

    /// `matside run` of a session that says these lines.
    fn session(&self, lines: &[&str], args: &[&str]) -> Command {
        let path = self.dir.path().join("in-the-room.toml");
        let head = "format = 1\ntitle = \"In the room\"\nlanguage = \"en\"\nminutes = [0.01, 60]\n";
        let text =
            lines.iter().fold(head.to_owned(), |text, line| text + &format!("[[step]]\nsay = \"{line}\"\n"));
        fs::write(&path, text).unwrap();
        let mut command = matside(&[&["run", path.to_str().unwrap(), "--captions"], args].concat());
        self.room.furnish(&mut command);
        command
    }

    /// Seconds of each stretch of sound from `from` until now.
    fn stretches(&self, from: f64) -> Vec<f64> {
        let heard = self.room.heard(from, self.room.now().room);
        stretches(&heard).iter().map(|(from, to)| (to - from) as f64 / RATE).collect()
    }

    /// Seconds of sound from `from` until now.
    fn spoken(&self, from: f64) -> f64 {
        self.stretches(from).iter().sum()
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        if let Some(daemon) = self.daemon() {
            // Asked to end, it sometimes does not.
            let _ = kill_process(daemon, Signal::KILL);
        }
    }
}

/// A session under way.
struct Under {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Under {
    fn way(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Waits for this caption: the line has begun.
    fn hear(&mut self, line: &str) {
        let found = self.lines.by_ref().map(Result::unwrap).any(|caption| caption.contains(line));
        assert!(found, "never said: {line}\n{}", self.complaints());
    }

    fn complaints(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Exit code, and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let complaints = self.complaints();
        (self.child.wait().unwrap().code(), complaints)
    }
}

/// Stretches of sound with at least 200 ms of silence between them.
fn stretches(heard: &[f32]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (i, _) in heard.iter().enumerate().filter(|(_, sample)| sample.abs() > 0.003) {
        match found.last_mut() {
            Some((_, to)) if i - *to < 9_600 => *to = i,
            _ => found.push((i, i)),
        }
    }
    found
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn what_follows_a_line_waits_for_its_end() {
    let Some(speech) = Speech::or_skip() else { return };
    let from = speech.room.now().room;
    let mut under = Under::way(speech.session(&["First one.", LINE], &["--voice", "system"]));
    under.hear("First one.");
    under.hear(LINE);
    assert_eq!(under.end(), (Some(0), String::new()));
    sleep(Duration::from_millis(300));
    let heard = speech.room.heard(from, speech.room.now().room);
    let found = stretches(&heard);
    let (first, end) = (found.first().unwrap(), found.last().unwrap());
    assert!(found.len() > 2, "{found:?}");
    assert!(first.1 - first.0 > 9_600, "{found:?}");
    // Were it mixed with the line, this would be longer than the last chime.
    assert!(end.1 - end.0 <= chime(Chime::End).len().0 as usize + 2_400, "{found:?}");
}

/// A session that speaks for half a minute, one second in, and when that is in the room.
fn speaking(speech: &Speech) -> (Under, f64) {
    let mut command = speech.session(&[&[LINE; 6].join(" ")], &["--voice", "system"]);
    command.stdin(Stdio::piped());
    let mut under = Under::way(command);
    under.hear("Now we");
    sleep(Duration::from_secs(1));
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let said = unix - speech.room.now().unix_at_0;
    assert!(!stretches(&speech.room.heard(said - 0.5, said)).is_empty(), "it did not speak");
    (under, said)
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn stop_silences_it() {
    let Some(speech) = Speech::or_skip() else { return };
    let (mut under, said) = speaking(&speech);
    under.child.stdin.take().unwrap().write_all(b"stop\n").unwrap();
    assert_eq!(under.end().0, Some(3));
    let spoken = speech.spoken(said);
    assert!(spoken < 15.0, "{spoken:.1} s of sound after it");
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn leaving_silences_it_at_once() {
    let Some(speech) = Speech::or_skip() else { return };
    let (under, said) = speaking(&speech);
    let program = Pid::from_child(&under.child);
    kill_process(program, Signal::INT).unwrap();
    sleep(Duration::from_millis(50));
    kill_process(program, Signal::TERM).unwrap();
    assert_eq!(under.end().0, Some(130));
    sleep(Duration::from_millis(500));
    let spoken = speech.spoken(said);
    // A tenth of a second on a quiet machine; this only has to see that a cut is a cut.
    assert!(spoken < 5.0, "{spoken:.1} s of sound");
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn a_daemon_that_dies_over_a_line_is_started_again_and_repeats_it() {
    let Some(speech) = Speech::or_skip() else { return };
    let from = speech.room.now().room;
    let twice = format!("Then {LINE}");
    let mut under = Under::way(speech.session(&[LINE, &twice], &["--voice", "system"]));
    under.hear(&twice);
    sleep(Duration::from_millis(700));
    let (killed, at) = (speech.kill(), speech.room.now().room);
    assert_eq!(under.end(), (Some(0), String::new()));
    let (once, after) = (speech.stretches(from)[0], speech.stretches(at));
    assert!(
        after.iter().any(|again| *again > once * 0.95),
        "{after:.1?} s after its death, {once:.1} s once"
    );
    assert!(speech.daemon().is_some_and(|daemon| daemon != killed));
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn one_that_is_gone_for_good_leaves_the_line_to_the_next_voice() {
    let Some(speech) = Speech::or_skip() else { return };
    let mut under = Under::way(speech.session(&["First one.", LINE], &["--voice", "system"]));
    under.hear(LINE);
    speech.never_start_again();
    speech.kill();
    let at = speech.room.now().room;
    let (code, complaints) = under.end();
    assert_eq!(code, Some(0), "{complaints}");
    assert!(complaints.contains("the voice `system` failed, the next one speaks on"), "{complaints}");
    let after = speech.spoken(at);
    assert!(after > 3.0, "{after:.1} s of sound");
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn it_speaks_on_when_the_others_fail() {
    let Some(speech) = Speech::or_skip() else { return };
    let fake = speech.dir.path().join("espeak-ng");
    let lists_but_does_not_speak =
        "#!/bin/sh\ncase $* in *voices*) exec /usr/bin/espeak-ng \"$@\" ;; esac\nexit 1\n";
    fs::write(&fake, lists_but_does_not_speak).unwrap();
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
    let from = speech.room.now().room;
    let mut command = speech.session(&[LINE], &["--voice", "espeak"]);
    command.env("PATH", speech.dir.path());
    let (code, complaints) = Under::way(command).end();
    assert_eq!(code, Some(0), "{complaints}");
    assert!(complaints.contains("failed, the next one speaks on"), "{complaints}");
    let spoken = speech.spoken(from);
    assert!(spoken > 3.0, "{spoken:.1} s of sound");
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn where_there_is_no_other_voice_it_is_the_voice() {
    let Some(speech) = Speech::or_skip() else { return };
    let from = speech.room.now().room;
    let mut command = speech.session(&[LINE], &[]);
    command.env("PATH", speech.dir.path());
    assert_eq!(Under::way(command).end(), (Some(0), String::new()));
    let spoken = speech.spoken(from);
    assert!(spoken > 3.0, "{spoken:.1} s of sound");
}

/// Cron's surroundings, and where `main` has found the sound server.
#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn it_speaks_from_cron() {
    let Some(speech) = Speech::or_skip() else { return };
    let from = speech.room.now().room;
    let env = speech.room.env();
    let mut command = speech.session(&[LINE], &["--voice", "system"]);
    command.env_clear().envs([("LOGNAME", "user"), ("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh")]);
    command.envs(env.into_iter().filter(|(name, _)| name == "XDG_RUNTIME_DIR"));
    // Sound is wherever this home says; the daemon's settings lie there too.
    let home = speech.place("XDG_CONFIG_HOME", "");
    command.env("HOME", home.ancestors().nth(2).unwrap());
    assert_eq!(Under::way(command).end(), (Some(0), String::new()));
    let spoken = speech.spoken(from);
    assert!(spoken > 3.0, "{spoken:.1} s of sound");
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn a_language_that_it_does_not_speak_is_an_error_before_the_first_word() {
    let Some(speech) = Speech::or_skip() else { return };
    let mut command = matside(&["voices", "say", "system", "hello", "--language", "zxx"]);
    speech.room.furnish(&mut command);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("`system` does not speak `zxx`"), "{}", text(&output));
}

/// Surroundings without any daemon.
fn alone(dir: &Path, command: &mut Command) {
    fs::create_dir_all(dir.join("speech-dispatcher")).unwrap();
    fs::write(dir.join("speech-dispatcher/speechd.conf"), ABSENT).unwrap();
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        command.env(variable, dir);
    }
    command.env_remove("SPEECHD_ADDRESS").env_remove("XDG_DATA_HOME");
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn a_daemon_that_is_absent_is_a_clear_error_within_a_second() {
    let dir = tempfile::tempdir().unwrap();
    for args in [
        &["voices", "say", "system", "hello"][..],
        &["run", "taste", "--output", "free", "--voice", "system"],
    ] {
        let start = Instant::now();
        drop(matside(&["list"]).output().unwrap());
        let busy = start.elapsed();
        let mut command = matside(args);
        alone(dir.path(), &mut command);
        let start = Instant::now();
        let output = command.output().unwrap();
        let took = start.elapsed();
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert!(text(&output).contains("`speech-dispatcher` failed: install"), "{}", text(&output));
        // A busy machine takes its time to start anything at all.
        assert!(took < Duration::from_secs(1) + busy * 4, "{took:?}, and {busy:?} for a list");
    }
}

#[test]
#[ignore = "waits for daemons: script/test runs it beside the others"]
fn a_daemon_that_hangs_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = matside(&["voices", "say", "system", "hello"]);
    alone(dir.path(), &mut command);
    // It lets everybody in and never answers.
    let _listener = UnixListener::bind(dir.path().join("speech-dispatcher/speechd.sock")).unwrap();
    let start = Instant::now();
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("speech-dispatcher"), "{}", text(&output));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    println!("{:?}: {}", start.elapsed(), text(&output));
}
