//! Whether something can speak.

use std::path::Path;

use crate::packs::{Manifest, PackError};

use super::Finding;

const ABOUT: &str = "voice";

/// A voice of files, which `found` is or is not.
pub fn pack(name: &str, found: Result<Option<(std::path::PathBuf, Manifest)>, PackError>) -> Finding {
    let cure = format!("matside voices install {name}");
    match found {
        Ok(None) => Finding::fault(ABOUT, format!("`{name}` is not installed"), cure),
        Err(error) => Finding::fault(ABOUT, error.to_string(), cure),
        Ok(Some((dir, pack))) => match pack.verify(&dir) {
            Ok(()) => Finding::good(ABOUT, format!("`{name}` is whole: {}", dir.display())),
            Err(error) => Finding::fault(ABOUT, error.to_string(), cure),
        },
    }
}

/// The program that speaks when nothing else does; `paths` are the folders of programs.
pub fn program(name: &'static str, paths: Option<&std::ffi::OsStr>) -> Finding {
    let has = |dir: &Path| dir.join(name).is_file();
    let found = paths.is_some_and(|paths| std::env::split_paths(paths).any(|dir| has(&dir)));
    if found {
        return Finding::good(ABOUT, format!("`{name}` stands in when another voice fails"));
    }
    let found = format!("`{name}` is not there to stand in when another voice fails");
    Finding::doubt(ABOUT, found, format!("sudo apt-get install {name}"))
}
