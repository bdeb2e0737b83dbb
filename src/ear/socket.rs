//! Commands and answers from other programs of the same user, such as a button's script. Owns the socket file and the
//! little language on it: one line in, one line back.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use crate::runner::{Command, Event};

use super::Input;

/// Whoever connects and says nothing is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(1);
const LONGEST: u64 = 1_000;
/// The answer to what was passed on.
pub const DONE: &str = "ok";
/// Before what is wrong with a request.
const WRONG: &str = "error: ";

/// What is told to whoever asks for the status: one line.
pub type Status = Box<dyn Fn() -> String + Send>;

/// A socket that is listened at for as long as this lives.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
}

impl Socket {
    /// Listens at `path`, for this user alone. What lies there is removed first: the caller knows that no other session
    /// is running.
    ///
    /// # Errors
    /// The file cannot be made, for example because its path is longer than 107 bytes.
    pub fn open<T: From<Input> + Send + 'static>(
        path: &Path,
        inputs: Sender<T>,
        status: Status,
    ) -> io::Result<Self> {
        if let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A broken connection is the other side's loss.
                let _ = serve(&stream, &inputs, &status);
            }
        });
        Ok(Self { path: path.to_owned() })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn serve<T: From<Input>>(mut stream: &UnixStream, inputs: &Sender<T>, status: &Status) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut request = Vec::new();
    BufReader::new(stream.take(LONGEST)).read_until(b'\n', &mut request)?;
    let request = String::from_utf8_lossy(&request);
    let answer = match request.trim() {
        "status" => status(),
        request => pass_on(request, inputs),
    };
    writeln!(stream, "{answer}")
}

fn pass_on<T: From<Input>>(request: &str, inputs: &Sender<T>) -> String {
    let Some(event) = event(request) else { return format!("{WRONG}`{request}` is no command") };
    match inputs.send(Input::Event(event).into()) {
        Ok(()) => DONE.to_owned(),
        Err(_) => format!("{WRONG}the session has just ended"),
    }
}

fn event(request: &str) -> Option<Event> {
    let (word, rest) = request.split_once(' ').unwrap_or((request, ""));
    match (word, rest.trim()) {
        ("say", words) if !words.is_empty() => Some(Event::Said(words.to_owned())),
        ("volume", "up") => Some(Event::Command(Command::Louder)),
        ("volume", "down") => Some(Event::Command(Command::Softer)),
        (name, "") => Command::named(name).map(Event::Command),
        _ => None,
    }
}

/// Sends `request` to the session that listens at `path`, and gives its answer.
///
/// # Errors
/// Nobody listens there, or in time; or what the session has against the request.
pub fn ask(path: &Path, request: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE * 5))?;
    writeln!(stream, "{request}")?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    match answer.trim_end().strip_prefix(WRONG) {
        Some(wrong) => Err(io::Error::other(wrong.to_owned())),
        None => Ok(answer.trim_end().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_is_asked_arrives_and_is_answered() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ctl");
        fs::write(&path, "left behind").unwrap();
        let (inputs, inbox) = channel::<Input>();
        let socket = Socket::open(&path, inputs, Box::new(|| "{}".to_owned())).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(ask(&path, "status").unwrap(), "{}");
        for (request, event) in [
            ("pause", Event::Command(Command::Pause)),
            ("volume up", Event::Command(Command::Louder)),
            ("say it hurts", Event::Said("it hurts".into())),
        ] {
            assert_eq!(ask(&path, request).unwrap(), "ok");
            assert_eq!(inbox.recv().unwrap(), Input::Event(event));
        }
        for request in ["", "dance", "pause now", "volume 11", "say "] {
            let error = ask(&path, request).unwrap_err().to_string();
            assert_eq!(error, format!("`{}` is no command", request.trim()));
        }
        drop(inbox);
        assert_eq!(ask(&path, "stop").unwrap_err().to_string(), "the session has just ended");
        drop(socket);
        assert!(!path.exists());
    }

    #[test]
    fn whoever_says_nothing_or_too_much_does_not_stop_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ctl");
        let (inputs, _inbox) = channel::<Input>();
        let _socket = Socket::open(&path, inputs, Box::new(|| "fine".to_owned())).unwrap();
        let _silent = UnixStream::connect(&path).unwrap();
        let mut loud = UnixStream::connect(&path).unwrap();
        let _ = loud.write_all(&[b'x'; 5_000]);
        assert_eq!(ask(&path, "status").unwrap(), "fine");
    }
}
