//! Which session is for today: by phase, rules, days of rest, directions that are left out, time, and what was done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::plan::{Plan, What};
use crate::script::{Course, FactValue, direction_fact};

use super::known::days_between;
use super::{LeftOut, Progress};

/// A session loses at most this share of its exercises to directions that are left out, else another one is better:
/// one in two.
const MOST_LEFT_OUT: usize = 2;
const WEEK: i64 = 7;

/// What a session has, as it would be today.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    pub id: String,
    pub title: String,
    pub minutes: u64,
    pub exercises: usize,
    /// How many exercises each direction has.
    pub directions: BTreeMap<String, usize>,
    /// Directions that it tests.
    pub tests: BTreeSet<String>,
}

impl Offer {
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut offer = Self {
            id: plan.id.clone(),
            title: plan.title.clone(),
            minutes: plan.minutes,
            exercises: plan.exercises,
            ..Self::default()
        };
        for step in &plan.steps {
            let What::Exercise(exercise) = &step.what else { continue };
            let Some(direction) = &exercise.direction else { continue };
            *offer.directions.entry(direction.to_string()).or_default() += 1;
            let asked = exercise.check_in.as_ref().and_then(|id| plan.check_ins.get(&**id));
            if asked.is_some_and(|asked| asked.tests_direction()) {
                offer.tests.insert(direction.to_string());
            }
        }
        offer
    }
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// Time that there is, in minutes.
    pub minutes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    Session(Offer),
    None(NoSession),
}

/// Why there is no session.
#[derive(Clone, Debug, PartialEq)]
pub enum NoSession {
    /// A rule: its id and its words.
    Rest { rule: String, says: Arc<str> },
    /// As many days as the phase has in a week.
    Enough { days: u32 },
    /// These were done today.
    Done(BTreeSet<String>),
    /// An answer was an emergency, and nobody has acknowledged it since.
    Emergency,
    /// No session of the phase is as short; the shortest takes so many minutes.
    TooShort { shortest: Option<u64> },
}

impl Progress<'_> {
    /// Picks a session; `offer` gives what a session of this name has.
    pub fn choose(&self, wish: Wish, offer: &mut dyn FnMut(&str) -> Option<Offer>) -> Choice {
        if let Some(none) = self.no_session() {
            return Choice::None(none);
        }
        let ids = self.phase.iter().flat_map(|phase| &phase.sessions);
        let offers: Vec<Offer> = ids.filter_map(|id| offer(id)).filter(|offer| offer.exercises > 0).collect();
        let fits = |offer: &&Offer| wish.minutes.is_none_or(|minutes| offer.minutes <= minutes);
        let first = offers.first().map(|offer| &offer.id);
        let serves = |offer: &&Offer| {
            let is_test = !offer.tests.is_empty();
            is_test && self.is_due(offer, first == Some(&offer.id))
                || !is_test && self.lost(offer) * MOST_LEFT_OUT <= offer.exercises
        };
        let mut fitting: Vec<&Offer> = offers.iter().filter(fits).collect();
        // A test that is due comes before everything else.
        fitting.sort_by_key(|offer| offer.tests.is_empty());
        let best = fitting.iter().copied().find(serves);
        let chosen = best.or_else(|| fitting.iter().copied().min_by_key(|offer| self.lost(offer)));
        match chosen {
            Some(offer) => Choice::Session(offer.clone()),
            None => {
                Choice::None(NoSession::TooShort { shortest: offers.iter().map(|offer| offer.minutes).min() })
            }
        }
    }

    fn no_session(&self) -> Option<NoSession> {
        if self.emergency {
            return Some(NoSession::Emergency);
        }
        let rest = self.rules.iter().find(|applied| applied.rule.then.value == Course::Rest);
        if let Some(rest) = rest {
            return Some(NoSession::Rest { rule: rest.rule.id.value.clone(), says: rest.says.clone() });
        }
        if !self.done_today.is_empty() {
            return Some(NoSession::Done(self.done_today.clone()));
        }
        let days = self.phase?.days_per_week.as_ref()?.value;
        let week = self.days.iter().filter(|day| (1..WEEK).contains(&days_between(**day, self.now.day())));
        (week.count() >= days as usize).then_some(NoSession::Enough { days })
    }

    fn lost(&self, offer: &Offer) -> usize {
        let lost = offer.directions.iter().filter(|(direction, _)| self.is_out(direction));
        lost.map(|(_, exercises)| exercises).sum()
    }

    fn is_out(&self, direction: &str) -> bool {
        let worse = Some(&FactValue::Word(super::directions::WORSE.to_owned()));
        self.left_out.contains_key(direction) || self.known.get(&direction_fact(direction)) == worse
    }

    /// A phase that begins with a test is for that; in others there is none when the day is to be a lesser one.
    fn is_due(&self, test: &Offer, for_that: bool) -> bool {
        let lesser = self.rules.iter().any(|applied| applied.rule.then.value == Course::StepDown);
        (for_that || !lesser) && self.last.as_ref() != Some(&test.id) && self.wants(test)
    }

    /// Whether one of its directions is to be tested: nobody knows how it feels, or only a test brings it back.
    fn wants(&self, offer: &Offer) -> bool {
        let due = |direction: &String| match self.left_out.get(direction) {
            Some(LeftOut::ForTheDay) => false,
            // As long as the answer of a test counts, it is not tested again.
            Some(LeftOut::UntilTested { tested: true, .. }) => {
                !self.tested.contains(&direction_fact(direction))
            }
            Some(LeftOut::UntilTested { worse, .. }) => worse.last() != Some(&self.now.day()),
            None => !self.is_known(direction),
        };
        offer.tests.iter().any(due)
    }

    fn is_known(&self, direction: &str) -> bool {
        let told = self.known.get(&direction_fact(direction));
        matches!(told, Some(FactValue::Word(told)) if super::directions::TOLD.contains(&told.as_str()))
    }
}
