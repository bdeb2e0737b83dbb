//! Every file by kind, language and name. Owns which file wins where layers overlap, and which files could not
//! be read. Must not judge what the files say; that is the check.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use super::fit::Holes;
use super::parse::{Parsed, parse};
use super::{CheckIn, Exercise, Phrases, Programme, Session};
use crate::diagnostic::{Diagnostic, SourceId, Sources};

/// What a file is, told by the folder it lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Session,
    Exercise,
    CheckIn,
    Programme,
    Phrases,
}

/// Whether a path below a folder of sessions is a file of one of the five kinds. Others lie there too: how words are
/// pronounced, the program's settings, and what `matside new` begins with.
#[must_use]
pub fn is_script(path: &Path) -> bool {
    let start = path.parent().is_some_and(|folder| folder.ends_with("new"));
    let other = ["pronounce.toml", "config.toml"].iter().any(|name| path.ends_with(name));
    path.extension().is_some_and(|ending| ending == "toml") && !other && !start
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Session, Self::Exercise, Self::CheckIn, Self::Programme, Self::Phrases];

    #[must_use]
    pub fn of_path(path: &str) -> Self {
        match path.rsplit('/').nth(1) {
            Some("exercises") => Self::Exercise,
            Some("check-ins") => Self::CheckIn,
            Some("programmes") => Self::Programme,
            Some("phrases") => Self::Phrases,
            _ => Self::Session,
        }
    }

    /// Where its files lie.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Session => "`sessions/`",
            Self::Exercise => "`exercises/`",
            Self::CheckIn => "`check-ins/`",
            Self::Programme => "`programmes/`",
            Self::Phrases => "`phrases/`",
        }
    }

    /// As people call it; also the name of its schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Exercise => "exercise",
            Self::CheckIn => "check-in",
            Self::Programme => "programme",
            Self::Phrases => "phrases",
        }
    }
}

/// A file of the library under the name it is called by.
#[derive(Clone, Debug)]
pub struct Filed<T> {
    /// The file's name without folder and ending.
    pub id: String,
    pub source: SourceId,
    pub item: T,
    holes: Holes,
}

impl<T> Filed<T> {
    /// Whether the table at `span` had the key `name`, but with a value or a spelling that is an error of its own.
    /// Its absence is then no news.
    pub(super) fn lost(&self, span: &Range<usize>, name: &str) -> bool {
        self.holes.get(span).is_some_and(|keys| keys.iter().any(|key| key == name))
    }

    /// Whether some table lost the key `name`.
    pub(super) fn lost_somewhere(&self, name: &str) -> bool {
        self.holes.values().flatten().any(|key| key == name)
    }

    /// Whether the table at `span` lost any key.
    pub(super) fn damaged(&self, span: &Range<usize>) -> bool {
        self.holes.contains_key(span)
    }
}

/// What every kind of file has.
pub trait Item: serde::de::DeserializeOwned {
    const KIND: Kind;
    fn language(&self) -> &str;
}

macro_rules! items {
    ($($item:ty => $kind:ident),*) => {$(
        impl Item for $item {
            const KIND: Kind = Kind::$kind;
            fn language(&self) -> &str {
                &self.language
            }
        }
    )*};
}
items!(Session => Session, Exercise => Exercise, CheckIn => CheckIn, Programme => Programme, Phrases => Phrases);

/// The files of one kind: id, then language.
#[derive(Debug)]
struct Shelf<T>(BTreeMap<String, BTreeMap<String, Filed<T>>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Item> Shelf<T> {
    fn get(&self, language: &str, id: &str) -> Option<&Filed<T>> {
        self.0.get(id)?.get(language)
    }

    fn get_in(&self, language: Option<&str>, id: &str) -> Option<&Filed<T>> {
        match language {
            Some(language) => self.get(language, id),
            None => self.get("en", id).or_else(|| self.0.get(id)?.values().next()),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Filed<T>> + Clone {
        self.0.values().flat_map(BTreeMap::values)
    }

    fn add(&mut self, filed: Filed<T>, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        let language = filed.item.language().to_owned();
        let places = self.0.entry(filed.id.clone()).or_default();
        let layer = |source| sources.get(source).map(|source| source.layer);
        match places.get(&language) {
            Some(old) if layer(old.source) > layer(filed.source) => return,
            Some(old) if layer(old.source) == layer(filed.source) => {
                let message = format!("a second {} called `{}`", T::KIND.name(), filed.id);
                diagnostics.push(
                    Diagnostic::error(filed.source, 0..0, message)
                        .also(old.source, 0..0, "the first one")
                        .hint("rename one of the files"),
                );
                return;
            }
            _ => {}
        }
        places.insert(language, filed);
    }
}

/// Every file of a check or a run.
#[derive(Debug, Default)]
pub struct Library {
    sources: Sources,
    sessions: Shelf<Session>,
    exercises: Shelf<Exercise>,
    check_ins: Shelf<CheckIn>,
    programmes: Shelf<Programme>,
    phrases: Shelf<Phrases>,
    unreadable: BTreeSet<(Kind, String)>,
}

impl Library {
    /// Parses everything. What is wrong with the form of single files, and names given twice, is in the list.
    #[must_use]
    pub fn read(sources: Sources) -> (Self, Vec<Diagnostic>) {
        let mut library = Self::default();
        let mut diagnostics = Vec::new();
        for (source, file) in sources.iter() {
            let id = stem(&file.path).to_owned();
            let kind = Kind::of_path(&file.path);
            let reader = Reader { sources: &sources, source, id: &id, diagnostics: &mut diagnostics };
            let read = file.readable
                && match kind {
                    Kind::Session => reader.file(&mut library.sessions),
                    Kind::Exercise => reader.file(&mut library.exercises),
                    Kind::CheckIn => reader.file(&mut library.check_ins),
                    Kind::Programme => reader.file(&mut library.programmes),
                    Kind::Phrases => reader.file(&mut library.phrases),
                };
            if !read {
                library.unreadable.insert((kind, id));
            }
        }
        library.sources = sources;
        (library, diagnostics)
    }

    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Without a language the English session, or else the first.
    #[must_use]
    pub fn session(&self, id: &str, language: Option<&str>) -> Option<&Filed<Session>> {
        self.sessions.get_in(language, id)
    }

    #[must_use]
    pub fn exercise(&self, language: &str, id: &str) -> Option<&Filed<Exercise>> {
        self.exercises.get(language, id)
    }

    #[must_use]
    pub fn check_in(&self, language: &str, id: &str) -> Option<&Filed<CheckIn>> {
        self.check_ins.get(language, id)
    }

    /// Without a language the English programme, or else the first.
    #[must_use]
    pub fn programme(&self, id: &str, language: Option<&str>) -> Option<&Filed<Programme>> {
        self.programmes.get_in(language, id)
    }

    #[must_use]
    pub fn phrases(&self, language: &str) -> Option<&Filed<Phrases>> {
        self.phrases.get(language, language)
    }

    pub fn sessions(&self) -> impl Iterator<Item = &Filed<Session>> + Clone {
        self.sessions.iter()
    }

    pub fn exercises(&self) -> impl Iterator<Item = &Filed<Exercise>> + Clone {
        self.exercises.iter()
    }

    pub fn check_ins(&self) -> impl Iterator<Item = &Filed<CheckIn>> + Clone {
        self.check_ins.iter()
    }

    pub fn programmes(&self) -> impl Iterator<Item = &Filed<Programme>> + Clone {
        self.programmes.iter()
    }

    pub fn all_phrases(&self) -> impl Iterator<Item = &Filed<Phrases>> + Clone {
        self.phrases.iter()
    }

    /// Every fact that something in this language can set, and `affected_side`. Not the `first_` forms. Where a check-in
    /// sets the exercise's direction, each direction is one.
    #[must_use]
    pub fn fact_names(&self, language: &str) -> BTreeSet<String> {
        let check_ins =
            self.check_ins().filter(|c| c.item.language() == language).flat_map(|c| c.item.facts());
        let sessions = self.sessions().filter(|s| s.item.language() == language);
        let sessions = sessions.flat_map(|s| s.item.facts.keys().map(|key| key.as_str()));
        let mut names: BTreeSet<String> = check_ins.chain(sessions).map(str::to_owned).collect();
        names.insert(super::AFFECTED_SIDE.to_owned());
        if self.check_ins().any(|c| c.item.language() == language && c.item.sets_direction()) {
            let exercises = self.exercises().filter(|e| e.item.language() == language);
            let directions = exercises.filter_map(|e| e.item.direction.as_ref());
            names.extend(directions.map(|direction| super::direction_fact(direction)));
        }
        names
    }

    /// Whether a file of this name is there, but not in a form that could be read.
    pub(super) fn is_unreadable(&self, kind: Kind, id: &str) -> bool {
        self.unreadable.contains(&(kind, id.to_owned()))
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    source: SourceId,
    id: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Whether the file could be read.
    fn file<T: Item>(self, shelf: &mut Shelf<T>) -> bool {
        let text = self.sources.get(self.source).map_or("", |source| &source.text);
        let Parsed { item, holes, diagnostics } = parse::<T>(self.source, text);
        self.diagnostics.extend(diagnostics);
        let Some(item) = item else {
            return false;
        };
        let filed = Filed { id: self.id.to_owned(), source: self.source, item, holes };
        shelf.add(filed, self.sources, self.diagnostics);
        true
    }
}

/// `sessions/exercises/press-up.toml`: `press-up`.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name)
}
