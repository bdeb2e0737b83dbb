//! Sessions that were to start and did not, and why.

use crate::history::{Answer, History, Moment, Row, What};

use super::names::Names;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStarted {
    pub when: Moment,
    /// Title, or what was asked for where that is no session.
    pub session: String,
    /// Which gate: a constant of `history`, or the id of a rule.
    pub gate: String,
    /// Id of the answer that was given as the reason.
    pub reason: Option<String>,
}

/// In their order.
#[must_use]
pub fn not_started(history: &History, names: &Names) -> Vec<NotStarted> {
    let mut before: Option<&Row> = None;
    let found = history.rows.iter().filter_map(|row| {
        let before = before.replace(row);
        let What::Refusal { gate, session } = &row.what else { return None };
        Some(NotStarted {
            when: row.when,
            session: names.session(session),
            gate: gate.clone(),
            reason: before.and_then(reason),
        })
    });
    found.collect()
}

/// The answer outside of a session that decides nothing: the one to "why not".
fn reason(row: &Row) -> Option<String> {
    match &row.what {
        What::Answer(Answer { answer, then: None, .. }) if row.session.is_none() => answer.clone(),
        _ => None,
    }
}
