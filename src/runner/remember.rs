//! What answers of earlier sessions change, and what an answer leaves for later ones.
//! Must not know for how long something is kept, or where.

use std::collections::BTreeMap;

use crate::plan::{Plan, PlannedAnswer, PlannedCheckIn, What};
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
    /// session an earlier one is no longer true: the question is to be asked again.
    pub(super) fn remember(&mut self, check_in: &PlannedCheckIn, answer: &PlannedAnswer) {
        let Some(days) = check_in.remember_days else { return };
        let facts: BTreeMap<_, _> = if goes_on(answer) {
            let names = check_in.fact.iter().chain(answer.outcome.set.keys());
            let known = names.filter_map(|name| Some((name.clone(), self.state.facts.get(name)?.clone())));
            known.map(|(name, value)| (name, Some(value))).collect()
        } else {
            check_in.fact.iter().map(|fact| (fact.clone(), None)).collect()
        };
        if !facts.is_empty() {
            self.note(Note::Remember { days, facts });
        }
    }
}

fn goes_on(answer: &PlannedAnswer) -> bool {
    let outcome = &answer.outcome;
    !matches!(outcome.then, Some(Then::Stop | Then::EndGently)) && outcome.refer != Some(Refer::Emergency)
}
