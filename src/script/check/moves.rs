//! Positions: each has a name, and there are words for getting into it from anywhere.

use std::collections::{BTreeSet, HashMap};

use super::super::{At, Filed, Move, Phrases, notes};
use super::Checker;
use super::wording::Scope;
use crate::diagnostic::{Diagnostic, did_you_mean};

const LONGEST: u64 = 5 * 60;

pub(super) fn check<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Phrases>) {
    let Phrases { positions, moves, language, .. } = &filed.item;
    for (name, words) in positions {
        checker.name(filed.source, name);
        checker.text(filed.source, language, Scope::Facts, words);
    }
    let mut seen: HashMap<(Option<&str>, &str), &At<Move>> = HashMap::new();
    for way in moves {
        ends(checker, filed, way);
        checker.text(filed.source, language, Scope::Facts, &way.say);
        if way.time.value.0 > crate::frames::Frames::ZERO {
            checker.length(filed.source, "time", Some(&way.time), LONGEST);
        }
        let key = (way.from.as_ref().map(|from| from.as_str()), way.to.as_str());
        if let Some(first) = seen.insert(key, way) {
            checker.push(
                Diagnostic::error(filed.source, way.to.span.clone(), "the same move a second time")
                    .also(filed.source, first.to.span.clone(), "the first one")
                    .hint("leave one of them out"),
            );
        }
    }
    reachable(checker, filed);
}

fn ends(checker: &mut Checker<'_>, filed: &Filed<Phrases>, way: &At<Move>) {
    let positions = &filed.item.positions;
    for name in way.from.iter().chain([&way.to]) {
        if !positions.contains_key(name.as_str()) && !filed.lost_somewhere(name) {
            let hint = did_you_mean(name, positions.keys().map(|key| key.as_str()));
            let hint = hint.unwrap_or_else(|| "add it under `[positions]`".into());
            checker.error(filed.source, &name.span, format!("unknown position `{}`", name.value), &hint);
        }
    }
    if way.from.as_ref() == Some(&way.to) {
        let message = format!("a move from `{0}` to `{0}`", way.to.value);
        checker.error(filed.source, &way.to.span, message, "nobody has to move for that");
    }
}

/// From every position, and from wherever somebody is at the start.
fn reachable(checker: &mut Checker<'_>, filed: &Filed<Phrases>) {
    let Phrases { positions, moves, .. } = &filed.item;
    if filed.lost_somewhere("move") || filed.lost_somewhere("positions") {
        return;
    }
    for to in positions.keys() {
        let ways = moves.iter().filter(|way| way.to == *to);
        if ways.clone().any(|way| way.from.is_none()) {
            continue;
        }
        let from: BTreeSet<&str> =
            ways.filter_map(|way| way.from.as_ref()).map(|from| from.as_str()).collect();
        let others = positions.keys().map(|key| key.as_str()).filter(|name| *name != to.value);
        let lacks: Vec<&str> = others.filter(|name| !from.contains(name)).collect();
        if from.is_empty() || !lacks.is_empty() {
            let message = if from.is_empty() {
                format!("no move leads to the position `{}`", to.value)
            } else {
                format!("no move leads to `{}` from {}", to.value, notes::listed(lacks))
            };
            let hint = "add a `[[move]]` to it; without `from` it serves from anywhere";
            checker.error(filed.source, &to.span, message, hint);
        }
    }
}
