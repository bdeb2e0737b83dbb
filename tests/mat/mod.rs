//! Sessions on a virtual playhead, and somebody on the mat.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of this module")]

#[path = "../tree/mod.rs"]
pub(crate) mod tree;

use std::fmt::Write as _;
use std::path::Path;
pub(crate) use std::sync::Arc;
use std::sync::LazyLock;

use matside::diagnostic::{Layer, Sources, render};
pub(crate) use matside::frames::Frames;
pub(crate) use matside::line::Line;
pub(crate) use matside::plan::Plan;
pub(crate) use matside::runner::{Ending, Event, Note, Options, Sound, State};
pub(crate) use matside::script::Library;
pub(crate) use matside::timeline::{self, Entry, Nobody, Person, Trace, What};

/// The shipped files, read once.
pub(crate) static SHIPPED: LazyLock<Library> = LazyLock::new(|| library(&[]));

/// The plans of the shipped sessions, made once.
static PLANS: LazyLock<Vec<Arc<Plan>>> = LazyLock::new(|| {
    let plan = |session| Arc::new(timeline::plan(&SHIPPED, session).unwrap());
    SHIPPED.sessions().map(plan).collect()
});

/// The shipped files, and `extra` ones over them.
pub(crate) fn library(extra: &[(&str, &str)]) -> Library {
    read(extra, &str::to_owned)
}

/// The shipped files, each text changed.
pub(crate) fn altered(change: &dyn Fn(&str) -> String) -> Library {
    read(&[], change)
}

fn read(extra: &[(&str, &str)], change: &dyn Fn(&str) -> String) -> Library {
    let mut sources = Sources::new();
    for path in tree::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions")) {
        let text = change(&std::fs::read_to_string(&path).unwrap());
        sources.add(path.display().to_string(), &text, Layer::Shipped);
    }
    for (path, text) in extra {
        sources.add(*path, text, Layer::Named);
    }
    let (library, diagnostics) = Library::read(sources);
    assert!(diagnostics.is_empty(), "{}", render(&diagnostics, library.sources(), false));
    library
}

/// Plan of the session `id` in `files`, which must be sound together with the shipped ones.
pub(crate) fn plan_with(files: &[(&str, &str)], id: &str) -> Arc<Plan> {
    let library = library(files);
    let found = matside::script::check::check(&library);
    assert!(found.is_empty(), "{}", render(&found, library.sources(), false));
    plan_of(&library, id)
}

pub(crate) fn shipped() -> &'static [Arc<Plan>] {
    &PLANS
}

pub(crate) fn plan_of(library: &Library, id: &str) -> Arc<Plan> {
    Arc::new(timeline::plan(library, library.session(id, None).unwrap()).unwrap())
}

/// The plan of a shipped session, in English where there is one.
pub(crate) fn plan(id: &str) -> Arc<Plan> {
    let session = SHIPPED.session(id, None).unwrap();
    let asked = |plan: &&Arc<Plan>| *plan.id == *session.id && *plan.language == **session.item.language;
    PLANS.iter().find(asked).unwrap().clone()
}

pub(crate) fn estimate(line: &Line) -> Frames {
    line.estimate()
}

/// A recording of `plan`, as `matside render --voice tick` makes it.
pub(crate) fn recorded(plan: &Arc<Plan>) -> Trace {
    let options = Options { recorded: true, ..Options::default() };
    timeline::trace(plan, options, None, &mut Nobody, &mut estimate)
}

/// `plan` with `person` on the mat.
pub(crate) fn live(plan: &Arc<Plan>, state: Option<State>, person: &mut dyn Person) -> Trace {
    timeline::trace(plan, Options::default(), state, person, &mut estimate)
}

pub(crate) fn text(entry: &Entry) -> Option<&str> {
    match &entry.what {
        What::Sound(Sound::Line(line), _) => Some(&line.text),
        _ => None,
    }
}

pub(crate) fn note(entry: &Entry) -> Option<&Note> {
    match &entry.what {
        What::Note(note) => Some(note),
        _ => None,
    }
}

/// One line for each entry, as golden files hold them.
pub(crate) fn written(trace: &Trace) -> String {
    let mut out = String::new();
    for entry in &trace.entries {
        let what = match &entry.what {
            What::Sound(Sound::Line(line), length) => format!("say {} ({})", line.text, length.0),
            What::Sound(Sound::Chime(chime), _) => format!("chime {}", chime.name()),
            What::Cut => "cut".into(),
            What::Note(Note::Mark(_)) => continue,
            What::Note(note) => format!("note {note:?}"),
        };
        let _ = writeln!(out, "{:>10} {what}", entry.at.0);
    }
    let _ = writeln!(out, "{:>10} end {:?}", trace.length.0, trace.ending);
    out
}

/// Somebody who answers each check-in, and does something when a line is heard.
#[derive(Default)]
pub(crate) struct Somebody {
    /// Check-in id, and what is said two seconds later; used up unless it is the last for its id.
    pub answers: Vec<(&'static str, &'static str)>,
    /// When a line that contains this begins, the event comes this many milliseconds later; once each.
    pub acts: Vec<(&'static str, u64, Event)>,
}

impl Somebody {
    pub fn answer(&mut self, check_in: &str) -> Option<&'static str> {
        let mine = |(id, _): &(&str, &str)| *id == check_in;
        let i = self.answers.iter().position(mine)?;
        let last = self.answers.iter().filter(|answer| mine(answer)).count() == 1;
        Some(if last { self.answers[i].1 } else { self.answers.remove(i).1 })
    }
}

impl Person for Somebody {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)> {
        if let Some(Note::Asked { check_in }) = note(entry) {
            let words = self.answer(check_in).map(|words| Event::Said(words.into()));
            return words.into_iter().map(|words| (Frames::from_secs(2), words)).collect();
        }
        let Some(text) = text(entry) else { return Vec::new() };
        let Some(i) = self.acts.iter().position(|(heard, ..)| text.contains(heard)) else {
            return Vec::new();
        };
        let (_, after, event) = self.acts.remove(i);
        vec![(Frames::from_millis(after), event)]
    }
}

/// Somebody well, on the gentle routine.
pub(crate) fn well() -> Vec<(&'static str, &'static str)> {
    vec![
        ("consent", "yes"),
        ("red-flags", "no"),
        ("red-flags-more", "no"),
        ("weak-or-numb", "no"),
        ("pain-now", "four"),
        ("pain-now", "three"),
        ("where-did-it-move", "toward my back"),
        ("which-side", "left"),
        ("how-was-it", "better"),
        ("got-worse", "the same place"),
        ("direction-got-worse", "the same place"),
        ("readiness", "ready"),
        ("sore-from-yesterday", "no"),
        ("where-is-it", "buttock"),
        ("direction-moved", "the same"),
        ("neutral-moved", "the same"),
        ("learn-topic", "everything"),
    ]
}

pub(crate) fn lines(trace: &Trace) -> Vec<&str> {
    trace.entries.iter().filter_map(text).collect()
}

pub(crate) fn ended(trace: &Trace, ending: Ending) {
    assert_eq!(trace.ending, ending, "\n{}", written(trace));
}
