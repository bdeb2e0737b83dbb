//! Everything of a running session that changes: what a bookmark holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::line::Pace;
use crate::plan::{Plan, PlannedExercise, PlannedOutcome, What};
use crate::script::{FactValue, Refer, direction_fact};

pub use crate::history::Ending;

/// A question being put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    pub check_in: String,
    /// How often it has been put before this.
    pub attempt: u32,
    /// The reprompt follows an answer that was not understood.
    pub not_understood: bool,
    /// The reprompt follows an answer that was one of two numbers.
    #[serde(default)]
    pub between: Option<(i64, i64)>,
    pub reply: Option<Reply>,
    /// Cue of the step to go back to; without it the step is over after the answer.
    pub back: Option<usize>,
}

/// What is being replied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    Answer(usize),
    Silence,
    /// A recording, which cannot hear, goes on with the planned answer.
    Recorded,
}

impl Asking {
    #[must_use]
    pub fn new(check_in: &str, back: Option<usize>) -> Self {
        let check_in = check_in.to_owned();
        Self { check_in, attempt: 0, not_understood: false, between: None, reply: None, back }
    }
}

/// Where the person said stop, while the question after it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    pub cue: usize,
    pub asking: Option<Asking>,
}

/// Where a session stands. A session resumed from a state goes on as if it had never stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Index into the plan's steps.
    pub step: usize,
    /// Index into the cues of what is going on.
    pub cue: usize,
    pub asking: Option<Asking>,
    /// `first_…` facts included.
    pub facts: BTreeMap<String, FactValue>,
    /// Facts that were remembered from an earlier session.
    #[serde(default)]
    pub remembered: BTreeSet<String>,
    /// Level of each exercise whose level was changed.
    pub levels: BTreeMap<String, usize>,
    pub left_out_tags: BTreeSet<String>,
    pub left_out_directions: BTreeSet<String>,
    /// Exercises whose full instructions were heard.
    pub seen: BTreeSet<String>,
    pub position: Option<String>,
    /// Instructions in full whatever was seen: somebody asked again.
    pub in_full: bool,
    /// Exercise steps completed, each once, however often it was repeated.
    pub done: BTreeSet<usize>,
    /// Steps entered so far, for "back".
    pub history: Vec<usize>,
    pub pace: Pace,
    /// Decibels relative to the programme's loudness.
    pub volume: i8,
    pub refer: Option<Refer>,
    /// How it ends if nothing else happens.
    pub ending: Ending,
    /// That a recording cannot hear has been said.
    pub recording_said: bool,
    /// Set while the question after "stop" is open.
    #[serde(default)]
    pub stopped: Option<Stopped>,
    /// Nothing has sounded since the last jump back.
    #[serde(default)]
    pub jumped: bool,
    /// Jumps back since somebody last answered.
    #[serde(default)]
    pub unanswered: u32,
}

impl State {
    #[must_use]
    pub fn new(facts: BTreeMap<String, FactValue>) -> Self {
        Self {
            step: 0,
            cue: 0,
            asking: None,
            facts,
            remembered: BTreeSet::new(),
            levels: BTreeMap::new(),
            left_out_tags: BTreeSet::new(),
            left_out_directions: BTreeSet::new(),
            seen: BTreeSet::new(),
            position: None,
            in_full: false,
            done: BTreeSet::new(),
            history: Vec::new(),
            pace: Pace::NORMAL,
            volume: 0,
            refer: None,
            ending: Ending::Done,
            recording_said: false,
            stopped: None,
            jumped: false,
            unanswered: 0,
        }
    }

    /// Takes a fact, and keeps its first value of the session as `first_…`.
    pub fn set(&mut self, fact: &str, value: FactValue) {
        self.facts.entry(format!("first_{fact}")).or_insert_with(|| value.clone());
        self.facts.insert(fact.to_owned(), value);
    }

    /// Takes the facts that come with an answer, or with none.
    pub fn learn(&mut self, plan: &Plan, outcome: &PlannedOutcome) {
        for (fact, value) in self.facts_of(plan, outcome) {
            self.set(&fact, value);
        }
    }

    /// What `outcome` sets; of the exercise that was asked about, its direction.
    #[must_use]
    pub fn facts_of(&self, plan: &Plan, outcome: &PlannedOutcome) -> BTreeMap<String, FactValue> {
        let mut facts = outcome.set.clone();
        let direction = self.about(plan).and_then(|exercise| exercise.direction.as_deref());
        if let (Some(direction), Some(value)) = (direction, &outcome.direction) {
            facts.insert(direction_fact(direction), FactValue::Word(value.to_string()));
        }
        facts
    }

    /// The exercise that a question is about: the current step's, else the last one entered.
    #[must_use]
    pub fn about<'a>(&self, plan: &'a Plan) -> Option<&'a Arc<PlannedExercise>> {
        match &plan.steps.get(*self.history.last()?)?.what {
            What::Exercise(exercise) => Some(exercise),
            _ => None,
        }
    }

    /// Level of `exercise` now.
    #[must_use]
    pub fn level(&self, exercise: &PlannedExercise) -> usize {
        let level = self.levels.get(&*exercise.id).copied().unwrap_or(exercise.start);
        level.min(exercise.levels.len().saturating_sub(1))
    }

    /// Whether an answer of this session left this kind of exercise out.
    #[must_use]
    pub fn leaves_out(&self, what: &What) -> bool {
        let What::Exercise(exercise) = what else { return false };
        let direction = exercise.direction.as_deref();
        direction.is_some_and(|direction| self.left_out_directions.contains(direction))
            || exercise.tags.iter().any(|tag| self.left_out_tags.contains(&**tag))
    }
}
