//! What stands before a session, as people meet it: the mark of an emergency, advice, words in place of a session.

use std::fs;

use matside::history::{ADVISED, Sitting, What};
use rustix::process::Signal;

use crate::emergencies::{acknowledge, after_an_emergency, allowed, refused};
use crate::terminal::Terminal;
use crate::user::User;

const PROGRAMME: &str = r#"
format = 1
language = "en"
title = "Own"
daily = ["flags"]

[[phase]]
id = "always"
title = "Always"
sessions = ["tiny", "bare"]

[[rule]]
id = "look"
when = "days_since_start >= 0"
then = "refer"
say = "Somebody should look."
origin = "ours"
"#;

/// A session that asks nothing.
const BARE: &str = r#"
format = 1
title = "Bare"
language = "en"
minutes = [0, 5]

[[step]]
exercise = "cat-cow"
reps = 1
"#;

fn user() -> User {
    let user = User::new();
    user.write("programmes/own.toml", PROGRAMME);
    user.write("bare.toml", BARE);
    user
}

#[test]
fn a_journal_that_cannot_be_read_does_not_open_the_gate() {
    let user = after_an_emergency();
    fs::write(user.journal_file(), vec![7; 8_000]).unwrap();
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(user.path(&format!("state/matside/journal.sqlite{beside}")));
    }
    let seen = user.perform("tiny").end();
    assert!(seen.code == 9 && seen.err.contains("damaged"), "{}", seen.err);
    refused(&user, "tiny");
    assert!(user.run(&["today"]).out.starts_with("no session: "));
    let all = user.run(&["forget", "--all"]);
    assert!(all.code == 1 && all.err.contains("acknowledge"), "{}", all.err);
    // Nor does one that is gone.
    fs::remove_file(user.journal_file()).unwrap();
    refused(&user, "tiny");
    assert_eq!(acknowledge(&user, "understood").0, Some(0));
    allowed(&user);
}

fn advised(user: &User) -> usize {
    let is = |what: &What| matches!(what, What::Note { note, .. } if note == ADVISED);
    user.history().rows.iter().filter(|row| is(&row.what)).count()
}

fn tiny(user: &User) -> String {
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("no").hear("Pain?").say("1");
    let seen = live.end();
    assert_eq!(seen.code, 0, "{}", seen.err);
    seen.out
}

#[test]
fn advice_is_said_once_a_day_until_it_is_acknowledged() {
    let user = user();
    assert!(tiny(&user).contains("Somebody should look."));
    assert_eq!(advised(&user), 1);
    assert!(!tiny(&user).contains("Somebody should look."));
    assert_eq!(advised(&user), 1);
    let args = ["journal", "acknowledge", "look", "--programme", "own"];
    let piped = user.run(&args);
    assert!(piped.code == 1 && piped.err.contains("keyboard"), "{}", piped.err);
    let mut terminal = Terminal::of(&user, &args);
    terminal.see("Somebody should look.", 1).see("Type `understood`", 1).press("understood\n");
    assert_eq!(terminal.end(), Some(0));
    let other = user.run(&["journal", "acknowledge", "nothing", "--programme", "own"]);
    assert!(other.code == 1 && other.err.contains("no advice by a rule `nothing`"), "{}", other.err);
}

/// The question of each day comes before a session that does not ask it, until it was answered.
#[test]
fn a_session_without_the_question_of_the_day_gets_it_once() {
    let user = user();
    let mut live = user.perform("bare");
    live.hear("Numb?").say("no").hear("Cat").say("stop");
    assert_eq!(live.end().code, 3);
    let mut live = user.perform_with("bare", &["--anew"]);
    let seen = live.hear("Cat").say("stop").end();
    assert!(seen.code == 3 && !seen.out.contains("Numb?"), "{}", seen.out);
    let silent = self::user();
    assert_eq!(silent.perform("bare").end().code, 4);
    assert_eq!(silent.perform("bare").end().code, 4, "nobody answered");
}

#[test]
fn a_cut_off_session_of_today_is_offered() {
    let user = User::new();
    let mut live = user.perform("today");
    live.hear("Do you agree?").say("yes").hear("Before we begin").signal(Signal::KILL).end();
    let name = user.history().sittings().first().map(|sitting| sitting.name.to_owned());
    let mut live = user.perform("today");
    live.hear("This session was cut off.").say("go on").hear("Before we begin").say("stop");
    live.end();
    let history = user.history();
    let names: Vec<&str> = history.sittings().iter().map(|sitting: &Sitting| sitting.name).collect();
    assert_eq!(names, [name.unwrap()]);
}
