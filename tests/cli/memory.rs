//! What one session leaves for the next, and how it is forgotten.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jiff::{SignedDuration, Timestamp};
use rustix::process::Signal;

use crate::user::{Seen, User};

const SESSION: &str = r#"
format = 1
title = "Remembers"
language = "en"
minutes = [0, 5]
begin = ["mat"]

[[step]]
say = "Your mat: {{ mat }}."
"#;

const MAT: &str = r#"
format = 1
title = "Mat"
language = "en"
ask = "Which mat?"
fact = "mat"
remember-days = 30
wait = "5s"
ask-again = 0

[[answer]]
id = "thick"
heard = ["thick"]
say = "Good."

[[answer]]
id = "bare"
heard = ["bare"]

[no-answer]
then = "stop"
"#;

fn user() -> User {
    let user = User::new();
    user.write("remembers.toml", SESSION);
    user.write("check-ins/mat.toml", MAT);
    user
}

fn asked_and_told(user: &User, answer: &str) {
    let mut live = user.perform("remembers");
    live.hear("Which mat?").say(answer).hear(&format!("Your mat: {answer}."));
    let seen = live.end();
    assert_eq!((seen.code, &*seen.err), (0, ""));
}

fn not_asked(user: &User, known: &str) {
    // Nobody has to be waited for.
    let seen = user.run(&["run", "--voice", "tick", "--output", "free", "--captions", "remembers"]);
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
    assert!(!seen.out.contains("Which mat?") && seen.out.contains(known), "{}", seen.out);
}

/// Hears the question, and leaves.
fn asked(user: &User) -> Seen {
    let mut live = user.perform("remembers");
    live.hear("Which mat?");
    live.signal(Signal::INT).signal(Signal::INT).end()
}

#[test]
fn a_remembered_answer_is_not_asked_for_until_it_is_forgotten() {
    let user = user();
    assert_eq!(user.run(&["forget"]).out, "nothing is remembered\n");
    asked_and_told(&user, "thick");
    not_asked(&user, "Your mat: thick.");
    let mode = fs::metadata(user.remembered()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(user.run(&["show", "remembers"]).out.contains("Which mat?"), "`show` knows no memory");
    let forgotten = user.run(&["forget"]);
    assert_eq!((forgotten.code, &*forgotten.out), (0, "forgotten: mat (thick)\n"));
    asked_and_told(&user, "bare");
    not_asked(&user, "Your mat: bare.");
}

#[test]
fn an_answer_outlives_a_kill() {
    let user = user();
    let mut live = user.perform("remembers");
    live.hear("Which mat?").say("thick").hear("Your mat: thick.");
    live.signal(Signal::KILL).end();
    not_asked(&user, "Your mat: thick.");
}

#[test]
fn what_has_expired_and_what_is_from_the_future_is_asked_for_again() {
    let user = user();
    fs::create_dir_all(user.remembered().parent().unwrap()).unwrap();
    let keep = |since: Timestamp| {
        let kept = format!("{{\"mat\":{{\"value\":\"thick\",\"since\":\"{since}\",\"days\":30}}}}");
        fs::write(user.remembered(), kept).unwrap();
    };
    let now = Timestamp::now();
    for hours in [-24 * 31, 2] {
        keep(now + SignedDuration::from_hours(hours));
        assert_eq!(asked(&user).err, "", "{hours}");
    }
    keep(now - SignedDuration::from_hours(24 * 29));
    not_asked(&user, "Your mat: thick.");
}

#[test]
fn damaged_memory_is_set_aside_with_one_line() {
    let user = user();
    fs::create_dir_all(user.remembered().parent().unwrap()).unwrap();
    fs::write(user.remembered(), "{\"mat\":").unwrap();
    let seen = asked(&user);
    assert!(seen.err.lines().count() == 1 && seen.err.contains("remembered.damaged"), "{}", seen.err);
    assert!(!user.remembered().exists());
    asked_and_told(&user, "bare");
    let forgotten = user.run(&["forget"]).out;
    assert!(forgotten.contains("mat (bare)") && forgotten.contains("removed: "), "{forgotten}");
}

#[test]
fn memory_that_cannot_be_written_is_a_warning_and_the_session_goes_on() {
    let user = user();
    fs::create_dir_all(user.remembered()).unwrap();
    let mut live = user.perform("remembers");
    live.hear("Which mat?").say("thick").hear("Your mat: thick.");
    let seen = live.end();
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(seen.err.lines().all(|line| line.contains("remembered.json")), "{}", seen.err);
    assert_eq!(seen.err.lines().count(), 2, "at the start and at the answer: {}", seen.err);
}

#[test]
fn nothing_is_forgotten_under_a_running_session() {
    let user = user();
    let mut live = user.perform("long");
    live.hear("Numb?");
    assert_eq!(user.run(&["forget"]).code, 8);
    live.say("yes");
    assert_eq!(live.end().code, 5);
}
