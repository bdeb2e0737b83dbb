//! What every target asks of the core. Everything that works on a library belongs here, so that each target fuzzes it.

use matside::diagnostic::{Diagnostic, Layer, Sources, render};
use matside::script::{Library, check};

macro_rules! base_files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../tests/bad/base/", $path)))),*]
    };
}

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
    render(&diagnostics, library.sources(), false);
    // The planner goes here: where nothing above is an error, every session of the library must have a plan.
}
