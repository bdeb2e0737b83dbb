//! Directories of this user, by the XDG rules.

use std::path::PathBuf;

fn dir(variable: &str, under_home: &str) -> Option<PathBuf> {
    let set = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().map(|home| home.join(under_home));
    set.or_else(home).map(|base| base.join("matside"))
}

/// The user's own sessions.
pub fn config() -> Option<PathBuf> {
    dir("XDG_CONFIG_HOME", ".config")
}

/// What happened; health data.
pub fn state() -> Option<PathBuf> {
    dir("XDG_STATE_HOME", ".local/state")
}

/// Installed voices, a folder each; `MATSIDE_VOICES` names another place.
pub fn voices() -> Option<PathBuf> {
    let named = std::env::var_os("MATSIDE_VOICES").map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| Some(dir("XDG_DATA_HOME", ".local/share")?.join("voices")))
}

/// What can be made again.
pub fn cache() -> Option<PathBuf> {
    dir("XDG_CACHE_HOME", ".cache")
}
