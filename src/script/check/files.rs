//! What every file must have: a proper name, a known format, a language.

use super::super::{At, Filed, Item, Kind};
use super::{Checker, TOP, names};
use crate::diagnostic::did_you_mean;

/// The version of the session language that this program reads.
const FORMAT: u32 = 1;

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    library.sessions().for_each(|f| header(checker, f, &f.item.format, &f.item.language));
    library.exercises().for_each(|f| header(checker, f, &f.item.format, &f.item.language));
    library.check_ins().for_each(|f| header(checker, f, &f.item.format, &f.item.language));
    library.programmes().for_each(|f| header(checker, f, &f.item.format, &f.item.language));
    library.all_phrases().for_each(|f| header(checker, f, &f.item.format, &f.item.language));
    library.sessions().for_each(|f| has_phrases(checker, f, &f.item.language));
    library.exercises().for_each(|f| has_phrases(checker, f, &f.item.language));
}

fn header<T: Item>(checker: &mut Checker<'_>, filed: &Filed<T>, format: &At<u32>, language: &At<String>) {
    if format.value != FORMAT {
        let message = format!("format `{}` is not known", format.value);
        checker.error(filed.source, &format.span, message, "this program reads `format = 1`");
    }
    if !names::is_language(language) {
        let message = format!("`{}` is not a language", language.value);
        checker.error(filed.source, &language.span, message, "write a language tag like `en` or `pt-BR`");
    } else if T::KIND == Kind::Phrases && filed.id != language.value {
        let message = format!("the phrases of `{}` lie in a file called `{}`", language.value, filed.id);
        let hint = format!("call the file `{}.toml`", language.value);
        checker.error(filed.source, &language.span, message, &hint);
    }
    if T::KIND != Kind::Phrases && !names::is_name(&filed.id) {
        let message = format!("the file's name `{}` is not a name", filed.id);
        let hint = "names are lower-case words joined by hyphens, like `knee-to-chest.toml`";
        checker.error(filed.source, &TOP, message, hint);
    }
}

fn has_phrases<T: Item>(checker: &mut Checker<'_>, filed: &Filed<T>, language: &At<String>) {
    let library = checker.library;
    if library.phrases(language).is_some()
        || library.is_unreadable(Kind::Phrases, language)
        || !names::is_language(language)
    {
        return;
    }
    let hint = did_you_mean(language, library.all_phrases().map(|phrases| phrases.id.as_str()))
        .unwrap_or_else(|| format!("add `phrases/{}.toml`", language.value));
    let message = format!("there are no phrases for the language `{}`", language.value);
    checker.error(filed.source, &language.span, message, &hint);
}
