//! Names resolved, doses merged, levels lined up: a script turned into what can be run.
//! Owns everything that is known before the first sound. Must not hold anything that changes while running.

mod build;
mod chosen;
mod dose;
mod hearing;
mod ladder;
mod phase;
mod phrasebook;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::SourceId;
use crate::frames::Frames;
use crate::script::{Chime, FactValue, Form, NumberRange, Refer, Texts, Then};

pub use build::{BuildError, build, build_chosen, wordless};
pub use chosen::{Chosen, Standing, Why};
pub use dose::{Main, PlannedDose};
pub use hearing::HearingWords;
pub use ladder::{Ladder, Rung};
pub use phase::phase;
pub use phrasebook::{PhraseBook, Side};
pub use who::who;

/// A session ready to run. Nothing in it changes any more.
#[derive(Debug)]
pub struct Plan {
    /// File stem of the session.
    pub id: String,
    pub title: String,
    pub language: Arc<str>,
    /// Opening, begin, steps with includes put in, finish, closing.
    pub steps: Vec<PlannedStep>,
    /// Index of the first step after the check-ins of `begin`.
    pub begin: usize,
    /// Index of the first step that still comes when a session ends gently.
    pub finish: usize,
    /// Every check-in that can be reached.
    pub check_ins: BTreeMap<String, Arc<PlannedCheckIn>>,
    /// Check-in after "worse".
    pub worse: Option<String>,
    /// Check-in after "stop".
    pub stop: Option<String>,
    /// Check-in before a session that was cut off, and for how long after the cut.
    pub resume: Option<(String, Frames)>,
    /// How somebody is asked to it.
    pub invitation: Option<PlannedInvitation>,
    /// Facts before the first step.
    pub facts: BTreeMap<String, FactValue>,
    /// All fact names that expressions and texts may use.
    pub fact_names: BTreeSet<String>,
    pub phrases: PhraseBook,
    pub texts: Arc<Texts>,
    /// Length of each step as planned, same order as `steps`; empty until measured.
    pub estimates: Vec<Frames>,
    /// Planned length in whole minutes; 0 until measured.
    pub minutes: u64,
    /// Number of exercise steps of the script.
    pub exercises: usize,
    /// The files it is made of.
    pub sources: BTreeSet<SourceId>,
}

impl Plan {
    /// Length of the whole session when every check-in takes its planned answer.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.estimates.iter().copied().sum()
    }
}

/// Check-ins before a session that starts by itself; the words around them are among the phrases.
#[derive(Clone, Debug)]
pub struct PlannedInvitation {
    pub ask: String,
    /// When it has been put off as often as it can be.
    pub last: String,
    /// For the reason when it is not today.
    pub why: Option<String>,
    /// How long it is put off each time.
    pub again: Frames,
    pub times: u32,
}

#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Heading that starts with this step.
    pub block: Option<Arc<str>>,
    pub when: Option<Arc<str>>,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    /// Wake the speaker, then the first chime.
    Opening,
    Exercise(Arc<PlannedExercise>),
    Say(Arc<str>),
    /// The words of a rule, by its id, that somebody is to hear at most once a day.
    Advise(Arc<str>, Arc<str>),
    Chime(Chime),
    Rest(Frames),
    CheckIn(Arc<str>),
    /// Index of an earlier step.
    BackTo(usize),
    /// The last chime.
    Closing,
}

#[derive(Debug)]
pub struct PlannedExercise {
    pub id: Arc<str>,
    pub title: Arc<str>,
    pub position: Arc<str>,
    pub direction: Option<Arc<str>>,
    pub tags: Vec<Arc<str>>,
    pub cautions: Vec<Arc<str>>,
    pub stop: Option<Arc<str>>,
    pub check_in: Option<Arc<str>>,
    pub form: Option<Form>,
    /// Easiest first; at least one.
    pub levels: Vec<PlannedLevel>,
    /// Index of the level to start on.
    pub start: usize,
    /// Why it is done like this today, where memory has something to say about it.
    pub why: Option<Why>,
}

impl PlannedCheckIn {
    /// Whether it keeps how a direction felt for later sessions: what is asked by it is a test of the direction.
    #[must_use]
    pub fn tests_direction(&self) -> bool {
        self.remember_days.is_some() && self.answers.iter().any(|answer| answer.outcome.direction.is_some())
    }
}

#[derive(Clone, Debug)]
pub struct PlannedLevel {
    /// Absent when the exercise has no levels.
    pub id: Option<Arc<str>>,
    pub say: Option<Arc<str>>,
    pub full: Arc<str>,
    pub brief: Arc<str>,
    pub switch: Option<Arc<str>>,
    pub dose: PlannedDose,
}

#[derive(Debug)]
pub struct PlannedCheckIn {
    pub id: Arc<str>,
    pub title: Arc<str>,
    pub ask: Arc<str>,
    pub again: Arc<str>,
    pub wait: Frames,
    pub ask_again: u32,
    pub fact: Option<String>,
    pub scale: Option<NumberRange>,
    /// For how many days the facts of an answer are for later sessions too.
    pub remember_days: Option<u32>,
    pub recorded: Option<Arc<str>>,
    pub answers: Vec<PlannedAnswer>,
    pub no_answer: PlannedOutcome,
    /// Index of the answer that a recording and the planned length assume.
    pub planned: usize,
}

#[derive(Clone, Debug)]
pub struct PlannedAnswer {
    pub id: Arc<str>,
    /// Folded by [`crate::script::fold`].
    pub heard: Vec<String>,
    pub key: Option<char>,
    pub number: Option<NumberRange>,
    pub outcome: PlannedOutcome,
}

#[derive(Clone, Debug, Default)]
pub struct PlannedOutcome {
    pub say: Option<Arc<str>>,
    pub then: Option<Then>,
    pub tag: Option<Arc<str>>,
    pub refer: Option<Refer>,
    pub set: BTreeMap<String, FactValue>,
    /// Value for the fact of the exercise's direction.
    pub direction: Option<Arc<str>>,
    pub ask: Option<Arc<str>>,
}
