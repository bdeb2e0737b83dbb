//! Where the sound server is, when nobody said. Owns one environment variable, before there are threads.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

const VARIABLE: &str = "XDG_RUNTIME_DIR";

/// Cron gives no `XDG_RUNTIME_DIR`, and without it no sound server is found. Sets it to `/run/user/UID` where
/// that is ours. To be called first in `main`: once there is a second thread it does nothing.
pub fn find_sound_server() {
    if env::var_os(VARIABLE).is_some_and(|value| !value.is_empty()) || !is_single_threaded() {
        return;
    }
    if let Some(directory) = own(Path::new("/run/user")) {
        // SAFETY: no other thread exists that could read the environment meanwhile.
        #[expect(unsafe_code, reason = "the environment is where ALSA's plugins look, and nowhere else")]
        unsafe {
            env::set_var(VARIABLE, directory);
        }
    }
}

fn is_single_threaded() -> bool {
    fs::read_dir("/proc/self/task").is_ok_and(|tasks| tasks.count() == 1)
}

/// The directory of this user below `parent`, if it is a directory and belongs to the user.
fn own(parent: &Path) -> Option<PathBuf> {
    let user = rustix::process::getuid().as_raw();
    let directory = parent.join(user.to_string());
    let about = fs::symlink_metadata(&directory).ok()?;
    (about.is_dir() && about.uid() == user).then_some(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_own_directory_will_do() {
        let parent = tempfile::tempdir().unwrap();
        assert_eq!(own(parent.path()), None);
        let mine = parent.path().join(rustix::process::getuid().as_raw().to_string());
        fs::write(&mine, "").unwrap();
        assert_eq!(own(parent.path()), None);
        fs::remove_file(&mine).unwrap();
        fs::create_dir(&mine).unwrap();
        assert_eq!(own(parent.path()), Some(mine));
    }
}
