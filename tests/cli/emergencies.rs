//! After an emergency there is no session until somebody at a keyboard has acknowledged it.

use std::fs;

use matside::history::What;

use crate::terminal::Terminal;
use crate::user::{Seen, User};

pub fn after_an_emergency() -> User {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("yes").hear("Call.");
    assert_eq!(live.end().code, 5);
    user
}

pub fn refused(user: &User, session: &str) {
    let seen = user.perform(session).end();
    assert_eq!(seen.code, 9, "{}", seen.err);
    assert!(seen.out.contains("You told me of an emergency.") && !seen.out.contains("Numb?"), "{}", seen.out);
    assert!(seen.err.contains("matside journal acknowledge"), "{}", seen.err);
}

pub fn allowed(user: &User) {
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("no").hear("Pain?").say("1");
    assert_eq!(live.end().code, 0);
}

pub fn acknowledge(user: &User, word: &str) -> (Option<i32>, String) {
    let mut terminal = Terminal::of(user, &["journal", "acknowledge"]);
    terminal.see("Type `understood`", 1).press(&format!("{word}\n"));
    (terminal.end(), terminal.shown())
}

#[test]
fn it_blocks_every_session_until_it_is_acknowledged_at_a_keyboard() {
    let user = after_an_emergency();
    refused(&user, "long");
    refused(&user, "tiny");
    let refusals = user.history().rows.into_iter().filter(|row| matches!(row.what, What::Refusal { .. }));
    assert_eq!(refusals.count(), 2);
    // Through a pipe, as from cron, is not at a keyboard.
    let piped = user.run(&["journal", "acknowledge"]);
    assert!(piped.code == 1 && piped.err.contains("keyboard"), "{}", piped.err);
    let (code, shown) = acknowledge(&user, "yes");
    assert!(code == Some(1) && shown.contains("it stays as it is"), "{shown}");
    refused(&user, "tiny");
    assert_eq!(acknowledge(&user, "understood").0, Some(0));
    allowed(&user);
    assert_eq!(user.run(&["journal", "acknowledge"]).out, "there is nothing to acknowledge\n");
}

/// A kill while the words are said, a file that was removed by hand, a card that cannot be written any more.
#[test]
fn no_way_round_opens_it() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("yes").hear("Call.").signal(rustix::process::Signal::KILL).end();
    refused(&user, "tiny");
    let all = user.run(&["forget", "--all"]);
    assert!(all.code == 1 && all.err.contains("acknowledge"), "{}", all.err);
    assert_eq!(user.run(&["forget"]).code, 0);
    refused(&user, "tiny");
    // A directory in the place of the lock: nothing can be written, and what was written still counts.
    let lock = user.path("state/matside/running");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let seen = user.perform("tiny").end();
    assert_eq!(seen.code, 9, "{}", seen.err);
}

fn exported(user: &User, format: &str) -> Seen {
    let seen = user.run(&["journal", "export", "--format", format]);
    assert_eq!((seen.code, &*seen.err), (0, ""));
    seen
}

#[test]
fn what_was_exported_is_the_same_after_an_import() {
    let user = after_an_emergency();
    refused(&user, "tiny");
    let json = exported(&user, "json").out;
    let file = user.path("journal.json");
    fs::write(&file, &json).unwrap();
    let other = User::new();
    let import = |user: &User| user.run(&["journal", "import", file.to_str().unwrap()]);
    let done = import(&other);
    assert_eq!((done.code, &*done.err), (0, ""));
    assert_eq!(exported(&other, "json").out, json);
    assert_eq!(other.history(), user.history());
    refused(&other, "tiny");
    let again = import(&other);
    assert!(again.code == 1 && again.err.contains("not empty"), "{}", again.err);
    let csv = exported(&user, "csv").out;
    assert_eq!(csv.lines().count(), user.history().rows.len() + 1);
    assert!(csv.starts_with("seq,at,began,kind,session,") && csv.contains(",flags,yes,"), "{csv}");
}

#[test]
fn what_is_no_export_is_not_imported() {
    let row = |seq, session| {
        format!(
            "{{\"seq\":{seq},\"at\":\"2026-03-01T07:30:00+01:00\",\"began\":{session},\"kind\":\"ending\",\"ending\":\"done\"}}"
        )
    };
    for (text, why) in [
        ("x".to_owned(), "not what `matside journal export` writes"),
        ("{\"format\":2,\"rows\":[]}".to_owned(), "its format is 2"),
        (format!("{{\"format\":1,\"rows\":[{},{}]}}", row(2, "null"), row(1, "null")), "wrong place"),
        (format!("{{\"format\":1,\"rows\":[{}]}}", row(2, "7")), "session 7"),
        (format!("{{\"format\":1,\"rows\":[{}]}}", row(2, "null").replace("+01:00", "")), "no time"),
    ] {
        let user = User::new();
        let file = user.path("journal.json");
        fs::write(&file, &text).unwrap();
        let seen = user.run(&["journal", "import", file.to_str().unwrap()]);
        assert!(seen.code == 1 && seen.err.contains(why), "{text}: {}", seen.err);
        assert!(user.history().rows.is_empty());
    }
}
