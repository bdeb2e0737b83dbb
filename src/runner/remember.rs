//! What answers of earlier sessions change, and what an answer leaves for later ones.
//! Must not know for how long something is kept, or where.

use std::collections::BTreeMap;

use crate::plan::{Plan, PlannedAnswer, PlannedCheckIn, PlannedOutcome, What};
use crate::script::{FactValue, Refer, Then};

use super::Runner;
use super::event::Note;
use super::state::State;

impl State {
    /// Puts remembered facts over those that the session begins with.
    #[must_use]
    pub(super) fn remembering(mut self, plan: &Plan, facts: BTreeMap<String, FactValue>) -> Self {
        for (name, value) in facts.into_iter().filter(|(name, _)| plan.fact_names.contains(name)) {
            self.remembered.insert(name.clone());
            self.facts.insert(name, value);
        }
        self
    }
}

/// Whether `step` is a question of the beginning whose answer is remembered.
pub(super) fn passes_over(plan: &Plan, state: &State, step: usize) -> bool {
    let Some(What::CheckIn(id)) = plan.steps.get(step).map(|step| &step.what).filter(|_| step < plan.begin)
    else {
        return false;
    };
    let check_in = plan.check_ins.get(&**id).filter(|check_in| check_in.remember_days.is_some());
    check_in.and_then(|check_in| check_in.fact.as_ref()).is_some_and(|fact| state.remembered.contains(fact))
}

impl Runner {
    /// Hands out the facts that `answer` has just set, if they are for later sessions too. After an answer that ends the
    /// session what it is about is no longer true as it was, whichever question found that out: it is to be asked again.
    pub(super) fn remember(&mut self, check_in: &PlannedCheckIn, answer: &PlannedAnswer) {
        let own = check_in.fact.as_ref().filter(|_| check_in.remember_days.is_some());
        let set = self.state.facts_of(&self.plan, &answer.outcome).into_iter();
        let facts: BTreeMap<_, _> = if ends(&answer.outcome) {
            own.cloned().into_iter().chain(set.map(|(name, _)| name)).map(|name| (name, None)).collect()
        } else if check_in.remember_days.is_none() || self.state.stopped.is_some() {
            return;
        } else {
            let own = own.and_then(|fact| Some((fact.clone(), self.state.facts.get(fact)?.clone())));
            own.into_iter().chain(set).map(|(name, value)| (name, Some(value))).collect()
        };
        if !facts.is_empty() {
            // Without days there is only what is no longer known.
            self.note(Note::Remember { days: check_in.remember_days.unwrap_or(1), facts });
        }
    }
}

fn ends(outcome: &PlannedOutcome) -> bool {
    matches!(outcome.then, Some(Then::Stop | Then::EndGently)) || outcome.refer == Some(Refer::Emergency)
}
