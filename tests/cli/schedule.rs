//! What `matside schedule add` writes for cron, and what it warns of.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::user::{Seen, User, finish};

/// Nobody's crontab, instead of that of whoever runs the tests.
const CRONTAB: &str = r#"#!/bin/sh
case $1 in
-l) cat "$HOME.crontab" 2>/dev/null || { echo "no crontab for nobody" >&2; exit 1; } ;;
-r) rm "$HOME.crontab" ;;
-) cat >"$HOME.crontab" ;;
esac
"#;

fn user() -> User {
    let user = User::new();
    fs::create_dir(user.path("bin")).unwrap();
    fs::write(user.path("bin/crontab"), CRONTAB).unwrap();
    fs::set_permissions(user.path("bin/crontab"), fs::Permissions::from_mode(0o700)).unwrap();
    user
}

fn matside(user: &User, args: &[&str]) -> Seen {
    let mut command = user.program(args);
    let path = format!("{}:{}", user.path("bin").display(), std::env::var("PATH").unwrap());
    command.env("PATH", path);
    finish(command)
}

/// The lines for cron and the entries before them, without where the program lies.
fn table(user: &User) -> Vec<String> {
    let text = fs::read_to_string(user.path("home.crontab")).unwrap_or_default();
    let program = env!("CARGO_BIN_EXE_matside");
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    lines.map(|line| line.replace(program, "matside")).collect()
}

#[test]
fn a_start_rings_knows_when_it_is_due_and_whose_it_is() {
    let user = user();
    user.write("config.toml", "[profile.anna]\n[profile.ben]\n");
    let added = matside(&user, &["--profile", "anna", "schedule", "add", "Mon-Fri 07:30", "tiny"]);
    assert_eq!((added.code, &*added.err), (0, ""));
    let expected = [
        "#: Mon-Fri 07:30 tiny --invite --profile anna",
        "30 7 * * 1,2,3,4,5 matside run tiny --due 'Mon-Fri 07:30' --invite --profile anna",
    ];
    assert_eq!(table(&user), expected);
    // The entry is the same for whoever reads it.
    let listed = matside(&user, &["schedule", "list"]);
    assert_eq!(listed.out, "  1  Mon-Fri 07:30 tiny --invite --profile anna\n");
    let twice = matside(&user, &["--profile", "anna", "schedule", "add", "Mon-Fri 7:30", "tiny"]);
    assert!(twice.code == 1 && twice.err.contains("is there already"), "{}", twice.err);
    assert_eq!(matside(&user, &["schedule", "remove", "1"]).code, 0);
    assert!(!user.path("home.crontab").exists());
}

#[test]
fn a_start_that_may_be_missed_is_looked_for_when_the_device_is_up_again() {
    let user = user();
    let add = |further: &[&str]| matside(&user, &[&["schedule", "add", "18:00", "tiny"], further].concat());
    assert_eq!(add(&["--at-once"]).code, 0);
    assert_eq!(add(&["--at-once", "--missed", "ask"]).code, 0);
    let start = "matside run tiny --due 'daily 18:00' --missed ask";
    assert_eq!(
        table(&user),
        [
            "#: daily 18:00 tiny",
            "0 18 * * * matside run tiny",
            "#: daily 18:00 tiny --missed ask",
            &format!("0 18 * * * {start}"),
            &format!("@reboot sleep 60; exec {start}"),
        ]
    );
    let wrong = add(&["--missed", "never"]);
    assert!(wrong.code == 2 && wrong.err.contains("write `skip`, `next` or `ask`"), "{}", wrong.err);
}

#[test]
fn quiet_hours_are_warned_of() {
    let user = user();
    user.write("config.toml", "quiet-hours = \"22:00-07:00\"\n");
    let add = |when: &str, further: &[&str]| {
        let seen = matside(&user, &[&["schedule", "add", when, "tiny"], further].concat());
        assert_eq!(seen.code, 0, "{}", seen.err);
        seen.err
    };
    assert_eq!(add("06:30", &[]), "matside: 06:30 lies in the quiet hours 22:00-07:00: it will not start\n");
    let at_once = "matside: 23:00 lies in the quiet hours 22:00-07:00: it starts all the same\n";
    assert_eq!(add("23:00", &["--at-once"]), at_once);
    assert_eq!(add("12:00", &[]), "");
    user.write("config.toml", "quiet-hours = \"22:00\"\n");
    let config = user.run(&["config"]);
    assert!(config.code == 6 && config.err.contains("is no span of hours"), "{} {}", config.code, config.err);
}

#[test]
fn what_an_entry_writes_is_a_command_that_runs() {
    let user = user();
    matside(&user, &["schedule", "add", "Sat,Sun 08:05", "tiny", "--missed", "next"]);
    let line = table(&user)[1].clone();
    let (_, words) = line.split_once("matside ").unwrap();
    let words = shlex::split(words).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let help = user.run(&[&words[..], &["--help"]].concat());
    assert_eq!((help.code, &*help.err), (0, ""));
    let wrong = user.run(&[&words[..], &["--pace", "fast"]].concat());
    assert!(wrong.code == 2 && wrong.err.contains("--pace"), "only that is wrong: {}", wrong.err);
}
