//! What a programme's file may hold: `sessions/programmes/*.toml`, which session in which phase.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Expression, Name, Text};

/// What memory across days tells about a person, for the expressions and texts of programmes, and whether it can be
/// unset because nothing is known yet.
pub const MEASURES: &[(&str, bool)] = &[
    ("good_in_a_row", false),
    ("spread_in_a_row", false),
    ("days_since_start", false),
    ("days_since_better", false),
    ("days_since_session", true),
    ("sore", false),
    ("pain", true),
    ("phase", true),
    ("worse_in_a_row", false),
];

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Programme {
    pub format: At<u32>,
    pub language: At<String>,
    pub title: At<String>,
    pub origin: Option<String>,
    /// Numbers that the phases' expressions use, each with where it comes from.
    #[serde(default)]
    pub parameter: BTreeMap<At<Name>, Parameter>,
    /// In order; the first whose `when` is true applies.
    #[serde(default)]
    pub phase: Vec<At<Phase>>,
    /// Check-ins that come before each session until they were answered today and let it go on.
    #[serde(default)]
    pub daily: Vec<At<Name>>,
    /// When to step up: to more, to the next level, to the next phase.
    pub advance: Option<At<Advance>>,
    /// What a good session is, over the facts that it learnt: besides this nothing spread, nobody said "worse", and it
    /// was gone through to its end.
    pub good: Option<At<Advance>>,
    /// When the pain spread in a session, over the facts that it learnt.
    pub spread: Option<At<Advance>>,
    /// When a direction is left out until it is tested again.
    pub leave_out: Option<At<Advance>>,
    /// When the day goes otherwise than planned.
    #[serde(default)]
    pub rule: Vec<At<Rule>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub value: i64,
    pub origin: String,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Phase {
    pub id: At<Name>,
    pub title: String,
    pub origin: Option<String>,
    /// Without it the phase applies when no earlier one does.
    pub when: Option<At<Expression>>,
    #[serde(default)]
    pub sessions: Vec<At<Name>>,
    /// 1 to 7.
    pub days_per_week: Option<At<u32>>,
    /// Whether there is stepping up in it (default true).
    pub advance: Option<bool>,
}

/// A criterion.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    pub when: At<Expression>,
    pub origin: String,
}

/// A condition, and what becomes of the day then.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: At<Name>,
    pub when: At<Expression>,
    pub then: At<Course>,
    /// Why, and what to do.
    pub say: At<Text>,
    pub origin: String,
}

/// What a rule does to the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// No session today.
    Rest,
    /// The person is sent to a professional.
    Refer,
    /// No stepping up.
    Hold,
    /// One step back.
    StepDown,
}

impl Course {
    /// As in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Refer => "refer",
            Self::Hold => "hold",
            Self::StepDown => "step-down",
        }
    }
}
