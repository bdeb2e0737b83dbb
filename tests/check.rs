//! Broken files and what the check says about them: `tests/bad/NAME.toml`, or a folder `tests/bad/NAME/` of several
//! files, beside `tests/bad/NAME.stderr`; `UPDATE=1` rewrites the expectations. Every case is checked together with
//! the sound files of `tests/bad/base/`. And properties that must hold for any text.

mod tree;

use std::path::{Path, PathBuf};

use matside::diagnostic::{Diagnostic, Layer, Sources, render};
use matside::script::{Library, check};

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
