//! A journal of many days, three sessions a day: rows as real sessions leave them.
#![allow(dead_code, reason = "each user takes a part of this module")]

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use matside::history::{Answer, Ending, History, Moment, Row, Take, What};
use matside::script::{FactValue, Then};

/// As `today` would pick them.
const SESSIONS: [&str; 3] = ["subacute", "walk-longer", "five-minutes"];
/// Exercise, level, repetitions or milliseconds.
const TAKES: [(&str, &str, Option<u32>, Option<u64>); 10] = [
    ("short-walk", "slow", None, Some(300_000)),
    ("pelvic-tilt", "normal", Some(15), None),
    ("knee-to-chest", "other-leg-bent", None, Some(20_000)),
    ("piriformis-stretch", "draw", None, Some(30_000)),
    ("press-up", "forearms", Some(10), None),
    ("bird-dog", "arm-only", Some(8), None),
    ("glute-bridge", "short-hold", Some(10), None),
    ("cat-cow", "normal", Some(10), None),
    ("nerve-glide", "without-neck", Some(10), None),
    ("short-walk", "slow", None, Some(300_000)),
];

/// The last `days` days before `now`.
pub fn history(days: i64, now: Timestamp) -> History {
    let mut years = Years { rows: Vec::new(), now };
    let start = now - SignedDuration::from_hours(24 * days);
    for day in 0..days {
        for (nth, session) in (0..).zip(SESSIONS) {
            years.now = start + SignedDuration::from_hours(24 * day + 4 * nth);
            years.session(session, day, nth == 0);
        }
    }
    History { rows: years.rows }
}

struct Years {
    rows: Vec<Row>,
    now: Timestamp,
}

impl Years {
    fn push(&mut self, session: i64, what: What) {
        let seq = i64::try_from(self.rows.len()).unwrap_or(i64::MAX) + 1;
        self.now += SignedDuration::from_secs(20);
        let when = Moment { at: self.now, offset: Offset::UTC };
        self.rows.push(Row { seq, session: Some(session), when, what });
    }

    fn answer(
        &mut self,
        session: i64,
        check_in: &str,
        answer: &str,
        fact: Option<(&str, FactValue)>,
        days: Option<u32>,
    ) {
        let number = match &fact {
            Some((_, FactValue::Number(number))) => Some(*number),
            _ => None,
        };
        let facts = fact.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (check_in, answer, then) = (check_in.to_owned(), Some(answer.to_owned()), Some(Then::Continue));
        self.push(
            session,
            What::Answer(Answer { check_in, answer, number, facts, days, then, ..Answer::default() }),
        );
    }

    fn session(&mut self, name: &str, day: i64, first: bool) {
        let session = i64::try_from(self.rows.len()).unwrap_or(i64::MAX) + 1;
        let word = |word: &str| FactValue::Word(word.to_owned());
        let (name, language, digest) = (name.to_owned(), "en".to_owned(), "0".repeat(64));
        self.push(session, What::Session { session: name, language, digest, resumes: None });
        if first && day % 365 == 0 {
            self.answer(session, "consent", "yes", Some(("consent", word("yes"))), Some(365));
        }
        self.answer(session, "red-flags", "no", None, None);
        if first && day % 7 == 0 {
            self.answer(session, "red-flags-more", "no", Some(("red_flags_more", word("no"))), Some(7));
            self.answer(session, "weak-or-numb", "no", Some(("weak_or_numb", word("no"))), Some(7));
        }
        self.answer(session, "sore-from-yesterday", "no", Some(("sore", FactValue::Flag(false))), None);
        // Better and worse weeks.
        let pain = 2 + day / 9 % 5;
        self.answer(session, "pain-now", "number", Some(("pain", FactValue::Number(pain))), None);
        for (exercise, level, reps, hold) in TAKES {
            let (exercise, level) = (exercise.to_owned(), Some(level.to_owned()));
            let take = Take {
                exercise,
                level,
                sets: 1,
                reps,
                hold,
                completed: true,
                lasted: 60_000,
                ..Take::default()
            };
            self.push(session, What::Take(take));
        }
        self.answer(
            session,
            "where-did-it-move",
            "the-same",
            Some(("spread", FactValue::Flag(day % 50 == 7))),
            None,
        );
        let end = pain - i64::from(day % 3 == 0) + i64::from(day % 20 == 9);
        self.answer(session, "pain-now", "number", Some(("pain", FactValue::Number(end))), None);
        self.answer(session, "how-was-it", "same", Some(("how_was_it", word("same"))), None);
        self.push(session, What::Ending { ending: Ending::Done });
    }
}
