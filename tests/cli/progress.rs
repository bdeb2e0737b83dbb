//! What is for today, and why, as people meet it.

use jiff::{SignedDuration, Zoned};
use matside::history::{Answer, Ending, Moment, Take, What};
use matside::journal::Happened;
use matside::script::FactValue;

use crate::user::User;

/// A session of so many days ago.
struct Session {
    days_ago: i64,
    pain: [i64; 2],
    how_was_it: &'static str,
    /// Exercise, level, repetitions.
    take: (&'static str, &'static str, u32),
    worse: bool,
}

const GOOD: Session = Session {
    days_ago: 0,
    pain: [4, 4],
    how_was_it: "same",
    take: ("press-up", "forearms", 10),
    worse: false,
};

fn happened(user: &User, sessions: &[Session]) {
    for session in sessions {
        let (exercise, level, reps) = session.take;
        let answer = |check_in: &str, name: &str, value: FactValue| {
            let facts = [(name.to_owned(), value)].into();
            let (check_in, answer) = (check_in.to_owned(), Some("told".to_owned()));
            What::Answer(Answer { check_in, answer, facts, ..Answer::default() })
        };
        let pain = |pain| answer("pain-now", "pain", FactValue::Number(pain));
        let begun = What::Session {
            session: "subacute".into(),
            language: "en".into(),
            digest: String::new(),
            resumes: None,
        };
        let take = Take {
            exercise: exercise.into(),
            level: Some(level.into()),
            reps: Some(reps),
            sets: 1,
            completed: true,
            ..Take::default()
        };
        let worse = What::Note { note: "worse".into(), about: Some(exercise.into()) };
        let how = answer("how-was-it", "how_was_it", FactValue::Word(session.how_was_it.into()));
        let mut rows = vec![begun, pain(session.pain[0]), What::Take(take), pain(session.pain[1]), how];
        rows.extend(session.worse.then_some(worse));
        rows.push(What::Ending { ending: Ending::Done });
        let when = Moment::from(&(&Zoned::now() - SignedDuration::from_hours(24 * session.days_ago)));
        let rows: Vec<Happened> = rows.into_iter().map(|what| Happened { when, what }).collect();
        user.journal().write(None, &rows, None).unwrap();
    }
}

fn good(days_ago: i64) -> Session {
    Session { days_ago, ..GOOD }
}

#[test]
fn before_the_first_session_it_is_the_gentlest_and_nothing_is_made() {
    let user = User::new();
    let today = user.run(&["today"]);
    assert!(today.code == 0 && today.out.starts_with("acute: "), "{}{}", today.out, today.err);
    assert!(user.run(&["today", "--minutes", "1"]).out.contains("the shortest takes"));
    assert!(user.run(&["why", "press-up"]).out.contains("was not done yet"));
    assert!(!user.journal_file().exists());
}

#[test]
fn good_sessions_lead_up_and_why_names_the_days() {
    let user = User::new();
    happened(&user, &[good(3), good(2), good(1)]);
    let why = user.run(&["why", "press-up"]).out;
    let day = |days: i64| (&Zoned::now() - SignedDuration::from_hours(24 * days)).date().to_string();
    assert!(why.contains("from forearms, 10 times to straight-arms, 10 times"), "{why}");
    assert!([3, 2, 1].iter().all(|days| why.contains(&day(*days))), "{why}");
    assert!(why.contains("good_in_a_row >= steady"), "{why}");
    assert!(user.run(&["today"]).out.contains("press-up: from forearms"));
}

#[test]
fn worse_leads_down_at_once() {
    let user = User::new();
    let high = ("press-up", "straight-arms", 10);
    happened(&user, &[Session { take: high, ..good(2) }, Session { take: high, worse: true, ..good(1) }]);
    let why = user.run(&["why", "press-up"]).out;
    assert!(why.contains("to forearms, 10 times: \"worse\" was said in it"), "{why}");
}

/// Sore is a day of rest: the day on which it was said.
#[test]
fn soreness_is_a_day_of_rest() {
    let user = User::new();
    happened(&user, &[good(2), good(1)]);
    assert!(user.run(&["today"]).out.contains(" min\n"));
    let sore = Answer {
        check_in: "sore-from-yesterday".into(),
        answer: Some("yes".into()),
        facts: [("sore".to_owned(), FactValue::Flag(true))].into(),
        ..Answer::default()
    };
    let begun = What::Session {
        session: "subacute".into(),
        language: "en".into(),
        digest: String::new(),
        resumes: None,
    };
    let rows = [begun, What::Answer(sore), What::Ending { ending: Ending::Symptoms }];
    let rows = rows.map(|what| Happened { when: Moment::from(&Zoned::now()), what });
    user.journal().write(None, &rows, None).unwrap();
    let today = user.run(&["today"]).out;
    assert!(today.starts_with("a day of rest: ") && today.contains("rule `sore`"), "{today}");
}

#[test]
fn what_was_exported_leads_to_the_same_decisions_in_another_profile() {
    let user = User::new();
    happened(&user, &[good(5), good(4), Session { worse: true, ..good(3) }, good(2), good(1)]);
    let file = user.path("journal.json");
    std::fs::write(&file, user.run(&["journal", "export"]).out).unwrap();
    let decisions = |user: &User| {
        let why = ["press-up", "cat-cow"].map(|exercise| user.run(&["why", exercise]).out);
        (user.run(&["today"]).out, why)
    };
    let before = decisions(&user);
    assert!(before.1[0].contains("good sessions on"), "{before:?}");
    let other = User::new();
    other.write("config.toml", "[profile.ben]\n");
    let imported = other.run(&["journal", "import", file.to_str().unwrap()]);
    assert_eq!((imported.code, &*imported.err), (0, ""));
    assert_eq!(decisions(&other), before);
    assert!(other.path("state/matside/profiles/ben/journal.sqlite").is_file());
}

#[test]
fn one_session_a_day_and_a_day_of_rest_when_it_got_worse() {
    let user = User::new();
    happened(&user, &[good(0)]);
    assert!(user.run(&["today"]).out.starts_with("done for today: subacute"));
    let run = user.run(&["run", "today", "--voice", "tick", "--output", "free", "--captions"]);
    assert!(run.code == 0 && run.out.contains("done for today"), "{}{}", run.out, run.err);
    assert!(run.out.contains("You have done your session for today."), "{}", run.out);
    let user = User::new();
    happened(&user, &[Session { how_was_it: "worse", ..good(1) }]);
    let today = user.run(&["today"]).out;
    assert!(today.starts_with("a day of rest: ") && today.contains("rule `sore`"), "{today}");
    let run = user.run(&["run", "today", "--voice", "tick", "--output", "free", "--captions"]);
    assert!(run.code == 0 && run.out.contains("\nToday is a day of rest."), "{}{}", run.out, run.err);
    let refusal = user.history().rows.pop().map(|row| row.what);
    assert!(matches!(refusal, Some(What::Refusal { gate, .. }) if gate == "sore"));
}

#[test]
fn run_today_picks_runs_and_writes_it_down() {
    let user = User::new();
    let run = user.run(&["run", "today", "--voice", "tick", "--output", "free", "--captions"]);
    assert!(run.code == 4 && run.out.contains("Do you agree?"), "{}{}", run.out, run.err);
    assert_eq!(user.history().sittings()[0].name, "acute");
}

#[test]
fn what_there_is_not_is_said() {
    let user = User::new();
    for (args, expected) in [
        (vec!["why", "press-ups"], "did you mean `press-up`?"),
        (vec!["today", "--programme", "nothing"], "there is no programme `nothing`"),
    ] {
        let seen = user.run(&args);
        assert!(seen.code == 1 && seen.err.contains(expected), "{}", seen.err);
    }
}
