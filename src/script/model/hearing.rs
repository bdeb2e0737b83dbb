//! `[hearing]` of the phrases: the words that stand around answers and commands. Owns the form of the table.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::script::At;

/// Words that are part of no answer, and what they do to the words beside them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Hearing {
    /// Mean nothing: hesitation, politeness, "about".
    pub filler: Vec<At<String>>,
    /// Turn what follows into its opposite.
    pub not: Vec<At<String>>,
    /// Who negates an answer that has one of these also says it: "not the same", and never "not same".
    pub article: Vec<At<String>>,
    /// Take back what was said before.
    pub correction: Vec<At<String>>,
    /// Between two numbers: either.
    pub or: Vec<At<String>>,
    /// Between a number and its decimal digit.
    pub point: Vec<At<String>>,
    /// After a number: half of one more.
    pub half: Vec<At<String>>,
    /// Answers to "did you say …?".
    pub yes: Vec<At<String>>,
    pub no: Vec<At<String>>,
    /// Words that sound like a command or an answer and are none.
    pub near: Vec<At<String>>,
    /// Words that are written otherwise and sound like a number's word.
    pub alike: BTreeMap<At<String>, At<String>>,
}
