//! What starts that nobody watches leave behind: lines in a small file that turns over, and in the system's log. Owns
//! writing them, which never fails anybody. Must not know sessions; whoever calls it tells technical facts only.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;

/// Name of the file in the state directory. Beside it, with the ending `1`, lies the one before.
pub const FILE: &str = "log";
/// Where syslog and systemd's journal listen.
pub const SYSTEM: &str = "/dev/log";
/// In bytes, of each of the two.
const LARGEST: u64 = 256 * 1024;
/// How often somebody else is waited for who writes at the same time, a few milliseconds each. Then the line goes where it can.
const PATIENCE: usize = 20;

/// How bad it is; the number is syslog's, for a program of the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Failure = 11,
    Warning = 12,
    Fact = 14,
}

pub struct Log {
    folder: PathBuf,
    system: Option<PathBuf>,
}

impl Log {
    /// A file in `folder`, and the socket `system` where it is wanted.
    pub fn new(folder: &Path, system: Option<&Path>) -> Self {
        Self { folder: folder.to_owned(), system: system.map(Path::to_owned) }
    }

    /// Writes a line to both. Where that is not possible, nothing is said about it.
    pub fn write(&self, level: Level, text: &str) {
        let text = one_line(text);
        let name = match level {
            Level::Failure => "failed: ",
            Level::Warning => "warning: ",
            Level::Fact => "",
        };
        let when = Zoned::now().strftime("%F %T%:z");
        let line = format!("{when} [{}] {name}{text}\n", std::process::id());
        let _ = self.append(&line);
        let _ = self.system.as_ref().map(|system| send(system, level, &text));
    }

    /// Removes both files.
    ///
    /// # Errors
    /// When one is there and cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        for path in self.files() {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn files(&self) -> [PathBuf; 2] {
        let path = self.folder.join(FILE);
        [path.with_extension("1"), path]
    }

    fn append(&self, line: &str) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let [before, now] = self.files();
        let turn = File::open(&self.folder)?;
        let mine = (0..PATIENCE).any(|_| {
            turn.try_lock().is_ok() || {
                std::thread::sleep(Duration::from_millis(5));
                false
            }
        });
        let length = fs::metadata(&now).map_or(0, |about| about.len());
        if mine && length + line.len() as u64 > LARGEST {
            fs::rename(&now, before)?;
        }
        let mut file = File::options().create(true).append(true).mode(0o600).open(&now)?;
        let length = file.metadata()?.len();
        // A full disk leaves no half a line, which the next would be taken for the rest of.
        file.write_all(line.as_bytes()).inspect_err(|_| drop(file.set_len(length)))
    }
}

/// As syslog(3) writes it. A reader that is slow is not waited for.
fn send(system: &Path, level: Level, text: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    let (when, id) = (Zoned::now().strftime("%b %e %T"), std::process::id());
    let line = format!("<{}>{when} matside[{id}]: {text}", level as u8);
    socket.send_to(line.as_bytes(), system).map(drop)
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn log() -> (tempfile::TempDir, Log) {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::new(&dir.path().join("state"), Some(&dir.path().join("socket")));
        (dir, log)
    }

    fn read(log: &Log) -> [String; 2] {
        log.files().map(|path| fs::read_to_string(path).unwrap_or_default())
    }

    #[test]
    fn a_line_goes_to_a_private_file_and_to_the_system() {
        let (dir, log) = log();
        let system = UnixDatagram::bind(dir.path().join("socket")).unwrap();
        log.write(Level::Warning, "the sound device is gone;\nwaiting");
        let mut heard = [0; 200];
        let length = system.recv(&mut heard).unwrap();
        let heard = String::from_utf8_lossy(&heard[..length]).into_owned();
        let said = format!(" matside[{}]: the sound device is gone; waiting", std::process::id());
        assert!(heard.starts_with("<12>") && heard.ends_with(&said), "{heard}");
        // `<12>Nov  1 07:30:00 matside`
        assert_eq!(heard.find(&said), Some("<12>Nov  1 07:30:00".len()));
        let [before, now] = read(&log);
        assert!(
            now.ends_with("] warning: the sound device is gone; waiting\n") && before.is_empty(),
            "{now}"
        );
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&log.folder), mode(&log.files()[1])), (0o700, 0o600));
    }

    #[test]
    fn a_reader_that_does_not_read_stops_nobody() {
        let (dir, log) = log();
        let _deaf = UnixDatagram::bind(dir.path().join("socket")).unwrap();
        for line in 0..2_000 {
            let _ = send(&dir.path().join("socket"), Level::Fact, &format!("{line}"));
        }
        log.write(Level::Fact, "last");
        assert!(read(&log)[1].ends_with("last\n"));
    }

    #[test]
    fn two_files_of_a_quarter_of_a_megabyte_are_all() {
        let (_dir, log) = log();
        let text = "x".repeat(1_000);
        for line in 0..700 {
            log.write(Level::Fact, &format!("{line} {text}"));
        }
        let [before, now] = read(&log);
        assert!(before.len() as u64 <= LARGEST && before.len() as u64 > LARGEST * 9 / 10);
        assert!(now.len() as u64 <= LARGEST && now.lines().last().unwrap().contains("] 699 x"));
        log.remove().unwrap();
        log.remove().unwrap();
        assert_eq!(read(&log), ["", ""]);
    }

    #[test]
    fn two_who_write_lose_nothing() {
        let (_dir, log) = log();
        let text = "x".repeat(500);
        let write = |name: char| {
            for line in 0..300 {
                log.write(Level::Fact, &format!("{name}{line} {text}"));
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| write('a'));
            scope.spawn(|| write('b'));
        });
        let all = read(&log).concat();
        assert_eq!(all.lines().count(), 600);
        assert!(all.lines().all(|line| line.ends_with(&text) && line.contains("] ")));
        assert!(read(&log).iter().all(|text| text.len() as u64 <= LARGEST && !text.is_empty()));
    }

    #[test]
    fn nowhere_to_write_is_no_failure() {
        let (dir, log) = log();
        fs::write(dir.path().join("state"), "a file").unwrap();
        log.write(Level::Failure, "unheard");
        // As a disk without room: this device takes nothing.
        fs::remove_file(dir.path().join("state")).unwrap();
        fs::create_dir(dir.path().join("state")).unwrap();
        std::os::unix::fs::symlink("/dev/full", dir.path().join("state/log")).unwrap();
        assert!(log.append("unheard").is_err());
        log.write(Level::Failure, "unheard");
    }
}
