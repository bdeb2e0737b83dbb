//! What one session leaves for the next, and how it is forgotten.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use jiff::{SignedDuration, Zoned};
use matside::history::{Answer, Ending, History, Moment, Take, What};
use matside::journal::Happened;
use matside::script::FactValue;
use rustix::process::Signal;

use crate::user::{LIVE, Live, Seen, User};

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
    let seen = user.run(&["run", "--voice", "tick", "--output", "free", "--captions", "--anew", "remembers"]);
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
    assert!(!seen.out.contains("Which mat?") && seen.out.contains(known), "{}", seen.out);
}

/// Hears the question, and leaves.
fn asked(user: &User) -> Seen {
    let mut live = user.perform_with("remembers", &["--anew"]);
    live.hear("Which mat?");
    live.signal(Signal::INT).signal(Signal::INT).end()
}

#[test]
fn a_remembered_answer_is_not_asked_for_until_it_is_forgotten() {
    let user = user();
    assert_eq!(user.run(&["forget"]).out, "nothing is remembered\n");
    asked_and_told(&user, "thick");
    not_asked(&user, "Your mat: thick.");
    for file in fs::read_dir(user.path("state/matside")).unwrap().map(Result::unwrap) {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.path().display());
    }
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
fn every_answer_is_a_row_with_what_it_set() {
    let user = user();
    asked_and_told(&user, "thick");
    let history = user.history();
    let sittings = history.sittings();
    assert_eq!(sittings.len(), 1);
    assert_eq!((sittings[0].name, sittings[0].ending()), ("remembers", Some(Ending::Done)));
    let answers: Vec<&Answer> = sittings[0].answers().collect();
    assert_eq!(answers.len(), 1);
    assert_eq!((&*answers[0].check_in, answers[0].answer.as_deref()), ("mat", Some("thick")));
    assert_eq!((answers[0].days, &answers[0].facts["mat"]), (Some(30), &FactValue::Word("thick".into())));
}

#[test]
fn an_exercise_is_a_row_with_its_dose() {
    let user = user();
    let step = "[[step]]\nexercise = \"pelvic-tilt\"\nreps = 2\ntempo = [1, 0, 1]\n";
    user.write("remembers.toml", &format!("{SESSION}\n{step}"));
    let mut live = user.perform("remembers");
    live.hear("Which mat?").say("bare").hear("Pelvic").say("skip");
    assert_eq!(live.end().code, 0);
    let history = user.history();
    let takes: Vec<&Take> = history.sittings()[0].takes().collect();
    assert_eq!(takes.len(), 1);
    let take = takes[0];
    assert_eq!((&*take.exercise, take.reps, take.sets, take.completed), ("pelvic-tilt", Some(2), 1, false));
    assert!(take.lasted < 20_000, "{take:?}");
}

#[test]
fn what_has_expired_and_what_is_from_the_future_is_asked_for_again() {
    let user = user();
    let now = Zoned::now();
    let keep = |hours: i64| {
        let facts = [("mat".to_owned(), FactValue::Word("thick".into()))].into();
        let what = What::Answer(Answer { facts, days: Some(30), ..Answer::default() });
        let when = Moment::from(&(&now + SignedDuration::from_hours(hours)));
        user.journal().write(None, &[Happened { when, what }], None).unwrap();
    };
    keep(-24 * 31);
    assert_eq!(asked(&user).err, "", "expired");
    keep(-24 * 29);
    not_asked(&user, "Your mat: thick.");
    keep(2);
    assert_eq!(asked(&user).err, "", "from the future");
}

#[test]
fn a_damaged_journal_is_set_aside_said_aloud_and_the_session_goes_on() {
    let user = user();
    asked_and_told(&user, "thick");
    fs::write(user.journal_file(), "no journal at all").unwrap();
    let mut live = user.perform("remembers");
    live.hear("My notes of earlier days are damaged.").hear("Which mat?").say("bare").hear("Your mat: bare.");
    let seen = live.end();
    assert_eq!((seen.code, seen.err.lines().count()), (0, 2), "{}", seen.err);
    let aside = format!("journal.sqlite.damaged-{}", Zoned::now().date());
    assert!(seen.err.contains(&aside), "{}", seen.err);
    let aside = user.journal_file().with_file_name(aside);
    assert_eq!(fs::read_to_string(&aside).unwrap(), "no journal at all");
    not_asked(&user, "Your mat: bare.");
    let forgotten = user.run(&["forget"]).out;
    assert!(forgotten.contains("mat (bare)") && forgotten.contains("removed: "), "{forgotten}");
    assert!(!aside.exists());
}

/// Damage in the middle of a file, which opens without complaint.
#[test]
fn damage_that_only_reading_finds_is_damage_too() {
    let user = user();
    asked_and_told(&user, "thick");
    let mut bytes = fs::read(user.journal_file()).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 4, "{pages}");
    bytes[3 * 4096..].fill(0xA5);
    fs::write(user.journal_file(), &bytes).unwrap();
    let mut live = user.perform("remembers");
    live.hear("My notes of earlier days are damaged.").hear("Which mat?").say("bare").hear("Your mat: bare.");
    assert_eq!(live.end().code, 0);
    let aside = format!("journal.sqlite.damaged-{}", Zoned::now().date());
    assert_eq!(fs::read(user.journal_file().with_file_name(aside)).unwrap(), bytes);
}

#[test]
fn a_journal_of_a_newer_version_is_left_alone() {
    let user = user();
    asked_and_told(&user, "thick");
    let mut bytes = fs::read(user.journal_file()).unwrap();
    bytes[60..64].copy_from_slice(&99_i32.to_be_bytes());
    fs::write(user.journal_file(), &bytes).unwrap();
    let mut live = user.perform("remembers");
    live.hear("I cannot write down").hear("Which mat?").say("bare").hear("Your mat: bare.");
    let seen = live.end();
    assert_eq!((seen.code, seen.err.lines().count()), (0, 1), "{}", seen.err);
    assert!(seen.err.contains("newer version") && seen.err.contains("99"), "{}", seen.err);
    assert_eq!(fs::read(user.journal_file()).unwrap(), bytes);
    let forget = user.run(&["forget"]);
    assert!(forget.code == 1 && forget.err.contains("newer version"), "{}", forget.err);
    assert_eq!(fs::read(user.journal_file()).unwrap(), bytes);
}

/// A limit on the size of files stands in for a disk that is full: no write gets through.
#[test]
fn a_full_disk_is_said_aloud_and_the_session_goes_on() {
    let user = user();
    asked_and_told(&user, "thick");
    user.run(&["forget"]);
    let before = user.history();
    let mut command = user.dressed(Command::new("sh"), &[]);
    let run = format!("trap '' XFSZ; ulimit -f 1; exec {}", env!("CARGO_BIN_EXE_matside"));
    command.args(["-c", &format!("{run} \"$@\""), "sh"]).args(LIVE).args(["--captions", "remembers"]);
    let mut live = Live::start(command);
    live.hear("I cannot write down").hear("Which mat?").say("bare").hear("Your mat: bare.");
    let seen = live.end();
    assert_eq!((seen.code, seen.err.lines().count()), (0, 1), "{}", seen.err);
    assert!(seen.err.contains("journal.sqlite"), "{}", seen.err);
    assert_eq!(user.history(), before, "what was there is still there");
}

/// The row cannot be written then; the mark beside the journal can.
#[test]
fn an_emergency_on_a_full_disk_blocks_all_the_same() {
    let user = user();
    let mut command = user.dressed(Command::new("sh"), &[]);
    let run = format!("trap '' XFSZ; ulimit -f 1; exec {}", env!("CARGO_BIN_EXE_matside"));
    command.args(["-c", &format!("{run} \"$@\""), "sh"]).args(LIVE).args(["--captions", "tiny"]);
    let mut live = Live::start(command);
    live.hear("Numb?").say("yes").hear("Call.");
    assert_eq!(live.end().code, 5);
    assert_eq!(user.perform("tiny").end().code, 9);
}

#[test]
fn a_day_or_everything_is_really_gone() {
    let user = user();
    user.write("check-ins/mat.toml", &MAT.replace("thick", "thick-and-unmistakable"));
    asked_and_told(&user, "thick-and-unmistakable");
    let bytes = || {
        let files = fs::read_dir(user.path("state/matside")).unwrap();
        files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect::<Vec<u8>>()
    };
    let holds = |text: &str| bytes().windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("thick-and-unmistakable"));
    let yesterday = Zoned::now().yesterday().unwrap().date().to_string();
    assert!(user.run(&["forget", "--day", &yesterday]).out.contains("nothing happened"));
    let today = Zoned::now().date().to_string();
    let gone = user.run(&["forget", "--day", &today]);
    assert!(gone.code == 0 && gone.out.contains("mat (thick-and-unmistakable)"), "{} {}", gone.out, gone.err);
    assert!(!holds("thick-and-unmistakable") && !holds("remembers"));
    asked_and_told(&user, "bare");
    assert_eq!(user.run(&["forget", "--all"]).code, 0);
    assert!(!holds("bare") && user.history() == History::default());
    assert_eq!(user.run(&["forget", "--all"]).out, "the journal is empty\n");
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
