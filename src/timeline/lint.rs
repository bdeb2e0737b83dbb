//! What can only be said of a whole plan: its length, and the ways between positions.

use crate::diagnostic::Diagnostic;
use crate::frames::Frames;
use crate::plan::{Plan, What};
use crate::script::{Filed, Session};

/// Diagnostics on `session`, planned and measured as `plan`.
#[must_use]
pub fn lint(session: &Filed<Session>, plan: &Plan) -> Vec<Diagnostic> {
    length(session, plan).into_iter().chain(positions(session, plan)).collect()
}

fn length(session: &Filed<Session>, plan: &Plan) -> Option<Diagnostic> {
    let minutes = &session.item.minutes;
    let [least, most] = minutes.value.0;
    let planned = plan.length();
    let within = |at: f64| Frames::from_secs_f64(at * 60.0);
    if within(least) <= planned && planned <= within(most) {
        return None;
    }
    let message = format!("the planned length of {} is outside {least} to {most} minutes", clock(planned));
    let hint = "see where the time goes with `matside show`, then change the doses or `minutes`";
    Some(Diagnostic::error(session.source, minutes.span.clone(), message).label("declared here").hint(hint))
}

fn clock(length: Frames) -> String {
    let seconds = length.as_millis() / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Advises when the same exercises could be done with at least two changes of position fewer.
fn positions(session: &Filed<Session>, plan: &Plan) -> Option<Diagnostic> {
    if session.item.order.is_some() {
        return None;
    }
    let positions: Vec<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.what {
            What::Exercise(exercise) => Some(&*exercise.position),
            _ => None,
        })
        .collect();
    let changes = 1 + positions.iter().zip(positions.iter().skip(1)).filter(|(a, b)| a != b).count();
    let mut different = positions.clone();
    different.sort_unstable();
    different.dedup();
    if changes < different.len() + 2 {
        return None;
    }
    let message = format!("{changes} changes of position; {} would do", different.len());
    let hint = "put exercises of one position together, or say `order = \"fixed\"` if the order is intended";
    let title = &session.item.title;
    Some(Diagnostic::warning(session.source, title.span.clone(), message).hint(hint))
}
