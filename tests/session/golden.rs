//! The timeline of every shipped session, frame by frame. `UPDATE=1` writes them anew: read the difference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// `taste.txt`; sessions of other languages than English are called the same in each.
fn golden(plan: &Plan) -> PathBuf {
    let language = if &*plan.language == "en" { String::new() } else { format!(".{}", plan.language) };
    folder().join(format!("{}{language}.txt", plan.id))
}

#[test]
fn every_shipped_session_keeps_its_timeline() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut complaints = Vec::new();
    for plan in shipped() {
        let (path, found) = (golden(plan), written(&recorded(plan)));
        if update {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&path, &found).unwrap();
        }
        complaints.extend(differs(&path, fs::read_to_string(&path).ok().as_deref(), &found));
    }
    assert!(complaints.is_empty(), "UPDATE=1 accepts\n{}", complaints.join("\n"));
}

fn differs(path: &Path, wanted: Option<&str>, found: &str) -> Option<String> {
    let path = path.display();
    let Some(wanted) = wanted else { return Some(format!("{path}: there is no golden timeline")) };
    let mut lines = wanted.lines().map(Some).chain([None]).zip(found.lines().map(Some).chain([None]));
    let at = lines.position(|(wanted, found)| wanted != found)?;
    let [wanted, found] = [wanted, found].map(|text| text.lines().nth(at));
    Some(format!("{path}:{}: expected {wanted:?}, found {found:?}", at + 1))
}

#[test]
fn a_timeline_that_is_missing_or_differs_is_named_with_its_line() {
    let differs = |wanted, found| differs(Path::new("a.txt"), wanted, found).unwrap_or_default();
    assert_eq!(differs(Some("a\nb\n"), "a\nb\n"), "");
    assert_eq!(differs(None, "a"), "a.txt: there is no golden timeline");
    assert_eq!(differs(Some("a\nb"), "a\nc"), "a.txt:2: expected Some(\"b\"), found Some(\"c\")");
    assert_eq!(differs(Some("a\nb"), "a"), "a.txt:2: expected Some(\"b\"), found None");
    assert_eq!(differs(Some("a"), "a\nb"), "a.txt:2: expected None, found Some(\"b\")");
}

#[test]
fn every_golden_timeline_belongs_to_a_session() {
    let known: Vec<PathBuf> = shipped().iter().map(|plan| golden(plan)).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        // Those belong to `quarter.rs`.
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("quarter-")) {
            continue;
        }
        assert!(known.contains(&path), "{}: there is no such session", path.display());
    }
}

/// The last line of `matside show`, as a person reads it.
#[test]
fn show_prints_a_total_within_the_minutes_of_the_session() {
    let empty = tempfile::tempdir().unwrap();
    for session in SHIPPED.sessions() {
        let (id, language) = (session.id.as_str(), session.item.language.as_str());
        let mut show = Command::new(env!("CARGO_BIN_EXE_matside"));
        show.env("XDG_CONFIG_HOME", empty.path()).args(["show", id, "--language", language]);
        let shown = String::from_utf8(show.output().unwrap().stdout).unwrap();
        let total =
            shown.lines().last().and_then(|line| line.trim().split_once("  total, ")).map(|(at, _)| at);
        let total =
            total.and_then(|at| at.split_once(':')).unwrap_or_else(|| panic!("{id}: no total: {shown}"));
        let minutes = total.0.parse::<f64>().unwrap() + total.1.parse::<f64>().unwrap() / 60.0;
        let [least, most] = session.item.minutes.value.0;
        assert!(
            least <= minutes && minutes <= most,
            "{id} ({language}): {minutes:.1} of {least} to {most} minutes"
        );
    }
}

#[test]
fn the_planned_length_is_the_length_of_the_recording() {
    for plan in shipped() {
        assert_eq!(plan.length(), recorded(plan).length, "{}", plan.id);
    }
}

/// Nothing said overlaps anything else said, and every onset of a repetition is on the beat.
#[test]
fn no_line_begins_before_the_one_before_it_has_ended() {
    for plan in shipped() {
        let mut free = Frames::ZERO;
        for entry in &recorded(plan).entries {
            if let What::Sound(_, length) = &entry.what {
                assert!(entry.at >= free, "{}: {entry:?} begins before {free}", plan.id);
                free = entry.at + *length;
            }
        }
    }
}
