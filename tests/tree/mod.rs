//! Folders of session files, read for the tests.

use std::path::{Path, PathBuf};

use matside::diagnostic::{Diagnostic, Layer, Sources};
use matside::script::is_script;

/// Every session file below `folder`, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path));
        } else if is_script(&path) {
            found.push(path);
        }
    }
    found
}

/// Adds the files below `path`, or the file itself, under their paths within `root`.
#[allow(dead_code, reason = "each test file uses a part of this module")]
pub fn add(sources: &mut Sources, root: &Path, path: &Path, layer: Layer) -> Vec<Diagnostic> {
    let paths = if path.is_dir() { files(path) } else { vec![path.to_owned()] };
    let add = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a readable file");
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        sources.add_bytes(name, &bytes, layer).err()
    };
    paths.into_iter().filter_map(add).collect()
}
