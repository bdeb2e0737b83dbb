//! Homes that are missing, locked or full of something else: a clear line, never a panic.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::user::{LIVE, User, finish};

/// As from cron, or a service without a user's login.
#[test]
fn without_a_home_the_directories_that_are_named_do() {
    let user = User::new();
    let mut command = user.program(&LIVE);
    command.arg("tiny").env_remove("HOME");
    assert_eq!(finish(command).code, 4);
    assert!(user.path("state/matside").is_dir());
}

/// The session is performed without memory, and says so once.
fn goes_on_without_memory(user: &User, about: &str) {
    let mut live = user.perform("tiny");
    live.hear("I cannot write down").hear("Numb?").say("no").hear("Go on.").hear("Pain?").say("four");
    let seen = live.end();
    assert_eq!(seen.code, 0, "{}", seen.err);
    let lines = seen.err.lines().count();
    assert!(lines == 1 && seen.err.starts_with("matside: ") && seen.err.contains(about), "{}", seen.err);
}

#[test]
fn a_state_directory_that_cannot_be_made_is_named() {
    let user = User::new();
    fs::write(user.path("state"), "a file").unwrap();
    goes_on_without_memory(&user, "state/matside`");
}

#[test]
fn a_state_directory_that_cannot_be_written_is_named() {
    let user = User::new();
    let dir = user.path("state/matside");
    // A directory in the place of a file stops everybody, root too.
    for name in ["running", "journal.sqlite"] {
        fs::create_dir_all(dir.join(name)).unwrap();
        goes_on_without_memory(&user, &format!("{name}`"));
        fs::remove_dir(dir.join(name)).unwrap();
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(dir.join("probe"), "").is_err() {
        goes_on_without_memory(&user, "running`");
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
    assert_eq!(mode("state/matside/journal.sqlite"), 0o600);
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
