//! The question who it is, before it is known whose session it becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::frames::Frames;
use crate::script::{Library, Then, fold};

use super::build::{BuildError, wordless};
use super::{Plan, PlannedAnswer, PlannedCheckIn, PlannedOutcome, PlannedStep, What};

const WHO: &str = "who";
/// How long a name is waited for, and how often the question is put again; in neither source document.
const WAIT: Frames = Frames::from_secs(8);
const AGAIN: u32 = 2;

/// A session that asks which of `people` it is, each an id and a name, and ends. The answer's id is the person's.
///
/// # Errors
/// When there are no phrases for `language`.
pub fn who(library: &Library, language: &str, people: &[(&str, &str)]) -> Result<Plan, BuildError> {
    let mut plan = wordless(library, language, WHO)?;
    let names: Vec<&str> = people.iter().map(|(_, name)| *name).collect();
    let names = names.join(", ");
    let say = |phrase: &str| Arc::<str>::from(plan.phrases.say(phrase, &[("names", &names)]));
    let outcome = |then, say| PlannedOutcome { then: Some(then), say, ..PlannedOutcome::default() };
    let answer = |(key, (id, name)): (char, &(&str, &str))| PlannedAnswer {
        id: Arc::from(*id),
        heard: [fold(name), fold(id)].into(),
        key: Some(key),
        number: None,
        outcome: outcome(Then::Continue, None),
    };
    let check_in = PlannedCheckIn {
        id: Arc::from(WHO),
        title: Arc::from(WHO),
        ask: say("who"),
        again: say("who-again"),
        wait: WAIT,
        ask_again: AGAIN,
        fact: None,
        scale: None,
        remember_days: None,
        recorded: None,
        answers: ('1'..='9').chain('a'..='z').zip(people).map(answer).collect(),
        no_answer: outcome(Then::Stop, Some(say("who-unknown"))),
        planned: 0,
    };
    plan.check_ins = BTreeMap::from([(WHO.to_owned(), Arc::new(check_in))]);
    let step = |what| PlannedStep { block: None, when: None, what };
    plan.steps = vec![step(What::Opening), step(What::CheckIn(Arc::from(WHO)))];
    plan.begin = plan.steps.len();
    plan.finish = plan.steps.len();
    Ok(plan)
}
