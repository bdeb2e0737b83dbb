//! Sides: whether the texts of an exercise say which side is meant, and whether the side can be known.

use std::collections::HashMap;
use std::ops::Range;

use super::super::{AFFECTED_SIDE, At, Exercise, Filed, Kind, Level, Library, Sides, Step};
use super::Checker;
use super::wording::is_side;
use crate::diagnostic::{Diagnostic, SourceId};

/// What the texts of an exercise on one level lack.
pub(super) struct Lack {
    /// In the exercise's file.
    pub span: Range<usize>,
    pub message: String,
    pub hint: &'static str,
}

impl<'a> Checker<'a> {
    /// What is missing when `exercise` is done on `level` with `sides`; nothing where it has no sides.
    pub(super) fn side_lacks(
        &mut self,
        exercise: &'a Filed<Exercise>,
        level: Option<&'a At<Level>>,
        sides: Sides,
    ) -> Vec<Lack> {
        if sides == Sides::None {
            return Vec::new();
        }
        let item = &exercise.item;
        let of_level = level.map(|level| &level.value);
        let full = of_level.and_then(|l| l.full.as_ref()).unwrap_or(&item.full);
        let brief = of_level.and_then(|l| l.brief.as_ref()).unwrap_or(&item.brief);
        let switch = of_level.and_then(|l| l.switch.as_ref()).or(item.switch.as_ref());
        // The affected side can be both.
        let two = matches!(sides, Sides::Both | Sides::Affected);
        let mut lacks = Vec::new();
        let switch = switch.filter(|_| two);
        if two && switch.is_none() && !exercise.lost_somewhere("switch") {
            lacks.push(Lack {
                span: item.title.span.clone(),
                message: "`switch` is missing, but the exercise is done on both sides".into(),
                hint: "write what is said before the second side, with `{{ side }}` in it",
            });
        }
        for (name, text) in [("full", Some(full)), ("brief", Some(brief)), ("switch", switch)] {
            lacks.extend(text.and_then(|text| self.mentions_no_side(name, text)));
        }
        lacks
    }

    fn mentions_no_side(&mut self, name: &str, text: &'a At<String>) -> Option<Lack> {
        let mentions = self.wording.used(text).iter().any(|name| is_side(name));
        // A broken template is reported as such.
        let broken = text.contains('{') && self.wording.used(text).is_empty();
        (!mentions && !broken).then(|| Lack {
            span: text.span.clone(),
            message: format!("`{name}` never says which side is meant"),
            hint: "use `{{ side }}` or `{{ other }}`",
        })
    }

    /// Whether a text of the exercise names a side, on this level.
    pub(super) fn mentions_side(&mut self, item: &'a Exercise, level: Option<&'a At<Level>>) -> bool {
        let of_level = level.map(|level| &level.value);
        let full = of_level.and_then(|l| l.full.as_ref()).unwrap_or(&item.full);
        let brief = of_level.and_then(|l| l.brief.as_ref()).unwrap_or(&item.brief);
        [full, brief].into_iter().any(|text| self.wording.used(text).iter().any(|name| is_side(name)))
    }

    pub(super) fn report_lacks(
        &mut self,
        source: SourceId,
        span: Option<&Range<usize>>,
        exercise: SourceId,
        lacks: Vec<Lack>,
    ) {
        for lack in lacks {
            self.push(match span {
                None => Diagnostic::error(exercise, lack.span, lack.message).hint(lack.hint),
                Some(span) => {
                    Diagnostic::error(source, span.clone(), "these sides need wording that is missing")
                        .also(exercise, lack.span, lack.message)
                        .hint(lack.hint)
                }
            });
        }
    }
}

/// Which check-ins and sessions can set `affected_side`, themselves or by what they lead to.
#[derive(Default)]
pub(super) struct SideKnown<'a> {
    found: HashMap<(Kind, &'a str, &'a str), bool>,
    depth: u32,
}

/// Longer chains of files are not followed.
const DEEPEST: u32 = 100;

impl<'a> SideKnown<'a> {
    pub fn by_check_in(&mut self, library: &'a Library, language: &'a str, name: &'a str) -> bool {
        self.once((Kind::CheckIn, language, name), |known| {
            library.check_in(language, name).is_some_and(|filed| {
                let item = &filed.item;
                item.facts().any(|fact| fact == AFFECTED_SIDE)
                    || item.asks().any(|next| known.by_check_in(library, language, next))
            })
        })
    }

    pub fn by_step(&mut self, library: &'a Library, language: &'a str, step: &'a Step) -> bool {
        let exercise = step.exercise.as_ref().and_then(|name| library.exercise(language, name));
        let own = exercise.and_then(|exercise| exercise.item.check_in.as_ref());
        let asked = step.check_in.as_ref().or(step.ask.as_ref()).or(own);
        asked.is_some_and(|name| self.by_check_in(library, language, name))
            || step.session.as_ref().is_some_and(|name| self.by_session(library, language, name))
    }

    fn by_session(&mut self, library: &'a Library, language: &'a str, name: &'a str) -> bool {
        self.once((Kind::Session, language, name), |known| {
            let session = library.session(name, Some(language));
            session.is_some_and(|filed| filed.item.step.iter().any(|s| known.by_step(library, language, s)))
        })
    }

    fn once(&mut self, key: (Kind, &'a str, &'a str), find: impl FnOnce(&mut Self) -> bool) -> bool {
        if let Some(known) = self.found.get(&key) {
            return *known;
        }
        if self.depth >= DEEPEST {
            return false;
        }
        // Also ends the walk where files lead back to themselves.
        self.found.insert(key, false);
        self.depth += 1;
        let known = find(self);
        self.depth -= 1;
        self.found.insert(key, known);
        known
    }
}
