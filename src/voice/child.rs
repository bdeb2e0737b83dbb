//! A program that turns standard input into standard output, with a deadline. Owns the child process and its
//! three pipes; must not know what is spoken.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use wait_timeout::ChildExt;

/// More than an hour of speech; a program that never ends its output must not fill the memory.
const MOST: u64 = 256 << 20;
/// Of its complaints only the beginning is kept.
const COMPLAINT: usize = 2_000;
/// A child that has ended may have left its pipes to another process; they are waited for this long.
const STRAGGLE: Duration = Duration::from_secs(1);

/// What a run of a program came to.
pub(super) enum Run {
    Done(Vec<u8>),
    /// Its exit status, or what it wrote to standard error.
    Failed(String),
    /// Killed at the deadline.
    Hung,
}

/// Runs `program` with `input`; kills it, and all that it started, after `deadline`.
///
/// # Errors
/// When it cannot be started: [`io::ErrorKind::NotFound`] when it is not installed.
pub(super) fn run<S: AsRef<OsStr>>(
    program: &Path,
    arguments: &[S],
    input: Vec<u8>,
    deadline: Duration,
) -> io::Result<Run> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Its own group: an interrupt at the keyboard lets it finish the word, and a kill takes its children along.
        .process_group(0)
        .spawn()?;
    let told = converse(&mut child, input, deadline);
    if !matches!(told, Ok(Run::Done(_) | Run::Failed(_))) {
        end(&mut child);
    }
    told
}

fn converse(child: &mut Child, input: Vec<u8>, deadline: Duration) -> io::Result<Run> {
    let output = child.stdout.take().map(|pipe| reader(pipe, MOST, usize::MAX)).transpose()?;
    let complaint = child.stderr.take().map(|pipe| reader(pipe, u64::MAX, COMPLAINT)).transpose()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A child that dies without reading closes the pipe; its exit status says more than that error.
        thread::Builder::new().spawn(move || pipe.write_all(&input))?;
    }
    let Some(status) = child.wait_timeout(deadline)? else { return Ok(Run::Hung) };
    let text = |pipe: Option<Receiver<Vec<u8>>>| pipe.and_then(|pipe| pipe.recv_timeout(STRAGGLE).ok());
    if status.success() {
        return Ok(text(output).map_or(Run::Hung, Run::Done));
    }
    Ok(Run::Failed(reason(status, &text(complaint).unwrap_or_default())))
}

/// The first line of what it complained, or how it ended.
fn reason(status: ExitStatus, complaint: &[u8]) -> String {
    let complaint = String::from_utf8_lossy(complaint);
    let first = complaint.lines().next().unwrap_or_default().trim();
    if first.is_empty() { status.to_string() } else { first.to_owned() }
}

/// Reads `pipe` to its end, or to `most` bytes, and hands over the first `keep` of them.
fn reader(pipe: impl Read + Send + 'static, most: u64, keep: usize) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let mut pipe = pipe.take(most);
        let mut kept = Vec::new();
        // What was read before an error is still worth having.
        let _ = pipe.by_ref().take(keep as u64).read_to_end(&mut kept);
        let _ = sender.send(kept);
        let _ = io::copy(&mut pipe, &mut io::sink());
    })?;
    Ok(receiver)
}

/// Kills the whole group, unless its leader has ended and been collected: the number may then be another's.
fn end(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait_timeout(STRAGGLE);
}
