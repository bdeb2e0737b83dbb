//! Texts of the plan, filled in with what is known, sentence by sentence.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;
use unicode_segmentation::UnicodeSegmentation;

use crate::line::Line;
use crate::plan::{Plan, Side};

use super::state::State;

pub(super) type Vars = BTreeMap<String, Value>;

/// The names that every text and expression may use.
pub(super) fn vars(plan: &Plan, state: &State) -> Vars {
    let mut vars = Vars::new();
    for name in &plan.fact_names {
        for name in [name.clone(), format!("first_{name}")] {
            let value = state.facts.get(&name).cloned().map_or(Value::from(()), Value::from);
            vars.insert(name, value);
        }
    }
    vars.insert("done".into(), Value::from(state.done.len()));
    vars.insert("planned".into(), Value::from(plan.exercises));
    vars.insert("minutes".into(), Value::from(plan.minutes));
    vars
}

/// Adds the words for `side` and its opposite, in every form that the language has.
pub(super) fn add_side(vars: &mut Vars, plan: &Plan, side: Side) {
    for (name, side) in [("side", side), ("other", side.other())] {
        for (form, word) in plan.phrases.side(side) {
            let name = if form == "plain" { name.to_owned() } else { format!("{name}_{form}") };
            vars.insert(name, Value::from(word.as_str()));
        }
    }
}

/// One line for each sentence of `text`.
pub(super) fn lines(plan: &Plan, state: &State, text: &str) -> Vec<Line> {
    let sentences = text.unicode_sentences().map(str::trim).filter(|sentence| !sentence.is_empty());
    sentences.map(|sentence| line(plan, state, sentence)).collect()
}

pub(super) fn line(plan: &Plan, state: &State, text: &str) -> Line {
    Line { text: Arc::from(text), language: plan.language.clone(), pace: state.pace }
}

/// `text` filled in; nothing when it cannot be, which the check reports for every text it can reach.
pub(super) fn render(plan: &Plan, text: &str, vars: &Vars) -> String {
    plan.texts.render(text, vars).unwrap_or_default()
}

/// A number as it is said.
pub(super) fn number(plan: &Plan, number: i64) -> String {
    u64::try_from(number).map_or_else(|_| number.to_string(), |number| plan.phrases.number(number))
}
