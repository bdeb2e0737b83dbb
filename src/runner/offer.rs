//! Before the session: whether to go on with one that was cut off, and refusing one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::{Plan, PlannedOutcome};
use crate::script::{FactValue, Then};

use super::event::{Effect, Note};
use super::state::{Asking, Ending, State};
use super::{Mode, Options, Runner, expand};

impl Runner {
    /// A runner that asks first whether to go on from `state`; starting over, it knows `facts`. Until that is decided the
    /// bookmark stays what it is. Without a question for it in the phrases it goes on.
    #[must_use]
    pub fn offer(
        plan: Arc<Plan>,
        options: Options,
        state: State,
        facts: BTreeMap<String, FactValue>,
    ) -> Self {
        let Some((check_in, _)) = plan.resume.clone() else { return Self::resume(plan, options, state) };
        let fresh = State::new(plan.facts.clone()).remembering(&plan, facts);
        let mut runner = Self::at(plan, options, State { pace: options.pace, ..fresh });
        runner.effects.push_back(Effect::Volume(state.volume));
        runner.offered = Some(Box::new(state));
        runner.wait_aside(expand::LEAD_IN);
        runner.ask(Asking::new(&check_in, None));
        runner.drain();
        runner
    }

    /// A runner that says `phrase` in place of the session, and ends.
    #[must_use]
    pub fn refuse(plan: Arc<Plan>, options: Options, phrase: &str) -> Self {
        let state = State { pace: options.pace, ..State::new(plan.facts.clone()) };
        let mut runner = Self::at(plan, options, state);
        runner.mode = Mode::Closing(Ending::Emergency);
        runner.wait_aside(expand::LEAD_IN);
        runner.aside(phrase, &[]);
        runner.next();
        runner.drain();
        runner
    }

    /// The question has been answered: on from `state`, from the beginning, or not today.
    pub(super) fn decide(&mut self, state: State, outcome: &PlannedOutcome) {
        match outcome.then.unwrap_or(Then::Continue) {
            Then::Stop | Then::EndGently => self.close(Ending::EndedEarly),
            Then::Repeat => {
                self.note(Note::StartedOver);
                self.go(0);
            }
            _ => {
                let pace =
                    if self.options.pace == crate::line::Pace::NORMAL { state.pace } else { self.state.pace };
                self.state = State { pace, ..state };
                self.go_on();
            }
        }
    }
}
