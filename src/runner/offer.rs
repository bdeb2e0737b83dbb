//! Before the session: whether to go on with one that was cut off, and words in place of one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::{Plan, PlannedOutcome};
use crate::script::{FactValue, Then};

use super::event::{Effect, Note};
use super::state::{Asking, Ending, State};
use super::{Mode, Options, Runner, expand};

/// A session that was cut off: the plan that it had then, and where it stands.
#[derive(Clone, Debug)]
pub struct CutOff {
    pub plan: Arc<Plan>,
    pub state: State,
}

/// What is said in place of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A phrase of the engine with its variables.
    Phrase(&'static str, Vec<(&'static str, String)>),
    /// Words that a rule has.
    Words(Arc<str>),
}

impl Runner {
    /// A runner of `plan` that asks first whether to go on from `offered`; starting over, it knows `facts`. Until that is
    /// decided the bookmark stays what it is. Without a question for it in the phrases it goes on.
    #[must_use]
    pub fn offer(
        plan: Arc<Plan>,
        options: Options,
        offered: CutOff,
        facts: BTreeMap<String, FactValue>,
    ) -> Self {
        let Some((check_in, _)) = plan.resume.clone() else {
            return Self::resume(offered.plan, options, offered.state);
        };
        let fresh = State::new(plan.facts.clone()).remembering(&plan, facts);
        let mut runner = Self::at(plan, options, State { pace: options.pace, ..fresh });
        runner.effects.push_back(Effect::Volume(offered.state.volume));
        runner.offered = Some(Box::new(offered));
        runner.wait_aside(expand::LEAD_IN);
        runner.ask(Asking::new(&check_in, None));
        runner.drain();
        runner
    }

    /// A runner that says something in place of the session, and ends.
    #[must_use]
    pub fn tell(plan: Arc<Plan>, options: Options, said: &[Said], ending: Ending) -> Self {
        let state = State { pace: options.pace, ..State::new(plan.facts.clone()) };
        let mut runner = Self::at(plan, options, state);
        runner.mode = Mode::Closing(ending);
        runner.wait_aside(expand::LEAD_IN);
        for said in said {
            match said {
                Said::Phrase(name, vars) => {
                    let vars: Vec<(&str, &str)> = vars.iter().map(|(k, v)| (*k, v.as_str())).collect();
                    runner.aside(name, &vars);
                }
                Said::Words(words) => runner.aside_words(words),
            }
        }
        runner.next();
        runner.drain();
        runner
    }

    /// The question has been answered: on from `state`, from the beginning, or not today.
    pub(super) fn decide(&mut self, CutOff { plan, state }: CutOff, outcome: &PlannedOutcome) {
        match outcome.then.unwrap_or(Then::Continue) {
            Then::Stop | Then::EndGently => self.close(Ending::EndedEarly),
            Then::Repeat => {
                self.note(Note::StartedOver);
                self.go(0);
            }
            _ => {
                let pace =
                    if self.options.pace == crate::line::Pace::NORMAL { state.pace } else { self.state.pace };
                self.plan = plan;
                self.state = State { pace, ..state };
                self.go_on();
            }
        }
    }
}
