//! The types of the session language: what a TOML file of each kind may hold.
//! Deserialised by serde, described by schemars; no rule beyond the shape of one value is checked here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::units::{Duration, Minutes, NumberRange, Tempo};

mod hearing;
mod programme;

pub use hearing::*;
pub use programme::*;

/// A name: lower-case words joined by hyphens.
pub type Name = String;

/// A text that is spoken; a minijinja template.
pub type Text = String;

/// A `when` expression (minijinja).
pub type Expression = String;

/// What a fact may hold.
#[derive(Clone, Debug, PartialEq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FactValue {
    Flag(bool),
    Number(i64),
    Word(String),
}

impl std::fmt::Display for FactValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// `sessions/*.toml`: an ordered list of steps.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Session {
    /// Version of the format; 1.
    pub format: At<u32>,
    /// What `list` shows.
    pub title: At<String>,
    /// BCP 47 tag of everything spoken here.
    pub language: At<String>,
    /// Shortest and longest length the planned session may have, in minutes.
    pub minutes: At<Minutes>,
    /// A note for people who read the file; never spoken.
    pub about: Option<String>,
    /// Where the order, the doses and the rules come from.
    pub origin: Option<String>,
    /// `"fixed"`: the order is intended, so no advice about position changes.
    pub order: Option<Order>,
    /// Check-in asked when the person says that it got worse; without one the exercise is left out.
    pub worse: Option<At<Name>>,
    /// Check-in asked after "stop" and its goodbye; silence ends the session.
    pub stop: Option<At<Name>>,
    /// Check-ins before the first step.
    #[serde(default)]
    pub begin: Vec<At<Name>>,
    /// Check-ins after the last step, also when a session ends gently before its time.
    #[serde(default)]
    pub finish: Vec<At<Name>>,
    /// Facts known before the first step.
    #[serde(default)]
    pub facts: BTreeMap<At<Name>, FactValue>,
    #[serde(default)]
    pub step: Vec<At<Step>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    Fixed,
}

/// One step: exactly one of `exercise`, `say`, `chime`, `check-in`, `session`, `back-to`, or `rest` by itself.
/// The remaining keys override the exercise's dose.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Step {
    pub exercise: Option<At<Name>>,
    pub say: Option<At<Text>>,
    pub chime: Option<At<Chime>>,
    pub check_in: Option<At<Name>>,
    /// Another session whose steps are put in here (its `begin` and `finish` are not).
    pub session: Option<At<Name>>,
    /// An earlier step of this file, with which the session goes on while `when` is true. A recording passes it over.
    pub back_to: Option<At<Name>>,

    /// Name of this step, unique in the file.
    pub id: Option<At<Name>>,
    /// Heading: a chapter starts here.
    pub block: Option<String>,
    /// The step is left out unless this expression over the facts is true.
    pub when: Option<At<Expression>>,
    /// Level of the exercise to start on.
    pub level: Option<At<Name>>,
    /// Full or brief instructions, whatever the runner would choose.
    pub form: Option<Form>,
    /// Check-in asked when the exercise is over, in place of its own.
    pub ask: Option<At<Name>>,

    pub reps: Option<At<u32>>,
    pub hold: Option<At<Duration>>,
    pub sets: Option<At<u32>>,
    pub rest: Option<At<Duration>>,
    pub sides: Option<At<Sides>>,
    pub time: Option<At<Duration>>,
    pub tempo: Option<At<Tempo>>,
    pub count: Option<At<Count>>,
    pub halfway: Option<At<bool>>,
    pub countdown: Option<At<bool>>,
}

/// How much of an exercise: repetitions, or one hold, or a time.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dose {
    /// Repetitions for each side of each set.
    pub reps: Option<At<u32>>,
    /// With `reps`, the hold of each repetition; alone, one hold.
    pub hold: Option<At<Duration>>,
    pub sets: Option<At<u32>>,
    /// Pause between sets.
    pub rest: Option<At<Duration>>,
    pub sides: Option<At<Sides>>,
    /// Continuous movement for this long.
    pub time: Option<At<Duration>>,
    /// Seconds to rise, hold and lower in each repetition.
    pub tempo: Option<At<Tempo>>,
    pub count: Option<At<Count>>,
    /// Say when half of a hold or a time has passed.
    pub halfway: Option<At<bool>>,
    /// Ticks on the last three seconds of a hold or a time.
    pub countdown: Option<At<bool>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sides {
    None,
    Both,
    Left,
    Right,
    /// The side that the fact `affected_side` names.
    Affected,
    Unaffected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    Aloud,
    Ticks,
    Silent,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    Full,
    Brief,
}

/// The sounds that are not speech; one file each in `sounds/`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Chime {
    Begin,
    HoldStart,
    HoldEnd,
    SwitchSides,
    NextExercise,
    CheckIn,
    Pause,
    End,
    Tick,
}

impl Chime {
    pub const ALL: [Self; 9] = [
        Self::Begin,
        Self::HoldStart,
        Self::HoldEnd,
        Self::SwitchSides,
        Self::NextExercise,
        Self::CheckIn,
        Self::Pause,
        Self::End,
        Self::Tick,
    ];

    /// As in scripts and file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::HoldStart => "hold-start",
            Self::HoldEnd => "hold-end",
            Self::SwitchSides => "switch-sides",
            Self::NextExercise => "next-exercise",
            Self::CheckIn => "check-in",
            Self::Pause => "pause",
            Self::End => "end",
            Self::Tick => "tick",
        }
    }
}

/// `sessions/exercises/*.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exercise {
    pub format: At<u32>,
    pub language: At<String>,
    /// Spoken before the instructions.
    pub title: At<Text>,
    pub origin: Option<String>,
    /// A position named in the phrases of this language.
    pub position: At<Name>,
    /// The direction of movement it belongs to; `skip-direction` leaves out all of one direction.
    pub direction: Option<At<Name>>,
    #[serde(default)]
    pub tags: Vec<At<Name>>,
    /// Instructions for the first times and on "repeat".
    pub full: At<Text>,
    /// Instructions for somebody who knows it.
    pub brief: At<Text>,
    /// Said before the second side.
    pub switch: Option<At<Text>>,
    /// Said after the full instructions.
    #[serde(default)]
    pub cautions: Vec<At<Text>>,
    /// When to stop; said after full and after brief instructions.
    pub stop: Option<At<Text>>,
    /// Asked when the exercise is over.
    pub check_in: Option<At<Name>>,
    /// Level to start on; without it the first.
    pub start: Option<At<Name>>,
    #[serde(default)]
    pub dose: Dose,
    /// Easiest first.
    #[serde(default)]
    pub level: Vec<At<Level>>,
    pub progression: Option<Progression>,
}

impl Exercise {
    /// The level that it starts on.
    #[must_use]
    pub fn first_level(&self) -> Option<&At<Level>> {
        let start = self.start.as_ref();
        start.and_then(|id| self.level.iter().find(|level| level.id == *id)).or(self.level.first())
    }

    /// Its sides on `level`.
    #[must_use]
    pub fn sides(&self, level: Option<&At<Level>>) -> Sides {
        let sides = level.and_then(|level| level.dose.sides.as_ref()).or(self.dose.sides.as_ref());
        sides.map_or(Sides::None, |sides| sides.value)
    }
}

/// One form of an exercise; what it leaves out is taken from the exercise.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Level {
    pub id: At<Name>,
    /// Said when the level is changed in the middle of the exercise.
    pub say: At<Text>,
    pub origin: Option<String>,
    pub full: Option<At<Text>>,
    pub brief: Option<At<Text>>,
    pub switch: Option<At<Text>>,
    #[serde(default)]
    pub dose: Dose,
}

/// How the dose may grow from day to day.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Progression {
    pub origin: Option<String>,
    pub reps: Option<At<RepsGrowth>>,
    pub hold: Option<At<DurationGrowth>>,
    pub time: Option<At<DurationGrowth>>,
    /// Whether the next level follows once the dose is at its end.
    pub levels: bool,
    /// The last level that follows so; those after it are for whoever asks for them.
    pub last_level: Option<At<Name>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepsGrowth {
    pub to: u32,
    pub step: u32,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DurationGrowth {
    pub to: Duration,
    pub step: Duration,
}

/// `sessions/check-ins/*.toml`: a question, its answers and their consequences.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckIn {
    pub format: At<u32>,
    pub language: At<String>,
    pub title: At<String>,
    pub origin: Option<String>,
    pub ask: At<Text>,
    /// The question put again; without it `ask`.
    pub again: Option<At<Text>>,
    /// How long an answer is waited for, each time.
    pub wait: Option<At<Duration>>,
    /// How often the question is put again after silence or an answer not understood (default 1).
    pub ask_again: Option<At<u32>>,
    /// The fact that takes the answer's id, or its number.
    pub fact: Option<At<Name>>,
    /// Lowest and highest number that is an answer.
    pub scale: Option<At<NumberRange>>,
    /// For how many days the facts that an answer sets are known in later sessions; 1 to 3650.
    pub remember_days: Option<At<u32>>,
    /// Said instead of a reply in a rendered session, which cannot hear.
    pub recorded: Option<At<Text>>,
    #[serde(default)]
    pub answer: Vec<At<Answer>>,
    /// What silence means. Never "fine".
    pub no_answer: Option<At<Outcome>>,
}

impl CheckIn {
    /// Every fact that this check-in can set, with doubles.
    pub fn facts(&self) -> impl Iterator<Item = &str> {
        let answers = self.answer.iter().flat_map(|answer| answer.set.keys());
        let silence = self.no_answer.iter().flat_map(|outcome| outcome.set.keys());
        self.fact.iter().chain(answers).chain(silence).map(|name| name.value.as_str())
    }
}

impl CheckIn {
    /// Every check-in that this one can lead to, with doubles.
    pub fn asks(&self) -> impl Iterator<Item = &str> {
        let answers = self.answer.iter().filter_map(|answer| answer.ask.as_ref());
        let silence = self.no_answer.iter().filter_map(|outcome| outcome.ask.as_ref());
        answers.chain(silence).map(|name| name.value.as_str())
    }

    /// Whether an answer, or none, sets the fact of the exercise's direction.
    #[must_use]
    pub fn sets_direction(&self) -> bool {
        self.answer.iter().any(|answer| answer.direction.is_some())
            || self.no_answer.as_ref().is_some_and(|outcome| outcome.direction.is_some())
    }
}

/// An answer, how it is given, and what follows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answer {
    pub id: At<Name>,
    /// Words that mean this answer.
    #[serde(default)]
    pub heard: Vec<At<String>>,
    /// The single key that means it.
    pub key: Option<At<char>>,
    /// Numbers on the check-in's scale that mean it.
    pub number: Option<At<NumberRange>>,
    /// The answer that `show`, `render` and the planned length assume; without one the first.
    #[serde(default)]
    pub planned: bool,

    pub say: Option<At<Text>>,
    pub then: Option<At<Then>>,
    pub tag: Option<At<Name>>,
    pub refer: Option<At<Refer>>,
    #[serde(default)]
    pub set: BTreeMap<At<Name>, FactValue>,
    /// Value of the fact that is called like the direction of the exercise which this is about.
    pub direction: Option<At<Name>>,
    pub ask: Option<At<Name>>,
}

/// What follows: a reply, a consequence, a referral, facts, another question; in this order.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Outcome {
    pub say: Option<At<Text>>,
    pub then: Option<At<Then>>,
    /// For `then = "skip-tag"`.
    pub tag: Option<At<Name>>,
    pub refer: Option<At<Refer>>,
    pub set: BTreeMap<At<Name>, FactValue>,
    /// Value of the fact that is called like the direction of the exercise which this is about.
    pub direction: Option<At<Name>>,
    /// A check-in to put next.
    pub ask: Option<At<Name>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    Continue,
    Easier,
    Harder,
    Repeat,
    /// Leave the exercise this is about.
    Skip,
    /// Leave it, and every later exercise with the tag.
    SkipTag,
    /// Leave it, and every later exercise of the same direction.
    SkipDirection,
    /// Leave the remaining steps; the finish still comes.
    EndGently,
    /// No more today.
    Stop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refer {
    Information,
    Professional,
    Emergency,
}

/// `sessions/phrases/<language>.toml`: everything that the engine itself says or understands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Phrases {
    pub format: At<u32>,
    pub language: At<String>,
    /// Words for 0, 1, 2 …; at least to sixty.
    pub numbers: Vec<At<String>>,
    /// The engine's sentences; the names are in `phrases::SAY`.
    pub say: BTreeMap<At<Name>, At<Text>>,
    pub sides: SideWords,
    /// What `direction` says in the texts of check-ins, for each direction of exercises.
    #[serde(default)]
    pub directions: BTreeMap<At<Name>, At<String>>,
    /// What people say for each command; the names are in `phrases::COMMANDS`.
    #[serde(default)]
    pub commands: BTreeMap<At<Name>, Vec<At<String>>>,
    /// The words around answers and commands.
    #[serde(default)]
    pub hearing: Hearing,
    /// Names of the positions.
    pub positions: BTreeMap<At<Name>, At<String>>,
    /// What is asked before a session that was cut off.
    pub resume: Option<Resume>,
    /// What somebody is asked before a session that starts by itself.
    pub invitation: Option<Invitation>,
    /// How to get from one position to another.
    #[serde(default, rename = "move")]
    pub moves: Vec<At<Move>>,
}

/// Going on with a session that was cut off.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The check-in: `continue` goes on, `repeat` starts over, `stop` does neither.
    pub ask: At<Name>,
    /// How long after the cut it is offered.
    pub within: At<Duration>,
}

/// Asking somebody to a session that starts by itself. The texts know `title` and `time`, the length of the session; `later`
/// knows how long it is until the next ring as `time`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// What it is, and how long it takes.
    pub say: At<Text>,
    /// The same for one that was missed.
    pub missed: At<Text>,
    /// The check-in: `continue` starts, `repeat` is later, `stop` not today.
    pub ask: At<Name>,
    /// The same when it has been put off as often as it can be.
    pub last: At<Name>,
    /// Asked for the reason when it is not today.
    pub why: Option<At<Name>>,
    /// Said when it is put off.
    pub later: At<Text>,
    /// How long it is put off each time.
    pub again: At<Duration>,
    /// How often it can be put off.
    pub times: At<u32>,
}

/// Forms of the words for left and right. `plain` becomes `side` and `other` in a text, a form `x` becomes
/// `side_x` and `other_x`, for languages that inflect.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SideWords {
    pub left: BTreeMap<At<Name>, At<String>>,
    pub right: BTreeMap<At<Name>, At<String>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Without it: from any position that has no entry of its own.
    pub from: Option<At<Name>>,
    pub to: At<Name>,
    pub say: At<Text>,
    /// At least this long, words included.
    pub time: At<Duration>,
}
