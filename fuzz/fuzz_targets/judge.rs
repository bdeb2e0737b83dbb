//! What every target asks of the core. Everything that works on a library belongs here, so that each target fuzzes it.

use std::sync::Arc;

use matside::diagnostic::{Diagnostic, Layer, Sources, render};
use matside::frames::Frames;
use matside::runner::{Command, Event, Note, Options};
use matside::script::{Library, check};
use matside::timeline::{self, Entry, Nobody, What};

macro_rules! base_files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../tests/bad/base/", $path)))),*]
    };
}

const LONGEST: Frames = Frames::from_secs(1_800);

const BASE: &[(&str, &str)] = base_files![
    "daily.toml",
    "exercises/bridge.toml",
    "exercises/leg-stretch.toml",
    "exercises/walk.toml",
    "check-ins/pain-now.toml",
    "check-ins/which-side.toml",
    "phrases/en.toml",
];

/// The sound files of the tests.
pub fn base() -> Sources {
    let mut sources = Sources::new();
    for (path, text) in BASE {
        sources.add(*path, text, Layer::Shipped);
    }
    sources
}

pub fn judge(sources: Sources, mut diagnostics: Vec<Diagnostic>) {
    let (library, found) = Library::read(sources);
    diagnostics.extend(found);
    diagnostics.extend(check::check(&library));
    for found in &diagnostics {
        let source = library.sources().get(found.source).expect("a place in a known file");
        assert!(source.text.get(found.span.clone()).is_some(), "a place outside the file: {found:?}");
    }
    let _drawn = render(&diagnostics, library.sources(), false);
    perform(&library, diagnostics.iter().all(|found| !found.is_error()));
}

/// Somebody who wants to stop whenever anything is asked.
fn stops(entry: &Entry) -> Vec<(Frames, Event)> {
    let asked = matches!(entry.what, What::Note(Note::Asked { .. }));
    asked.then_some((Frames::from_secs(1), Event::Command(Command::Stop))).into_iter().collect()
}

/// Plans every session, and performs those that are not too long for a fuzzer's patience.
fn perform(library: &Library, sound: bool) {
    for session in library.sessions() {
        let plan = match timeline::plan(library, session) {
            Ok(plan) => plan,
            Err(error) => {
                assert!(!sound, "nothing is wrong with `{}`, and yet: {error}", session.id);
                continue;
            }
        };
        let _advice = timeline::lint(session, &plan);
        if plan.length() > LONGEST {
            continue;
        }
        let plan = Arc::new(plan);
        for recorded in [true, false] {
            let options = Options { recorded, ..Options::default() };
            let trace = timeline::trace(&plan, options, None, &mut Nobody, &mut |line| line.estimate());
            let _captions = timeline::vtt(&trace);
        }
        let _stopped =
            timeline::trace(&plan, Options::default(), None, &mut stops, &mut |line| line.estimate());
    }
}
