//! What memory changes in a plan: on which rung each exercise is done, and which directions are left out.
//! Owns how a dose of a script and a rung come together. Must not know how they were chosen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::script::{At, Exercise, Session, Step};

use super::{Ladder, PlannedLevel};

/// What was decided before the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    /// By exercise.
    pub standings: BTreeMap<String, Standing>,
    /// Every exercise of these directions, unless it tests the direction.
    pub left_out: BTreeSet<String>,
    /// Nothing is done more than its file says.
    pub capped: bool,
    /// Check-ins that come first, where the session has something to do and does not ask them itself.
    pub ask: Vec<At<String>>,
    /// Advice that is to be given today: the id and the words of each rule.
    pub advice: Vec<(Arc<str>, Arc<str>)>,
    /// What the person is told before the first step.
    pub say: Option<Arc<str>>,
}

/// On which rung of its ladder an exercise is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub rung: usize,
    /// One rung up, as long as today's pain is known and at most this.
    pub up: Option<(i64, Why)>,
    pub why: Why,
}

/// Why an exercise is done as it is, to be said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A phrase of the engine, and a number for it.
    Phrase(&'static str, u64),
    /// The words of a rule, and the phrase that stands in for them in another language.
    Words(Arc<str>, &'static str),
}

/// One way to do a step of a script.
pub(super) struct Choice {
    pub start: usize,
    pub levels: Vec<PlannedLevel>,
    pub why: Option<Why>,
}

impl Chosen {
    /// For a session in another language than the programme's: its words would be read by the wrong voice.
    #[must_use]
    pub fn without_words(mut self) -> Self {
        let plain = |why: &mut Why| {
            if let Why::Words(_, phrase) = why {
                *why = Why::Phrase(phrase, 0);
            }
        };
        self.say = None;
        self.advice.clear();
        for standing in self.standings.values_mut() {
            plain(&mut standing.why);
        }
        self
    }

    /// Exercises that may go one rung up.
    pub fn steps_up(&self) -> impl Iterator<Item = &str> {
        self.standings.iter().filter(|(_, standing)| standing.up.is_some()).map(|(id, _)| id.as_str())
    }

    /// The same with no step up but those of `exercises`.
    #[must_use]
    pub fn stepping_up(mut self, exercises: &BTreeSet<&str>) -> Self {
        for (_, standing) in self.standings.iter_mut().filter(|(id, _)| !exercises.contains(id.as_str())) {
            standing.up = None;
        }
        self
    }

    /// As it would be if today's pain allowed every step up.
    #[must_use]
    pub fn stepped_up(mut self) -> Self {
        for standing in self.standings.values_mut() {
            standing.rung += usize::from(standing.up.take().is_some());
        }
        self
    }

    /// The step as it stands today, and one rung up if today's pain allows it, with the most pain for it.
    pub(super) fn choose(
        &self,
        (id, exercise): (&str, &Exercise),
        step: &Step,
        start: usize,
        levels: Vec<PlannedLevel>,
    ) -> (Choice, Option<(i64, Choice)>) {
        let Some(standing) = self.standings.get(id) else {
            return (Choice { start, levels, why: None }, None);
        };
        let (ladder, capped) = (Ladder::of(exercise), self.capped || step.level.is_some());
        let limit = |rung: usize, why: &Why| limited(&ladder, rung, capped, start, &levels, why);
        let now = limit(standing.rung, &standing.why);
        let up = standing.up.as_ref().map(|(pain, why)| (*pain, limit(standing.rung + 1, why)));
        let up = up.filter(|(_, up)| (up.start, doses(up)) != (now.start, doses(&now)));
        (now, up)
    }

    /// The check-ins that come before those of `session`.
    pub(super) fn first(&self, session: &Session) -> impl Iterator<Item = &At<String>> {
        let active = session.step.iter().any(|step| step.exercise.is_some() || step.session.is_some());
        self.ask.iter().filter(move |ask| active && !session.begin.contains(ask))
    }

    pub(super) fn leaves_out(&self, exercise: &Exercise) -> bool {
        exercise.direction.as_ref().is_some_and(|direction| self.left_out.contains(&direction.value))
    }
}

fn doses(choice: &Choice) -> Vec<&super::PlannedDose> {
    choice.levels.iter().map(|level| &level.dose).collect()
}

/// A step that names its level, or is capped, is done as it is written unless that is more than the rung.
fn limited(
    ladder: &Ladder,
    rung: usize,
    capped: bool,
    start: usize,
    levels: &[PlannedLevel],
    why: &Why,
) -> Choice {
    let written = levels.get(start).map(|level| super::Rung { level: start, main: level.dose.main });
    let less = |rung: super::Rung| {
        let written = written.map(|written| (written.level, written.amount()));
        written.is_some_and(|written| written <= (rung.level, rung.amount()))
    };
    let mut levels = levels.to_vec();
    match ladder.rungs.get(rung).copied() {
        Some(rung) if !(capped && less(rung)) => {
            if let Some(level) = levels.get_mut(rung.level) {
                rung.apply(&mut level.dose);
            }
            Choice { start: rung.level, levels, why: Some(why.clone()) }
        }
        _ => Choice { start, levels, why: None },
    }
}
