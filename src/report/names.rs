//! What sessions, exercises, questions and directions are called, and which facts tell how a direction felt.

use std::collections::BTreeMap;

use crate::history::{History, What};
use crate::script::{FactValue, Filed, Library, direction_fact};

use super::directions::Felt;

/// The language that there is everything in.
const USUAL: &str = "en";

/// Titles from the files. What has no file any more is called by its id.
pub struct Names<'a> {
    library: &'a Library,
    language: String,
    /// By the name of its fact, the name of a direction.
    directions: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// In the language of the last session of `history`.
    #[must_use]
    pub fn new(library: &'a Library, history: &History) -> Self {
        let language = history.rows.iter().rev().find_map(|row| match &row.what {
            What::Session { language, .. } => Some(language.clone()),
            _ => None,
        });
        let directions = of_exercises(library).chain(of_answers(library)).chain(of_takes(history));
        Self {
            library,
            language: language.unwrap_or_else(|| USUAL.to_owned()),
            directions: directions.map(|direction| (direction_fact(&direction), direction)).collect(),
        }
    }

    /// BCP 47 tag of the titles.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    pub(super) fn session(&self, id: &str) -> String {
        let filed = self.library.session(id, Some(&self.language)).or_else(|| self.library.session(id, None));
        filed.map_or_else(|| id.to_owned(), |filed| filed.item.title.value.clone())
    }

    pub(super) fn exercise(&self, id: &str) -> String {
        // A title that is put together while it is spoken says nothing here.
        let title = self.exercise_file(id).map(|filed| &filed.item.title.value);
        title.filter(|title| !title.contains('{')).map_or_else(|| id.to_owned(), Clone::clone)
    }

    pub(super) fn check_in(&self, id: &str) -> String {
        let find = |language: &str| self.library.check_in(language, id);
        let filed = find(&self.language).or_else(|| find(USUAL));
        filed.map_or_else(|| id.to_owned(), |filed| filed.item.title.value.clone())
    }

    /// Ids of the levels of an exercise, easiest first, and the one that it begins on.
    pub(super) fn levels(&self, exercise: &str) -> (Vec<&str>, Option<&str>) {
        let Some(filed) = self.exercise_file(exercise) else { return (Vec::new(), None) };
        let ids = filed.item.level.iter().map(|level| level.id.as_str());
        (ids.collect(), filed.item.first_level().map(|level| level.id.as_str()))
    }

    /// The direction that the fact `name` is about, and what `value` says of it.
    pub(super) fn felt(&self, name: &str, value: &FactValue) -> Option<(&str, Felt)> {
        let direction = self.directions.get(name)?;
        Some((direction, Felt::of(value)?))
    }

    fn exercise_file(&self, id: &str) -> Option<&Filed<crate::script::Exercise>> {
        let find = |language: &str| self.library.exercise(language, id);
        find(&self.language).or_else(|| find(USUAL))
    }
}

fn of_exercises(library: &Library) -> impl Iterator<Item = String> {
    library
        .exercises()
        .filter_map(|filed| filed.item.direction.as_ref())
        .map(|direction| direction.value.clone())
}

fn of_takes(history: &History) -> impl Iterator<Item = String> {
    let directions = history.rows.iter().filter_map(|row| match &row.what {
        What::Take(take) => take.direction.as_deref(),
        _ => None,
    });
    let known: std::collections::BTreeSet<&str> = directions.collect();
    known.into_iter().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// What feels one way or the other though no exercise is filed under it, such as neutral movement: facts that an answer
/// sets by name. The fact of a question itself is about the person.
fn of_answers(library: &Library) -> impl Iterator<Item = String> {
    library.check_ins().flat_map(|filed| {
        let own = filed.item.fact.as_ref().map(|fact| fact.value.as_str());
        let set = filed.item.answer.iter().flat_map(|answer| &answer.set);
        let told = set.filter(|(_, value)| matches!(Felt::of(value), Some(Felt::Worse)));
        told.map(|(name, _)| name.value.clone()).filter(move |name| Some(name.as_str()) != own)
    })
}
