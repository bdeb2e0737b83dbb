//! Ten weeks of somebody, with everything in them that a report has to show.

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{SignedDuration, ToSpan};
use matside::history::{Answer, Ending, Moment, Take, What};
use matside::journal::Happened;
use matside::script::{FactValue, Refer, Then};

use crate::user::User;

pub const SINCE: &str = "2024-01-01";

/// Names that would do something if a page or a terminal believed them.
pub const HOSTILE: &str = "<script>alert(1)</script> & \"quotes\"";
const HOSTILE_TITLE: &str = r#"<img src=x onerror=\"alert(2)\">\u001b[31m & red"#;

pub fn answer(check_in: &str, word: &str, facts: &[(&str, FactValue)]) -> Answer {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let then = Some(Then::Continue);
    Answer { check_in: check_in.into(), answer: Some(word.into()), facts, then, ..Answer::default() }
}

pub fn word(word: &str) -> FactValue {
    FactValue::Word(word.into())
}

pub fn pain(pain: i64) -> Answer {
    let level = if pain > 6 {
        "high"
    } else if pain > 3 {
        "moderate"
    } else {
        "low"
    };
    let facts = [("pain", FactValue::Number(pain)), ("pain_level", word(level))];
    Answer { number: Some(pain), ..answer("pain-now", level, &facts) }
}

pub fn begun(session: &str) -> What {
    let digest = "0123456789abcdef".repeat(4);
    What::Session { session: session.into(), language: "en".into(), digest, resumes: None }
}

pub fn take(exercise: &str, level: Option<&str>, direction: Option<&str>) -> Take {
    Take {
        exercise: exercise.into(),
        level: level.map(str::to_owned),
        direction: direction.map(str::to_owned),
        sets: 1,
        reps: Some(10),
        completed: true,
        lasted: 70_000,
        ..Take::default()
    }
}

fn silence(check_in: &str) -> What {
    What::Answer(Answer { check_in: check_in.into(), ..Answer::default() })
}

/// About an exercise, with what it says of its direction.
fn moved(exercise: &str, direction: &str, id: &str, value: &str) -> What {
    let spread = (id == "further-down").then_some(("spread", FactValue::Flag(true)));
    let facts: Vec<_> = std::iter::once((direction, word(value))).chain(spread).collect();
    What::Answer(Answer { exercise: Some(exercise.into()), ..answer("where-did-it-move", id, &facts) })
}

fn day(n: i64) -> Vec<What> {
    let told = |check_in: &str, id: &str| What::Answer(answer(check_in, id, &[]));
    let before = 7 - n / 14 + i64::from(n % 5 == 0);
    let press_up = if n < 40 { "forearms" } else { "straight-arms" };
    let mut rows = vec![begun(if n < 14 { "acute" } else { "gentle-daily" })];
    rows.extend(["red-flags", "weak-or-numb"].map(|check_in| told(check_in, "no")));
    rows.push(if n == 6 { silence("pain-now") } else { What::Answer(pain(before)) });
    rows.push(What::Take(take("pelvic-tilt", None, None)));
    rows.push(What::Take(Take { completed: n % 6 != 0, ..take("knee-to-chest", None, Some("flexion")) }));
    rows.extend(match n {
        9 | 10 => vec![moved("knee-to-chest", "flexion", "further-down", "worse")],
        _ if n % 9 == 0 => vec![moved("knee-to-chest", "flexion", "same", "same")],
        _ => vec![],
    });
    rows.extend(press_ups(n, press_up));
    rows.push(What::Answer(pain((before - 1 + i64::from(n % 7 == 0) * 2).max(0))));
    let (how, refer) = if n % 10 == 3 { ("worse", Some(Refer::Professional)) } else { ("same", None) };
    rows.push(What::Answer(Answer { refer, ..answer("how-was-it", how, &[("how_was_it", word(how))]) }));
    rows.push(What::Ending { ending: if n == 33 { Ending::EndedEarly } else { Ending::Done } });
    rows
}

fn press_ups(n: i64, level: &str) -> Vec<What> {
    let done = take("press-up", Some(level), Some("extension"));
    match n {
        20 => {
            let got = [("extension", word("worse"))];
            let got = Answer { exercise: Some("press-up".into()), ..answer("got-worse", "same-place", &got) };
            let note = What::Note { note: "worse".into(), about: Some("press-up".into()) };
            vec![note, What::Take(Take { completed: false, ..done }), What::Answer(got)]
        }
        40 => vec![
            What::Level { exercise: "press-up".into(), level: "straight-arms".into() },
            What::Take(done),
            moved("press-up", "extension", "toward-back", "better"),
        ],
        60 => vec![
            What::Level { exercise: "press-up".into(), level: "forearms".into() },
            What::Take(take("press-up", Some("forearms"), Some("extension"))),
        ],
        _ if n % 3 == 0 => vec![What::Take(done), moved("press-up", "extension", "toward-back", "better")],
        _ => vec![What::Take(done)],
    }
}

fn red_flag() -> Vec<What> {
    let yes =
        Answer { refer: Some(Refer::Emergency), then: Some(Then::Stop), ..answer("red-flags", "yes", &[]) };
    vec![begun("gentle-daily"), What::Answer(yes), What::Ending { ending: Ending::Emergency }]
}

fn hostile() -> Vec<What> {
    vec![
        begun("evil"),
        What::Answer(answer(HOSTILE, "</table></style>", &[])),
        What::Take(take("<b>bold</b>", Some("'level'"), None)),
    ]
}

/// On the wall in the middle of Europe, summer time and all.
fn moment(day: Date, minute: i64, second: i64) -> Moment {
    let offset = Offset::constant(if day < date(2024, 3, 10) { 1 } else { 2 });
    let at = offset.to_timestamp(day.at(7, 30, 0, 0)).unwrap();
    Moment { at: at + SignedDuration::from_mins(minute) + SignedDuration::from_secs(second), offset }
}

/// Writes it all.
pub fn live_through(user: &User) {
    user.write(
        "evil.toml",
        &format!("format = 1\nlanguage = \"en\"\ntitle = \"{HOSTILE_TITLE}\"\nminutes = [0, 5]\n[[step]]\nsay = \"Go.\"\n"),
    );
    let mut journal = user.journal();
    let mut write = |day: Date, minute: i64, rows: Vec<What>| {
        let rows = (0..).zip(rows).map(|(n, what)| Happened { when: moment(day, minute, 67 * n), what });
        journal.write(None, &rows.collect::<Vec<_>>(), None).unwrap()
    };
    for n in (0..70).filter(|n| !(44..51).contains(n)) {
        let on = date(2024, 1, 8) + n.days();
        match n {
            16 => drop(write(
                on,
                -5,
                vec![What::Note { note: "advised".into(), about: Some("no-better".into()) }],
            )),
            31 => drop(write(on, -5, vec![What::Acknowledgement { gate: "emergency".into() }])),
            _ => {}
        }
        if n == 30 {
            write(on, 0, red_flag());
            let refusal = What::Refusal { gate: "emergency".into(), session: "gentle-daily".into() };
            write(on, 300, vec![refusal]);
            continue;
        }
        write(on, 0, day(n));
        if n == 65 {
            write(on, 600, hostile());
        }
    }
    // Cut off, and gone on with.
    let on = date(2024, 3, 18);
    let mut parts = day(70);
    let rest = parts.split_off(6);
    let first = write(on, 0, parts);
    let What::Session { session, language, digest, .. } = begun("gentle-daily") else { unreachable!() };
    let resumed = What::Session { session, language, digest, resumes: first };
    write(on, 40, [vec![resumed], rest].concat());
}
