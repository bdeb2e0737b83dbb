//! What answers of earlier sessions change. Must not know for how long something is kept, or where.

use std::collections::BTreeMap;

use crate::plan::{Plan, What};
use crate::script::FactValue;

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
