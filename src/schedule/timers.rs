//! The user's timers of systemd, through `systemctl --user`. Owns the units that are ours in the user's folder; must not
//! touch another's.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Entry, EntryError, units};

/// The folder of this user's units.
pub struct Timers {
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum TimersError {
    #[error("cannot read `{path}`")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write `{path}`")]
    Write { path: PathBuf, source: io::Error },
    #[error("`{path}`: {error}; remove it")]
    Entry { path: PathBuf, error: EntryError },
    #[error("there is no program `systemctl`; without systemd, leave `--systemd` out")]
    Missing(#[source] io::Error),
    /// What it said.
    #[error("`systemctl --user` refused: {0}")]
    Refused(String),
}

impl Timers {
    /// Where systemd looks: `systemd/user` in `config`, the folder of this user's settings.
    pub fn under(config: &Path) -> Self {
        Self { folder: config.join("systemd/user") }
    }

    /// The entries that have a timer of ours, by its name.
    ///
    /// # Errors
    /// When the folder cannot be read, or one of our timers was changed.
    pub fn read(&self) -> Result<Vec<Entry>, TimersError> {
        let failed = |path: &Path, source| TimersError::Read { path: path.to_owned(), source };
        let files = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files.map_err(|error| failed(&self.folder, error))?,
        };
        let paths = files.filter_map(|file| Some(file.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths.filter(|path| is_named_so(path)).collect();
        paths.sort();
        let mut entries = Vec::new();
        for path in paths {
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            if let Some(entry) = units::entry(&text) {
                entries.push(entry.map_err(|error| TimersError::Entry { path, error })?);
            }
        }
        Ok(entries)
    }

    /// Writes timer and service, and has systemd wait for it. All or nothing.
    ///
    /// # Errors
    /// When the folder cannot be written, or there is no systemd that serves this user.
    pub fn add(&self, entry: &Entry, command: &[String]) -> Result<(), TimersError> {
        let [timer, service] = self.files(entry);
        let begun = || {
            write(&service, &units::service(entry, command))?;
            write(&timer, &units::timer(entry))?;
            systemctl(&["daemon-reload"])?;
            systemctl(&["enable", "--now", "--quiet", &unit(entry)])
        };
        begun().inspect_err(|_| {
            // The first error is the one to be told.
            let _ = fs::remove_file(&timer);
            let _ = fs::remove_file(&service);
        })
    }

    /// Takes them out again.
    ///
    /// # Errors
    /// As [`Timers::add`]; without systemd the files are removed all the same.
    pub fn remove(&self, entry: &Entry) -> Result<(), TimersError> {
        let stopped = systemctl(&["disable", "--now", "--quiet", &unit(entry)]);
        // When it last started, which would count as missed starts if the same came again. Most timers keep no such thing.
        let _ = systemctl(&["clean", "--what=state", &unit(entry)]);
        for path in self.files(entry) {
            fs::remove_file(&path).map_err(|source| TimersError::Write { path, source })?;
        }
        stopped.and_then(|()| systemctl(&["daemon-reload"]))
    }

    /// Whether systemd waits for it.
    ///
    /// # Errors
    /// What systemd says instead.
    pub fn look(&self, entry: &Entry) -> Result<(), TimersError> {
        systemctl(&["is-active", &unit(entry)])
    }

    fn files(&self, entry: &Entry) -> [PathBuf; 2] {
        ["timer", "service"].map(|kind| self.folder.join(format!("{}.{kind}", units::name(entry))))
    }
}

/// The name that `systemctl` knows it by.
pub fn unit(entry: &Entry) -> String {
    format!("{}.timer", units::name(entry))
}

fn is_named_so(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("matside-") && name.ends_with(".timer")
}

fn write(path: &Path, text: &str) -> Result<(), TimersError> {
    let written = || {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    written().map_err(|source| TimersError::Write { path: path.to_owned(), source })
}

fn systemctl(arguments: &[&str]) -> Result<(), TimersError> {
    let mut command = Command::new("systemctl");
    // What it says is read.
    command.arg("--user").args(arguments).env("LC_ALL", "C").stdin(Stdio::null());
    let output = command.output().map_err(TimersError::Missing)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    Err(TimersError::Refused(said.split_whitespace().collect::<Vec<_>>().join(" ")))
}
