//! Packs: folders of data that are too large for the program, such as a voice. Owns which are known, where they lie,
//! how they are fetched, and that one is there whole or not at all. Must not know what is done with them.

mod fetch;
mod install;
mod manifest;
mod unpack;

use std::io;
use std::path::{Path, PathBuf};

pub use install::{Source, install, remove};
pub use manifest::{Manifest, Part, known, known_ears};

use manifest::is_plain;

/// The names of the files that make a folder a voice, and ears.
pub const VOICE: &str = "voice.toml";
pub const EARS: &str = "ears.toml";

#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("there is no pack `{name}`; known are {known}")]
    Unknown { name: String, known: String },
    #[error("`{name}` is no name of a pack or of a file in one; it has letters, digits, `-`, `_` and `.`")]
    Name { name: String },
    #[error("`{}` is missing", path.display())]
    Missing { path: PathBuf },
    #[error("`{}` is not what it should be: {found} instead of {wanted}", path.display())]
    Wrong { path: PathBuf, found: String, wanted: String },
    #[error("`{}` cannot be read as a pack: {reason}", path.display())]
    Manifest { path: PathBuf, reason: String },
    #[error("the disk is full: `{}` was not written; make room and install again", path.display())]
    Full { path: PathBuf },
    #[error("`{}` could not be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("`{}` could not be opened as a package: {reason}", path.display())]
    Package { path: PathBuf, reason: String },
    #[error("`{program}` could not fetch {what}; is there a network? with the file at hand: --from FILE")]
    Fetch { program: &'static str, what: String },
    #[error("`{program}` is needed to fetch {what}, and is not installed; install it with `{hint}`")]
    Client { program: &'static str, what: String, hint: &'static str },
}

impl PackError {
    fn write(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::StorageFull {
            return Self::Full { path: path.to_owned() };
        }
        Self::Write { path: path.to_owned(), source }
    }
}

/// The packs below `folders` with this manifest, the first of a name winning, with where each lies. Those that cannot be read are errors.
pub fn installed(folders: &[PathBuf], manifest: &str) -> Vec<Result<(PathBuf, Manifest), PackError>> {
    let mut found: Vec<Result<(PathBuf, Manifest), PackError>> = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        // What a broken-off installation leaves behind is hidden.
        let whole = entries.filter(|entry| is_plain(&entry.file_name().to_string_lossy()));
        let mut dirs: Vec<PathBuf> = whole.map(|entry| entry.path()).collect();
        dirs.sort();
        for dir in dirs.into_iter().filter(|dir| dir.join(manifest).is_file()) {
            let pack = Manifest::read(&dir.join(manifest));
            let is = |name: &str| found.iter().flatten().any(|(_, other)| other.name == name);
            if pack.as_ref().is_ok_and(|pack| is(&pack.name)) {
                continue;
            }
            found.push(pack.map(|pack| (dir, pack)));
        }
    }
    found
}

/// The installed pack `name`.
///
/// # Errors
/// [`PackError::Manifest`] when it is there and its manifest is broken.
pub fn find(folders: &[PathBuf], name: &str) -> Result<Option<(PathBuf, Manifest)>, PackError> {
    if !is_plain(name) {
        return Ok(None);
    }
    let path = |folder: &PathBuf| folder.join(name).join(VOICE);
    let Some(folder) = folders.iter().find(|folder| path(folder).is_file()) else { return Ok(None) };
    Ok(Some((folder.join(name), Manifest::read(&path(folder))?)))
}
