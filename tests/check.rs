//! Broken files and what the check says about them: `tests/bad/NAME.toml`, or a folder `tests/bad/NAME/` of several
//! files, beside `tests/bad/NAME.stderr`; `UPDATE=1` rewrites the expectations. Every case is checked together with
//! the sound files of `tests/bad/base/`. And properties that must hold for any text.

mod tree;

use std::path::{Path, PathBuf};

use matside::diagnostic::{Diagnostic, Layer, Sources, render};
use matside::script::{Library, check};
use proptest::prelude::*;

fn bad() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions")
}

fn base() -> Sources {
    let mut sources = Sources::new();
    let unreadable = tree::add(&mut sources, &bad().join("base"), &bad().join("base"), Layer::Shipped);
    assert!(unreadable.is_empty());
    sources
}

fn checked(sources: Sources, mut diagnostics: Vec<Diagnostic>) -> (Library, Vec<Diagnostic>) {
    let (library, found) = Library::read(sources);
    diagnostics.extend(found);
    diagnostics.extend(check::check(&library));
    (library, diagnostics)
}

fn drawn(sources: Sources, unreadable: Vec<Diagnostic>) -> String {
    let (library, diagnostics) = checked(sources, unreadable);
    render(&diagnostics, library.sources(), false)
}

/// The cases: files and folders with their names.
fn cases() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(bad()).expect("tests/bad");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let cases = paths.filter(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "toml"));
    let named = cases.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)));
    let mut cases: Vec<_> = named.filter(|(name, _)| name != "base").collect();
    cases.sort();
    cases
}

#[test]
fn bad_files_get_their_errors() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut differing = Vec::new();
    for (name, path) in cases() {
        let mut sources = base();
        let unreadable = tree::add(&mut sources, &bad(), &path, Layer::Named);
        let found = drawn(sources, unreadable);
        let expected = bad().join(format!("{name}.stderr"));
        if update {
            std::fs::write(&expected, &found).expect("the expectation can be written");
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        if found != wanted {
            differing.push(format!("--- {name}: expected\n{wanted}--- {name}: found\n{found}"));
        }
        assert!(found.contains(": error: ") || found.contains(": warning: "), "`{name}` is not bad");
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 rewrites the expectations", differing.join("\n"));
}

#[test]
fn every_expectation_has_a_case() {
    let names: Vec<String> = cases().into_iter().map(|(name, _)| name).collect();
    for entry in std::fs::read_dir(bad()).expect("tests/bad") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "stderr") {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            assert!(names.iter().any(|case| case == name), "nothing makes `{name}.stderr`");
        }
    }
}

#[test]
fn the_base_and_the_shipped_files_are_sound() {
    assert_eq!(drawn(base(), Vec::new()), "");
    let mut sources = Sources::new();
    let unreadable = tree::add(&mut sources, &shipped(), &shipped(), Layer::Shipped);
    assert_eq!(drawn(sources, unreadable), "");
}

/// Checks `text` as a file of each kind together with the base, and draws the findings.
fn checks_without_panic(text: &str) -> Vec<usize> {
    let paths = [
        "x.toml",
        "exercises/bridge.toml",
        "check-ins/pain-now.toml",
        "programmes/x.toml",
        "phrases/en.toml",
    ];
    let errors = paths.map(|path| {
        let mut sources = base();
        sources.add(path, text, Layer::Named);
        let (library, diagnostics) = checked(sources, Vec::new());
        for found in &diagnostics {
            let source = library.sources().get(found.source).expect("the place is in a known file");
            let inside = source.text.get(found.span.clone());
            assert!(inside.is_some(), "{:?} lies outside {}", found, source.path);
        }
        let drawn = render(&diagnostics, library.sources(), false);
        assert!(drawn.lines().filter(|line| line.contains(": error: ")).all(has_place), "{drawn}");
        diagnostics.iter().filter(|found| found.is_error()).count()
    });
    errors.to_vec()
}

/// `path:line:column: error: …`
fn has_place(line: &str) -> bool {
    let mut parts = line.split(':').skip(1);
    let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<usize>().is_ok_and(|n| n > 0));
    number(parts.next()) && number(parts.next())
}

fn seeds() -> Vec<String> {
    let folders = [shipped(), bad()];
    let paths = folders.iter().flat_map(|folder| tree::files(folder));
    paths.map(|path| String::from_utf8_lossy(&std::fs::read(path).expect("readable")).into_owned()).collect()
}

/// What a slip of the keyboard puts into a file.
const SLIPS: &[&str] = &[
    "",
    "\"",
    "[",
    "]]",
    "[[step]]\n",
    "=",
    "\n",
    "0",
    "-1",
    "1e999",
    "99999999999999999999",
    "{{",
    "}}",
    "{% if",
    "\\",
    "\u{1F9D8}",
    "\r\n",
    "\u{0}",
    "\"\"\"",
    "nan",
    "hold = \"0s\"\n",
    ", ",
    ".",
    "1979-05-27",
    "pain",
    "#",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked_without_panic(text in "\\PC{0,200}") {
        checks_without_panic(&text);
    }

    #[test]
    fn any_mutation_of_real_files_is_checked_without_panic(
        seed in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, prop::sample::select(SLIPS)), 1..5),
    ) {
        let seeds = seeds();
        let mut text: Vec<char> = seeds[seed.index(seeds.len())].chars().collect();
        for (at, length, slip) in cuts {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, slip.chars());
        }
        checks_without_panic(&text.into_iter().collect::<String>());
    }

    #[test]
    fn what_is_not_toml_has_an_error_in_every_kind(text in "[a-z]{1,9} [=\\[\"']{1,3}[a-z \\n=\\[\\]\"']{0,60}") {
        if text.parse::<toml::Table>().is_err() {
            for errors in checks_without_panic(&text) {
                prop_assert!(errors > 0);
            }
        }
    }
}
