//! Every rule of the session language that needs no plan. Owns the judgement on names, doses, check-ins, phrases and
//! texts; must not choose doses or lay out time.

use super::Library;
use crate::diagnostic::Diagnostic;

/// Everything that is wrong with what the files of `library` say, all at once, in no order.
#[must_use]
pub fn check(library: &Library) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for session in library.sessions() {
        for step in &session.item.step {
            if let Some(name) = &step.exercise
                && library.exercise(&session.item.language, name).is_none()
                && !library.is_unreadable(super::Kind::Exercise, name)
            {
                out.push(Diagnostic::error(
                    session.source,
                    name.span.clone(),
                    format!("unknown exercise `{}`", name.value),
                ));
            }
        }
    }
    out
}
