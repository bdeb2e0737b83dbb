//! Ten years of three sessions a day: how long the program takes to say something.

use jiff::{SignedDuration, Timestamp, tz::Offset};
use matside::history::{Answer, Ending, Moment, Take, What};
use matside::journal::{Folder, Happened, Journal};
use matside::script::{FactValue, Refer, Then};

const EXERCISES: [(&str, Option<&str>); 9] = [
    ("walk-in-place", None),
    ("pelvic-tilt", None),
    ("knee-to-chest", Some("flexion")),
    ("piriformis-stretch", None),
    ("press-up", Some("extension")),
    ("bird-dog", None),
    ("glute-bridge", None),
    ("cat-cow", None),
    ("nerve-glide", None),
];

fn answer(check_in: &str, word: &str, facts: &[(&str, FactValue)]) -> Answer {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let then = Some(Then::Continue);
    Answer { check_in: check_in.into(), answer: Some(word.into()), facts, then, ..Answer::default() }
}

fn pain(pain: i64) -> Answer {
    let level = FactValue::Word(if pain > 3 { "moderate" } else { "low" }.into());
    let facts = [("pain", FactValue::Number(pain)), ("pain_level", level)];
    Answer { number: Some(pain), ..answer("pain-now", "low", &facts) }
}

fn session(n: i64) -> Vec<What> {
    let no = |check_in: &str| What::Answer(answer(check_in, "no", &[]));
    let before = 7 - n * 5 / 11_000;
    let begun = What::Session {
        session: "gentle-daily".into(),
        language: "en".into(),
        digest: "0123456789abcdef".repeat(4),
        resumes: None,
    };
    let mut rows = vec![begun, no("red-flags"), no("red-flags-more"), no("weak-or-numb")];
    rows.extend([no("sore-from-yesterday"), What::Answer(pain(before)), no("readiness")]);
    for (exercise, direction) in EXERCISES {
        let take = Take {
            exercise: exercise.into(),
            level: (exercise == "press-up").then(|| "forearms".into()),
            direction: direction.map(str::to_owned),
            sets: 1,
            reps: Some(10),
            completed: n % 17 != 0,
            lasted: 70_000,
            ..Take::default()
        };
        rows.push(What::Take(take));
        if exercise == "press-up" {
            let felt = [("extension", FactValue::Word("better".into()))];
            let moved = answer("where-did-it-move", "toward-back", &felt);
            rows.push(What::Answer(Answer { exercise: Some(exercise.into()), ..moved }));
        }
    }
    let how = answer("how-was-it", "better", &[("how_was_it", FactValue::Word("better".into()))]);
    let refer = (n % 100 == 0).then_some(Refer::Professional);
    rows.extend([What::Answer(pain((before - n % 3).max(0))), What::Answer(Answer { refer, ..how })]);
    rows.push(What::Ending { ending: Ending::Done });
    rows
}

fn write(folder: &std::path::Path) {
    let start: Timestamp = "2016-11-20T07:00:00Z".parse().unwrap();
    let mut rows = Vec::new();
    for n in 0..3 * 3652 {
        let began =
            start + SignedDuration::from_hours(24 * (n / 3)) + SignedDuration::from_hours(5 * (n % 3));
        for (place, what) in (0..).zip(session(n)) {
            let at = began + SignedDuration::from_secs(40 * place);
            rows.push(Happened { when: Moment { at, offset: Offset::constant(1) }, what });
        }
    }
    eprintln!("{} rows", rows.len());
    let mut journal = Journal::open(&Folder::open(folder).unwrap()).unwrap();
    journal.write(None, &rows, None).unwrap();
}

#[test]
#[ignore = "wants a release build and a quiet machine"]
fn ten_years() {
    let folder = std::path::PathBuf::from(std::env::var_os("YEARS").unwrap());
    write(&folder);
}
