//! Phrases: everything the engine says and understands is there, with the right variables.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::phrases::{COMMANDS, NUMBERS, SAY};
use super::super::{At, Filed, Phrases, fold, notes};
use super::wording::Scope;
use super::{Checker, TOP, invitations, moves, names};
use crate::diagnostic::{Diagnostic, did_you_mean};

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    for filed in library.all_phrases() {
        sentences(checker, filed);
        numbers(checker, filed);
        sides(checker, filed);
        directions(checker, filed);
        commands(checker, filed);
        if let Some(resume) = &filed.item.resume {
            checker.check_in_exists(filed.source, &filed.item.language, &resume.ask);
        }
        if let Some(invitation) = &filed.item.invitation {
            invitations::check(checker, filed, invitation);
        }
        moves::check(checker, filed);
    }
}

fn sentences<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Phrases>) {
    let say = &filed.item.say;
    let missing: Vec<&str> =
        SAY.iter().map(|(name, _)| *name).filter(|name| !say.contains_key(*name)).collect();
    let missing: Vec<&str> = missing.into_iter().filter(|name| !filed.lost_somewhere(name)).collect();
    // Names that are only misspelt are reported at their place.
    let mut misspelt = BTreeSet::new();
    for (name, text) in say {
        match SAY.iter().position(|(known, _)| *known == name.value) {
            Some(index) => sentence(checker, filed, index, text),
            None => misspelt.extend(unknown_phrase(checker, filed, name, &missing)),
        }
    }
    let missing: Vec<&str> = missing.into_iter().filter(|name| !misspelt.contains(*name)).collect();
    if !missing.is_empty() && !filed.lost(&TOP, "say") {
        let message = format!("phrases are missing: {}", notes::listed(&missing));
        checker.error(filed.source, &TOP, message, "add them under `[say]`");
    }
}

fn sentence<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Phrases>, index: usize, text: &'a At<String>) {
    checker.text(filed.source, &filed.item.language, Scope::Phrase(index), text);
    let used = checker.wording.used(text);
    let Some((name, variables)) = SAY.get(index) else {
        return;
    };
    // Which exercise or session is meant may be left unsaid, how much may not.
    let broken = text.contains('{') && used.is_empty() || text.trim().is_empty();
    if broken || used.iter().any(|name| !variables.contains(&name.as_str())) {
        return;
    }
    for variable in variables.iter().filter(|variable| **variable != "title") {
        if !used.contains(*variable) {
            let message = format!("the phrase `{name}` never says `{variable}`");
            let hint = format!("put `{{{{ {variable} }}}}` where it belongs");
            checker.error(filed.source, &text.span, message, &hint);
        }
    }
}

fn unknown_phrase(
    checker: &mut Checker<'_>,
    filed: &Filed<Phrases>,
    name: &At<String>,
    missing: &[&str],
) -> Option<String> {
    let near = crate::diagnostic::suggest(name, missing.iter().copied());
    let hint = near.as_ref().map(|near| format!("did you mean `{near}`?"));
    let hint = hint.or_else(|| did_you_mean(name, SAY.iter().map(|(name, _)| *name)));
    let hint = hint.unwrap_or_else(|| "the engine never says this".into());
    checker.error(filed.source, &name.span, format!("unknown phrase `{}`", name.value), &hint);
    near
}

fn numbers(checker: &mut Checker<'_>, filed: &Filed<Phrases>) {
    let numbers = &filed.item.numbers;
    if numbers.len() < NUMBERS {
        let span = numbers.last().map_or(TOP, |last| last.span.clone());
        let message = format!("{} number words are too few", numbers.len());
        checker.error(filed.source, &span, message, "write the words for 0 to 60, in order");
    }
    for empty in numbers.iter().filter(|word| word.trim().is_empty()) {
        checker.error(filed.source, &empty.span, "a number without a word", "write the word");
    }
    let mut seen: HashMap<String, &At<String>> = HashMap::new();
    for word in numbers.iter().filter(|word| !word.trim().is_empty()) {
        if let Some(first) = seen.insert(fold(word), word) {
            let message = format!("`{}` is the word for two numbers", word.value);
            checker.push(
                Diagnostic::error(filed.source, word.span.clone(), message)
                    .also(filed.source, first.span.clone(), "the first one")
                    .hint("count from zero without leaving one out"),
            );
        }
    }
}

type Forms = BTreeMap<At<String>, At<String>>;

fn sides(checker: &mut Checker<'_>, filed: &Filed<Phrases>) {
    let (left, right) = (&filed.item.sides.left, &filed.item.sides.right);
    for (name, forms, other, others) in [("left", left, "right", right), ("right", right, "left", left)] {
        if !forms.contains_key("plain") && !filed.lost_somewhere("plain") {
            let message = format!("`[sides.{name}]` has no form `plain`");
            checker.error(filed.source, &TOP, message, "`plain` is what `{{ side }}` says");
        }
        only_here(checker, filed, forms, (other, others));
        for word in forms.values().filter(|word| word.trim().is_empty()) {
            checker.error(filed.source, &word.span, "a side without a word", "write the word");
        }
    }
    for (form, word) in left {
        let same = right.get(form.value.as_str()).filter(|other| fold(other) == fold(word));
        if let Some(other) = same.filter(|_| !word.trim().is_empty()) {
            checker.push(
                Diagnostic::error(filed.source, other.span.clone(), "left and right are the same word")
                    .also(filed.source, word.span.clone(), "left")
                    .hint("nobody could tell the sides apart"),
            );
        }
    }
}

fn only_here(
    checker: &mut Checker<'_>,
    filed: &Filed<Phrases>,
    forms: &Forms,
    (other, others): (&str, &Forms),
) {
    for form in forms.keys() {
        if !names::is_fact(form) {
            let message = format!("`{}` is not the name of a form", form.value);
            checker.error(filed.source, &form.span, message, "lower-case letters, digits and `_`");
        } else if form.value != "plain"
            && !others.contains_key(form.value.as_str())
            && !filed.lost_somewhere(form)
        {
            let message = format!("`[sides.{other}]` has no form `{}`", form.value);
            checker.error(filed.source, &form.span, message, "both sides need the same forms");
        }
    }
}

fn directions(checker: &mut Checker<'_>, filed: &Filed<Phrases>) {
    for (name, words) in &filed.item.directions {
        checker.name(filed.source, name);
        if words.trim().is_empty() {
            checker.error(
                filed.source,
                &words.span,
                "a direction without words",
                "write what `direction` says",
            );
        }
    }
}

fn commands(checker: &mut Checker<'_>, filed: &Filed<Phrases>) {
    let mut seen: HashMap<String, (&str, &At<String>)> = HashMap::new();
    for (name, words) in &filed.item.commands {
        if !COMMANDS.contains(&name.as_str()) {
            let hint = did_you_mean(name, COMMANDS.iter().copied());
            let hint = hint.unwrap_or_else(|| format!("the commands are {}", notes::listed(COMMANDS)));
            checker.error(filed.source, &name.span, format!("unknown command `{}`", name.value), &hint);
        }
        if words.is_empty() {
            let message = format!("no word means the command `{}`", name.value);
            checker.error(filed.source, &name.span, message, "write the words, or leave the command out");
        }
        for word in words {
            if fold(word).is_empty() {
                checker.error(filed.source, &word.span, "an empty word cannot be heard", "write the word");
            } else if let Some((first, place)) = seen.insert(fold(word), (name, word)) {
                let message = format!("the word `{}` means two commands", word.value);
                checker.push(
                    Diagnostic::error(filed.source, word.span.clone(), message)
                        .also(filed.source, place.span.clone(), format!("`{first}` has it already"))
                        .hint("leave it out in one of the places"),
                );
            }
        }
    }
    let unsaid = COMMANDS.iter().filter(|name| !filed.item.commands.contains_key(**name));
    let unsaid: Vec<&str> = unsaid.copied().filter(|name| !filed.lost_somewhere(name)).collect();
    if !unsaid.is_empty() {
        let message = format!("no words for the commands {}", notes::listed(unsaid));
        checker.push(Diagnostic::warning(filed.source, TOP, message).hint("add them under `[commands]`"));
    }
}
