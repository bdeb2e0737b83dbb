//! Every rule of the session language that needs no plan. Owns the judgement on names, doses, check-ins, phrases and
//! texts; must not choose doses or lay out time.
//!
//! Nothing stops at the first finding, and no rule looks at the same text or the same exercise twice: a session of
//! ten thousand steps is checked in a fraction of a second.

mod answers;
mod asking;
mod check_ins;
mod doses;
mod exercises;
mod files;
mod includes;
mod invitations;
mod jumps;
mod literal;
mod moves;
pub(super) mod names;
mod outcomes;
mod phrases;
mod programmes;
mod remember;
mod sessions;
mod sides;
mod spoken;
mod steps;
mod wording;

use std::collections::BTreeSet;
use std::ops::Range;

pub use self::spoken::Spoken;
use self::wording::Wording;
use super::{At, Filed, Kind, Library};
use crate::diagnostic::{Diagnostic, SourceId, did_you_mean};

/// Everything that is wrong with what the files of `library` say, all at once, in no order.
#[must_use]
pub fn check(library: &Library) -> Vec<Diagnostic> {
    checked(library).out
}

/// Everything that the files of `library` have spoken, whether it is right or not.
#[must_use]
pub fn spoken(library: &Library) -> Vec<Spoken<'_>> {
    checked(library).spoken
}

fn checked(library: &Library) -> Checker<'_> {
    let mut checker =
        Checker { library, wording: Wording::new(library), out: Vec::new(), spoken: Vec::new() };
    files::check(&mut checker);
    sessions::check(&mut checker);
    includes::check(&mut checker);
    exercises::check(&mut checker);
    check_ins::check(&mut checker);
    asking::check(&mut checker);
    programmes::check(&mut checker);
    phrases::check(&mut checker);
    checker
}

struct Checker<'a> {
    library: &'a Library,
    wording: Wording<'a>,
    out: Vec<Diagnostic>,
    spoken: Vec<Spoken<'a>>,
}

/// The place of a whole file.
const TOP: Range<usize> = 0..0;

impl Checker<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.out.push(diagnostic);
    }

    fn error(&mut self, source: SourceId, span: &Range<usize>, message: impl Into<String>, hint: &str) {
        self.push(Diagnostic::error(source, span.clone(), message).hint(hint));
    }

    /// A key that must be there is not, unless it only was misspelt.
    fn absent<T>(&mut self, filed: &Filed<T>, table: &Range<usize>, key: &str, message: &str, hint: &str) {
        if !filed.lost(table, key) {
            self.error(filed.source, table, message, hint);
        }
    }

    /// A name of another file that is not there.
    fn unknown<'b>(
        &mut self,
        source: SourceId,
        kind: Kind,
        name: &At<String>,
        known: impl Iterator<Item = &'b str>,
        language: &str,
    ) {
        if self.library.is_unreadable(kind, name) {
            return;
        }
        let hint = did_you_mean(name, known)
            .or_else(|| self.elsewhere(kind, name, language))
            .unwrap_or_else(|| format!("no file of that name lies in {}", kind.folder()));
        let message = format!("unknown {} `{}`", kind.name(), name.value);
        self.error(source, &name.span, message, &hint);
    }

    fn elsewhere(&self, kind: Kind, name: &str, language: &str) -> Option<String> {
        let other = match kind {
            Kind::Session => self.library.session(name, None)?.item.language.value.clone(),
            _ => return None,
        };
        Some(format!("there is one in the language `{other}`, but this file is in `{language}`"))
    }

    fn check_in_exists(&mut self, source: SourceId, language: &str, name: &At<String>) {
        let library = self.library;
        if library.check_in(language, name).is_none() {
            let known = library.check_ins().filter(|c| c.item.language.value == language);
            self.unknown(source, Kind::CheckIn, name, known.map(|c| c.id.as_str()), language);
        }
    }

    /// Two things of one table or list that have the same name.
    fn no_doubles<'b>(&mut self, source: SourceId, what: &str, names: impl Iterator<Item = &'b At<String>>) {
        let mut seen = BTreeSet::new();
        let mut doubles = Vec::new();
        for name in names {
            match seen.get(name.value.as_str()) {
                Some(&first) => doubles.push((first, name)),
                None => drop(seen.insert(ByName(name))),
            }
        }
        for (ByName(first), name) in doubles {
            self.push(
                Diagnostic::error(
                    source,
                    name.span.clone(),
                    format!("a second {what} called `{}`", name.value),
                )
                .also(source, first.span.clone(), "the first one")
                .hint("give it a name of its own"),
            );
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ByName<'a>(&'a At<String>);

impl std::borrow::Borrow<str> for ByName<'_> {
    fn borrow(&self) -> &str {
        &self.0.value
    }
}
