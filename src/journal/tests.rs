//! The file as a whole: what comes back, how old ones grow, what stops it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::history::{Answer, Ending, History, Moment, Take, What};
use crate::runner::State;
use crate::script::{FactValue, Refer, Then};

use super::*;

fn folder() -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::open(dir.path()).unwrap();
    (dir, folder)
}

fn at(minutes: i64) -> Moment {
    let at = Timestamp::from_second(1_772_000_000).unwrap() + SignedDuration::from_mins(minutes);
    Moment { at, offset: Offset::constant(1) }
}

fn session(resumes: Option<i64>) -> What {
    What::Session { session: "gentle".into(), language: "en".into(), digest: "d".into(), resumes }
}

fn everything() -> Vec<What> {
    let answer = Answer {
        check_in: "pain-now".into(),
        answer: Some("high".into()),
        number: Some(7),
        exercise: Some("press-up".into()),
        facts: [("pain".into(), FactValue::Number(7)), ("sore".into(), FactValue::Flag(true))].into(),
        days: Some(30),
        forgets: ["consent".into()].into(),
        then: Some(Then::SkipDirection),
        refer: Some(Refer::Professional),
    };
    let take = Take {
        exercise: "press-up".into(),
        level: Some("elbows".into()),
        direction: Some("extension".into()),
        sets: 2,
        reps: Some(10),
        hold: Some(30_000),
        completed: true,
        lasted: 61_500,
    };
    let text = |text: &str| text.to_owned();
    vec![
        session(Some(1)),
        What::Answer(answer),
        What::Answer(Answer { check_in: "nobody-said-anything".into(), ..Answer::default() }),
        What::Take(take),
        What::Take(Take { exercise: "walk".into(), ..Take::default() }),
        What::Level { exercise: text("press-up"), level: text("elbows") },
        What::Note { note: text("worse"), about: Some(text("press-up")) },
        What::Note { note: text("worse"), about: None },
        What::Ending { ending: Ending::EndedEarly },
        What::Refusal { gate: text("emergency"), session: text("gentle") },
        What::Acknowledgement { gate: text("emergency") },
    ]
}

fn happened(minute: i64, what: What) -> Happened {
    Happened { when: at(minute), what }
}

#[test]
fn everything_comes_back_in_order_and_for_its_owner_alone() {
    let (dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    assert_eq!(journal.history().unwrap(), History::default());
    let rows: Vec<Happened> = (0..).zip(everything()).map(|(minute, what)| happened(minute, what)).collect();
    let session = journal.write(None, &rows, None).unwrap();
    drop(journal);
    let read = Journal::open(&folder).unwrap().history().unwrap();
    assert_eq!(read.rows.iter().map(|row| row.what.clone()).collect::<Vec<_>>(), everything());
    assert!(read.rows.iter().all(|row| row.session == session), "{read:?}");
    assert!(read.rows.iter().zip(0..).all(|(row, minute)| row.when == at(minute)));
    assert!(read.rows.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
}

#[test]
fn a_bookmark_belongs_to_its_session_and_goes_with_its_end() {
    let (_dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    let state = |cue| State { cue, ..State::new([].into()) };
    let began = journal.write(None, &[happened(0, session(None))], Some((at(0), &state(1)))).unwrap();
    journal.write(began, &[], Some((at(1), &state(2)))).unwrap();
    let bookmark = journal.bookmark().unwrap().unwrap();
    assert_eq!((Some(bookmark.began), bookmark.saved, &bookmark.state), (began, at(1).at, &state(2)));
    assert_eq!((&*bookmark.session, &*bookmark.digest), ("gentle", "d"));
    let end = |ending| [happened(2, What::Ending { ending })];
    journal.write(began, &end(Ending::Interrupted), None).unwrap();
    assert!(journal.bookmark().unwrap().is_some());
    journal.write(began, &end(Ending::Done), None).unwrap();
    assert_eq!(journal.bookmark().unwrap(), None);
}

#[test]
fn what_still_counts_is_read_however_old_it_is() {
    let (_dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    let plain = || happened(0, What::Answer(Answer { check_in: "old".into(), ..Answer::default() }));
    let answer = |answer: Answer| happened(1, What::Answer(answer));
    let lasting = [
        answer(Answer { days: Some(3), ..Answer::default() }),
        answer(Answer { forgets: ["a".into()].into(), ..Answer::default() }),
        answer(Answer { refer: Some(Refer::Emergency), ..Answer::default() }),
        happened(2, What::Acknowledgement { gate: "emergency".into() }),
    ];
    journal.write(None, &lasting, None).unwrap();
    journal.write(None, &vec![plain(); 3_000], None).unwrap();
    journal.write(None, &[happened(60, session(None))], None).unwrap();
    let recent = journal.recent(at(50).at).unwrap();
    // The newest rows count whatever time they bear.
    assert_eq!(recent.rows.len(), 4 + 2_000);
    assert_eq!(recent.rows[3].what, lasting[3].what);
    assert!(matches!(recent.rows.last().unwrap().what, What::Session { .. }));
    assert_eq!(journal.recent(at(0).at).unwrap(), journal.history().unwrap());
}

#[test]
fn numbers_are_never_used_twice() {
    let (_dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    let first = journal.write(None, &[happened(0, session(None))], None).unwrap();
    journal.forget(Forget::All).unwrap();
    assert!(journal.write(None, &[happened(0, session(None))], None).unwrap() > first);
}

#[test]
fn a_day_takes_the_sessions_that_began_on_it_with_it() {
    let (_dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    // Over midnight, and one on each side.
    for hour in [22, 23, 25] {
        let rows = [happened(0, session(None)), happened(0, What::Ending { ending: Ending::Done })];
        let midnight = Timestamp::from_second(1_772_064_000).unwrap();
        let shifted = |row: Happened, minutes| {
            let at =
                midnight - SignedDuration::from_hours(24 - hour + 1) + SignedDuration::from_mins(minutes);
            Happened { when: Moment { at, offset: Offset::constant(1) }, ..row }
        };
        let [begin, end] = rows;
        journal.write(None, &[shifted(begin, 0), shifted(end, 90)], None).unwrap();
    }
    let days = |history: &History| history.rows.iter().map(|row| row.when.day()).collect::<Vec<_>>();
    let before = days(&journal.history().unwrap());
    let (day, next) = (before[0], before[5]);
    assert!(day < next && before[3] == next, "{before:?}");
    assert_eq!(journal.forget(Forget::Day(day)).unwrap().rows, 4);
    assert_eq!(days(&journal.history().unwrap()), [next, next]);
}

#[test]
fn forgetting_what_is_remembered_leaves_an_emergency() {
    let (_dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    let answer = |refer| Answer {
        days: Some(3),
        facts: [("a".into(), FactValue::Flag(true))].into(),
        refer,
        ..Answer::default()
    };
    let rows = [answer(None), answer(Some(Refer::Emergency))].map(|answer| happened(0, What::Answer(answer)));
    journal.write(None, &rows, None).unwrap();
    assert_eq!(journal.forget(Forget::Remembered).unwrap().rows, 1);
    assert_eq!(journal.history().unwrap().rows.len(), 1);
}

/// A file as each version left it becomes one of today with its rows.
#[test]
fn every_step_of_the_schema_keeps_what_was_there() {
    assert_eq!(i64::try_from(schema::STEPS.len()), Ok(schema::VERSION));
    let written = [include_str!("schema/written-by-1.sql")];
    assert_eq!(written.len(), schema::STEPS.len(), "each version has its rows here");
    for (version, rows) in (1..).zip(written) {
        let (dir, folder) = folder();
        let old = Connection::open(dir.path().join(FILE)).unwrap();
        schema::STEPS.iter().take(version).for_each(|step| old.execute_batch(step).unwrap());
        old.execute_batch(rows).unwrap();
        old.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
        old.pragma_update(None, "application_id", schema::APPLICATION).unwrap();
        drop(old);
        let journal = Journal::open(&folder).unwrap();
        assert_eq!(journal.number("user_version").unwrap(), schema::VERSION);
        let history = journal.history().unwrap();
        let what: Vec<What> = history.rows.into_iter().map(|row| row.what).collect();
        assert_eq!(what, everything(), "version {version}");
    }
}

#[test]
fn an_empty_file_is_a_new_journal_and_a_strange_one_is_damaged() {
    let (dir, folder) = folder();
    fs::write(dir.path().join(FILE), "").unwrap();
    Journal::open(&folder).unwrap();
    fs::remove_file(dir.path().join(FILE)).unwrap();
    let strange = Connection::open(dir.path().join(FILE)).unwrap();
    strange.execute_batch("CREATE TABLE a (b); PRAGMA user_version = 1").unwrap();
    drop(strange);
    assert!(Journal::open(&folder).unwrap_err().is_damage());
}

#[test]
fn a_write_that_fails_leaves_what_was() {
    let (_dir, folder) = folder();
    let mut journal = Journal::open(&folder).unwrap();
    journal.write(None, &[happened(0, session(None))], None).unwrap();
    let before = journal.history().unwrap();
    journal.db.pragma_update(None, "max_page_count", 1).unwrap();
    let rows = vec![happened(0, session(None)); 5_000];
    let error = journal.write(None, &rows, None).unwrap_err();
    assert!(matches!(error, JournalError::Disk { .. }), "{error}");
    assert_eq!(journal.history().unwrap(), before);
}
