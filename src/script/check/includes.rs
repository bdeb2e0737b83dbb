//! Sessions in sessions: no circles, and no growth beyond what anybody could do.

use std::collections::HashMap;

use super::super::{At, Filed, Session};
use super::Checker;
use crate::diagnostic::Diagnostic;

/// Steps of a session with everything that it includes.
const MOST_STEPS: u64 = 50_000;
/// Sessions within sessions.
const DEEPEST: usize = 20;

type Key<'a> = (&'a str, &'a str);

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    let mut walk = Walk { checker, sizes: HashMap::new(), path: Vec::new() };
    for filed in library.sessions() {
        let steps = walk.size(filed);
        if steps > MOST_STEPS {
            let span = filed.item.step.iter().find_map(|step| step.session.as_ref());
            let span = span.map_or(super::TOP, |name| name.span.clone());
            let message = format!("the session has more than {MOST_STEPS} steps with those it includes");
            walk.checker.error(filed.source, &span, message, "include less");
        }
    }
}

struct Walk<'c, 'a> {
    checker: &'c mut Checker<'a>,
    sizes: HashMap<Key<'a>, u64>,
    /// The sessions that are being walked, outermost first.
    path: Vec<Key<'a>>,
}

impl<'a> Walk<'_, 'a> {
    /// How many steps it comes to.
    fn size(&mut self, filed: &'a Filed<Session>) -> u64 {
        let key = (filed.item.language.value.as_str(), filed.id.as_str());
        if let Some(size) = self.sizes.get(&key) {
            return *size;
        }
        self.path.push(key);
        let steps = filed.item.step.iter();
        let included = steps.filter_map(|step| step.session.as_ref()).map(|name| self.included(filed, name));
        let included = included.fold(0, u64::saturating_add);
        self.path.pop();
        let size = included.saturating_add(filed.item.step.len() as u64);
        self.sizes.insert(key, size);
        size
    }

    fn included(&mut self, from: &'a Filed<Session>, name: &'a At<String>) -> u64 {
        let library = self.checker.library;
        let Some(to) = library.session(name, Some(&from.item.language)) else {
            return 0;
        };
        let found = self.path.iter().position(|(_, id)| *id == to.id);
        if let Some(chain) = found.and_then(|start| self.path.get(start..)) {
            let chain: Vec<String> = chain.iter().map(|(_, id)| format!("`{id}`")).collect();
            let message = format!("`{}` includes itself: {} → `{}`", to.id, chain.join(" → "), to.id);
            let diagnostic = Diagnostic::error(from.source, name.span.clone(), message);
            self.checker.push(diagnostic.hint("leave one of these steps out"));
            return 0;
        }
        if self.path.len() >= DEEPEST {
            let message = format!("more than {DEEPEST} sessions within each other");
            self.checker.error(from.source, &name.span, message, "include less deeply");
            return 0;
        }
        self.size(to)
    }
}
