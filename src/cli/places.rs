//! Directories of this user, by the XDG rules.

use std::path::PathBuf;
use std::sync::OnceLock;

/// Whose memory it is; nobody's by name where there are no profiles. Said once, before anything is looked for.
static PROFILE: OnceLock<String> = OnceLock::new();

fn dir(variable: &str, under_home: &str) -> Option<PathBuf> {
    let set = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().map(|home| home.join(under_home));
    set.or_else(home).map(|base| base.join("matside"))
}

/// The user's own sessions.
pub fn config() -> Option<PathBuf> {
    dir("XDG_CONFIG_HOME", ".config")
}

pub const NO_STATE: &str = "no home directory: set HOME or XDG_STATE_HOME";

/// From here on this is the memory of `profile`, a name that the settings have.
pub fn enter(profile: &str) {
    // There is one person a process.
    let _ = PROFILE.set(profile.to_owned());
}

/// Whose memory it is, where somebody was named.
pub fn profile() -> Option<&'static str> {
    PROFILE.get().map(String::as_str)
}

/// What happened to this person; health data.
pub fn state() -> Option<PathBuf> {
    let device = device()?;
    Some(PROFILE.get().map_or(device.clone(), |profile| device.join("profiles").join(profile)))
}

/// The state of everybody here: one session at a time.
pub fn device() -> Option<PathBuf> {
    dir("XDG_STATE_HOME", ".local/state")
}

/// Voices.
pub fn data() -> Option<PathBuf> {
    dir("XDG_DATA_HOME", ".local/share")
}

/// What can be made again.
pub fn cache() -> Option<PathBuf> {
    dir("XDG_CACHE_HOME", ".cache")
}
