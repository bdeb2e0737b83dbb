//! Directions that felt worse: left out for the day, and after repeating until they are tested again.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::history::{Answer, Sitting};
use crate::script::{FactValue, Library, Then, direction_fact};

/// What the fact of a direction says when it did harm.
pub(super) const WORSE: &str = "worse";
const BETTER: &str = "better";
const SAME: &str = "same";
/// Everything that somebody can have told of a direction.
pub(super) const TOLD: [&str; 3] = [BETTER, SAME, WORSE];

/// How a direction felt in one session; the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Felt {
    /// In a test, whose answer later sessions are to know.
    TestedFine,
    Fine,
    /// It was left out because nobody answered.
    Unknown,
    Worse,
}

/// Why a direction is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    ForTheDay,
    /// It felt worse on these days.
    UntilTested(Vec<Date>),
}

/// What is known of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    /// Days of the sessions in a row in which it felt worse.
    pub worse: Vec<Date>,
    /// When it was last left out for the day.
    pub left: Option<Date>,
}

impl Direction {
    pub fn take(&mut self, day: Date, felt: Felt) {
        match felt {
            Felt::TestedFine | Felt::Fine => self.worse.clear(),
            Felt::Unknown => self.left = Some(day),
            Felt::Worse => {
                self.left = Some(day);
                self.worse.push(day);
            }
        }
    }
}

/// How each direction felt in `sitting`.
pub(super) fn felt(library: &Library, sitting: &Sitting) -> BTreeMap<String, Felt> {
    let mut felt: BTreeMap<String, Felt> = BTreeMap::new();
    for direction in directions(library) {
        let worst = sitting.answers().filter_map(|answer| of_answer(library, answer, direction)).max();
        if let Some(worst) = worst {
            felt.insert(direction.to_owned(), worst);
        }
    }
    felt
}

pub(super) fn directions(library: &Library) -> impl Iterator<Item = &str> {
    let mut directions: Vec<&str> =
        library.exercises().filter_map(|filed| Some(filed.item.direction.as_ref()?.as_str())).collect();
    directions.sort_unstable();
    directions.dedup();
    directions.into_iter()
}

fn of_answer(library: &Library, answer: &Answer, direction: &str) -> Option<Felt> {
    let left = answer.then == Some(Then::SkipDirection) && is_about(library, answer, direction);
    match answer.facts.get(&direction_fact(direction)) {
        Some(FactValue::Word(word)) if word == WORSE => Some(Felt::Worse),
        Some(FactValue::Word(word)) if [BETTER, SAME].contains(&word.as_str()) => {
            Some(if answer.days.is_some() { Felt::TestedFine } else { Felt::Fine })
        }
        _ if left && answer.answer.is_some() => Some(Felt::Worse),
        _ => left.then_some(Felt::Unknown),
    }
}

fn is_about(library: &Library, answer: &Answer, direction: &str) -> bool {
    let id = answer.exercise.as_deref();
    library.exercises().any(|filed| {
        Some(filed.id.as_str()) == id && filed.item.direction.as_ref().is_some_and(|own| own.value == direction)
    })
}
