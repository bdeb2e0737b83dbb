//! What a start that nobody watches leaves in the log: technical facts, and nothing about the person.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::user::{LIVE, User};

fn log(user: &User) -> String {
    fs::read_to_string(user.path("state/matside/log")).unwrap_or_default()
}

/// Without time and process.
fn lines(user: &User) -> Vec<String> {
    let text = |line: &str| line.split_once("] ").unwrap().1.to_owned();
    log(user).lines().map(text).collect()
}

#[test]
fn begin_and_end_are_there_and_nothing_that_was_answered() {
    let user = User::new();
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("no").hear("Go on.").hear("Pain?").say("four");
    assert_eq!(live.end().code, 0);
    assert_eq!(lines(&user), ["`tiny` starts", "it ended, after 0 min"]);
    let mode = fs::metadata(user.path("state/matside/log")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    // Stopped for symptoms, and an emergency, look the same.
    for (answer, code) in [(None, 4), (Some("yes"), 5)] {
        let mut live = user.perform("tiny");
        live.hear("Numb?");
        answer.map(|words| live.say(words));
        assert_eq!(live.end().code, code);
    }
    assert_eq!(user.run(&[&LIVE[..], &["tiny"]].concat()).code, 9);
    assert_eq!(lines(&user), ["`tiny` starts", "it ended, after 0 min"].repeat(4));
}

#[test]
fn what_went_wrong_is_there_too() {
    let user = User::new();
    let seen = user.run(&["run", "tinny"]);
    let said = lines(&user);
    assert_eq!(seen.code, 1);
    assert_eq!(said[0], "`tinny` starts");
    assert_eq!(format!("matside: {}\n", said[1].strip_prefix("failed: ").unwrap()), seen.err);
    assert_eq!(said[2], "it failed, after 0 min");
    fs::create_dir_all(user.path("state/matside/journal.sqlite")).unwrap();
    assert_eq!(user.run(&[&LIVE[..], &["tiny"]].concat()).code, 4);
    assert!(lines(&user)[4].starts_with("warning: "), "{}", log(&user));
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody() {
    let user = User::new();
    fs::create_dir_all(user.path("state/matside/log")).unwrap();
    let seen = user.run(&[&LIVE[..], &["tiny"]].concat());
    assert_eq!((seen.code, &*seen.err), (4, ""));
}

#[test]
fn other_verbs_write_nothing_and_forgetting_everything_takes_the_log_along() {
    let user = User::new();
    assert_eq!(user.run(&["show", "tinny"]).code, 1);
    assert_eq!(log(&user), "");
    assert_eq!(user.run(&[&LIVE[..], &["tiny"]].concat()).code, 4);
    assert_eq!(lines(&user).len(), 2);
    let named = user.run(&["doctor", "--quiet"]).out;
    let path = user.path("state/matside/log");
    assert!(named.contains(&format!("log      `{}`", path.display())), "{named}");
    assert_eq!(user.run(&["forget", "--all"]).code, 0);
    assert!(!path.exists());
}
