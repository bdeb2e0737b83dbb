//! Taking one file out of a package. Owns the kinds of packages; must not write anything else, nor more than is wanted.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::PackError;
use super::install::{make, write};
use super::manifest::Part;

/// Whether the ending is one of a package.
pub fn is_package(path: &Path) -> bool {
    ["whl", "zip", "tgz"].iter().any(|ending| path.extension() == Some(OsStr::new(ending)))
}

/// Writes `part` out of `package` to `to`. What has to be unpacked as a whole lies in `scratch`.
///
/// # Errors
/// [`PackError::Package`] when it is none or does not hold the part; [`PackError::Write`].
pub fn part(package: &Path, part: &Part, to: &Path, scratch: &Path) -> Result<(), PackError> {
    if package.extension() == Some(OsStr::new("tgz")) {
        return copy(package, part, to, &tar(package, scratch)?);
    }
    zip(package, part, to)
}

fn zip(package: &Path, part: &Part, to: &Path) -> Result<(), PackError> {
    let wrong = |reason: String| PackError::Package { path: package.to_owned(), reason };
    let file = File::open(package).map_err(|error| wrong(error.to_string()))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| wrong(error.to_string()))?;
    let name = part.from.member.clone().filter(|member| archive.index_for_name(member).is_some());
    // A newer version of the package keeps its files elsewhere, and a voice of its own may be packed flat.
    let name = name.or_else(|| {
        let names = archive.file_names().filter_map(Result::ok);
        names.map(String::from).find(|name| is_of(part, name))
    });
    let Some(name) = name else { return Err(wrong(format!("it holds no `{}`", part.name))) };
    let member = archive.by_name(&name).map_err(|error| wrong(error.to_string()))?;
    // No more than it may have: a hostile archive must not fill the disk.
    write(to, &mut io::Read::take(member, part.bytes.saturating_add(1)))
}

fn is_of(part: &Part, name: &str) -> bool {
    name == part.name || name.ends_with(&format!("/{}", part.name))
}

/// Unpacks the whole once, for what is packed in one stream is read from its beginning each time; where it lies.
fn tar(package: &Path, scratch: &Path) -> Result<PathBuf, PackError> {
    let wrong = |error: io::Error| PackError::Package { path: package.to_owned(), reason: error.to_string() };
    let folder = scratch.join(package.file_stem().unwrap_or_default());
    if folder.exists() {
        return Ok(folder);
    }
    make(scratch)?;
    // An earlier try may have been broken off in the middle.
    let partial = tempfile::tempdir_in(scratch).map_err(|error| PackError::write(scratch, error))?;
    let file = File::open(package).map_err(wrong)?;
    tar::Archive::new(GzDecoder::new(BufReader::new(file))).unpack(partial.path()).map_err(wrong)?;
    fs::rename(partial.keep(), &folder).map_err(|error| PackError::write(&folder, error))?;
    Ok(folder)
}

/// The file at its place in the package.
fn copy(package: &Path, part: &Part, to: &Path, folder: &Path) -> Result<(), PackError> {
    let missing =
        || PackError::Package { path: package.to_owned(), reason: format!("it holds no `{}`", part.name) };
    let member = part.from.member.as_ref().map(|member| folder.join(member));
    let mut file = member.and_then(|path| File::open(path).ok()).ok_or_else(missing)?;
    write(to, &mut file)
}
