//! Room on the disk, and who may read what lies there.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::io::Errno;

use super::Finding;

/// Below this a session still runs, and soon not. Ours.
const LITTLE: u64 = 100 << 20;
/// What a session needs to write down what happens in it. Ours.
const LEAST: u64 = 1 << 20;

/// Room below `dir`, or below the next folder above that is there. `cache` can be made anew.
pub fn space(about: &'static str, dir: &Path, cache: Option<&Path>) -> Finding {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir);
    let path = there.display();
    let cure = makes_room(there, cache);
    let room = match rustix::fs::statvfs(there) {
        Ok(about) => about.f_bavail * about.f_frsize,
        Err(error) => return Finding::fault(about, format!("`{path}`: {error}"), format!("ls -ld {path}")),
    };
    match tempfile::NamedTempFile::new_in(there) {
        Err(error) if error.raw_os_error() == Some(Errno::NOSPC.raw_os_error()) => {
            return Finding::fault(about, format!("no room for another file in `{path}`"), cure);
        }
        Err(error) => {
            let found = format!("`{path}` cannot be written: {}", bare(&error));
            return Finding::fault(about, found, format!("sudo chown -R \"$USER\" {path}"));
        }
        Ok(_) => {}
    }
    let found = format!("{} MB in `{path}`", room >> 20);
    match room {
        ..LEAST => Finding::fault(about, found, cure),
        LEAST..LITTLE => Finding::doubt(about, found, cure),
        _ => Finding::good(about, found),
    }
}

/// Our own cache, where it lies on the same disk and is worth it; else what Debian keeps.
fn makes_room(there: &Path, cache: Option<&Path>) -> String {
    let disk = |path: &Path| fs::metadata(path).ok().map(|about| about.dev());
    match cache.filter(|cache| disk(cache) == disk(there) && size(cache) > LEAST) {
        Some(cache) => format!("rm -r {}    # spoken lines, made anew when they are needed", cache.display()),
        None => format!(
            "sudo apt-get clean; sudo journalctl --vacuum-size=50M    # then look with df -h {}",
            there.display()
        ),
    }
}

/// Bytes in the files below `dir`.
fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => size(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// The error without the path that it was about.
fn bare(error: &std::io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |code| Errno::from_raw_os_error(code).to_string())
}

/// Whether only its owner may read what is in `dir`, the folder included.
pub fn private(about: &'static str, dir: &Path) -> Finding {
    let user = rustix::process::getuid().as_raw();
    let files = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    for path in std::iter::once(dir.to_owned()).chain(files) {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        let shown = path.display();
        if meta.uid() != user {
            return Finding::fault(
                about,
                format!("`{shown}` belongs to somebody else"),
                format!("sudo chown -R \"$USER\" {}", dir.display()),
            );
        }
        if !meta.is_symlink() && meta.permissions().mode() & 0o077 != 0 {
            let found = format!("others may read `{shown}`");
            return Finding::fault(about, found, format!("chmod -R go-rwx {}", dir.display()));
        }
    }
    Finding::good(about, format!("yours alone: `{}`", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn what_others_may_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(private("memory", dir.path()).state, State::Good);
        let file = dir.path().join("journal");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let finding = private("memory", dir.path());
        assert_eq!(finding.state, State::Fault);
        assert!(finding.found.contains("journal"), "{finding:?}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(private("memory", dir.path()).state, State::Good);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_asked_above() {
        let dir = tempfile::tempdir().unwrap();
        let finding = space("disk", &dir.path().join("a/b"), None);
        assert!(finding.found.contains(dir.path().to_str().unwrap()), "{finding:?}");
        assert_eq!(space("disk", Path::new("/proc/nothing"), None).state, State::Fault);
    }
}
