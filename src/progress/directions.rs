//! Directions that felt worse: left out for the day, and after repeating until they are tested again.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::history::{Answer, Sitting};
use crate::script::{FactValue, Then, direction_fact};

use super::Guide;

/// What the fact of a direction says when it did harm.
pub(super) const WORSE: &str = "worse";
const BETTER: &str = "better";
const SAME: &str = "same";
/// Everything that somebody can have told of a direction.
pub(super) const TOLD: [&str; 3] = [BETTER, SAME, WORSE];

/// How a direction felt in one session; the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Felt {
    Fine,
    /// It was left out because nobody answered.
    Unknown,
    Worse,
}

/// Why a direction is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    ForTheDay,
    /// It felt worse on these days; whether the last of them was a test.
    UntilTested {
        worse: Vec<Date>,
        tested: bool,
    },
}

/// What is known of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    /// Days of the sessions in a row in which it felt worse.
    pub worse: Vec<Date>,
    /// When it was last left out for the day.
    pub left: Option<Date>,
    /// When it was last tested, so that later sessions know the answer for some days.
    pub tested: Option<Date>,
}

impl Direction {
    pub fn take(&mut self, day: Date, (felt, tested): (Felt, bool)) {
        if tested {
            self.tested = Some(day);
        }
        match felt {
            Felt::Fine => self.worse.clear(),
            Felt::Unknown => self.left = Some(day),
            Felt::Worse => {
                self.left = Some(day);
                self.worse.push(day);
            }
        }
    }
}

/// How each direction felt in `sitting`, and whether that was a test.
pub(super) fn felt(guide: Guide, sitting: &Sitting) -> BTreeMap<String, (Felt, bool)> {
    let mut all: BTreeMap<String, (Felt, bool)> = BTreeMap::new();
    for answer in sitting.answers() {
        let Some(direction) = direction_of(guide, answer) else { continue };
        let Some(felt) = of_answer(answer, direction) else { continue };
        let (worst, tested) = all.entry(direction.to_owned()).or_insert((felt, false));
        *worst = felt.max(*worst);
        *tested |= answer.days.is_some();
    }
    all
}

/// The direction of the exercise that was asked about.
fn direction_of<'a>(guide: Guide<'a>, answer: &Answer) -> Option<&'a str> {
    let filed = guide.library.exercise(&guide.programme.language.value, answer.exercise.as_deref()?)?;
    filed.item.direction.as_ref().map(|direction| direction.as_str())
}

fn of_answer(answer: &Answer, direction: &str) -> Option<Felt> {
    let left = answer.then == Some(Then::SkipDirection);
    match answer.facts.get(&direction_fact(direction)) {
        Some(FactValue::Word(word)) if word == WORSE => Some(Felt::Worse),
        Some(FactValue::Word(word)) if [BETTER, SAME].contains(&word.as_str()) => Some(Felt::Fine),
        _ if left && answer.answer.is_some() => Some(Felt::Worse),
        _ => left.then_some(Felt::Unknown),
    }
}
