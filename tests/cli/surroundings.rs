//! Homes that are missing, locked or full of something else: a clear line, never a panic.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::user::{LIVE, Seen, User, finish};

fn complains(seen: &Seen, about: &str) {
    assert_eq!(seen.code, 1, "{}", seen.err);
    let lines = seen.err.lines().count();
    assert!(lines == 1 && seen.err.starts_with("matside: ") && seen.err.contains(about), "{}", seen.err);
}

/// As from cron, or a service without a user's login.
#[test]
fn without_a_home_the_directories_that_are_named_do() {
    let user = User::new();
    let mut command = user.program(&LIVE);
    command.arg("tiny").env_remove("HOME");
    assert_eq!(finish(command).code, 4);
    assert!(user.path("state/matside").is_dir());
}

#[test]
fn a_state_directory_that_cannot_be_made_is_named() {
    let user = User::new();
    fs::write(user.path("state"), "a file").unwrap();
    let seen = user.run(&[&LIVE[..], &["tiny"]].concat());
    complains(&seen, "state/matside`");
}

#[test]
fn a_state_directory_that_cannot_be_written_is_named() {
    let user = User::new();
    let dir = user.path("state/matside");
    // A directory in the place of the lock stops everybody, root too.
    fs::create_dir_all(dir.join("running")).unwrap();
    complains(&user.run(&[&LIVE[..], &["tiny"]].concat()), "running`");
    fs::remove_dir(dir.join("running")).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(dir.join("probe"), "").is_err() {
        complains(&user.run(&[&LIVE[..], &["tiny"]].concat()), "running`");
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn what_is_left_behind_is_for_its_owner_alone() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("no").hear("Go on.").say("stop");
    assert_eq!(live.end().code, 3);
    let mode = |path: &str| fs::metadata(user.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("state/matside"), 0o700);
    assert_eq!(mode("state/matside/bookmark.json"), 0o600);
}

#[test]
fn a_session_file_with_errors_is_exit_code_6() {
    let user = User::new();
    user.write("bad.toml", "format = 1\nlanguage = \"en\"\ntitle = \"Bad\"\nminutes = [1, 2]\nstp = []\n");
    for verb in ["run", "show"] {
        let seen = user.run(&[verb, "bad"]);
        assert_eq!(seen.code, 6, "{}", seen.err);
        assert!(seen.err.contains("bad.toml:5:1: error:") && seen.err.contains("stp"), "{}", seen.err);
    }
    assert_eq!(user.run(&["show", "tiny"]).code, 0, "another's errors are no concern of this session");
}
