//! Several files at once: the bytes are split at NUL, and the first byte of each part chooses its path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use matside::diagnostic::{Layer, Sources};

mod judge;

const PATHS: &[&str] = &[
    "one.toml",
    "two.toml",
    "de/one.toml",
    "exercises/bridge.toml",
    "exercises/leg-stretch.toml",
    "check-ins/pain-now.toml",
    "check-ins/which-side.toml",
    "programmes/x.toml",
    "phrases/en.toml",
    "phrases/de.toml",
];

fuzz_target!(|bytes: &[u8]| {
    let mut sources =
        if bytes.first().is_some_and(|b| b.is_ascii_lowercase()) { judge::base() } else { Sources::new() };
    let mut unreadable = Vec::new();
    for part in bytes.split(|b| *b == 0).take(12) {
        let Some((first, text)) = part.split_first() else {
            continue;
        };
        let path = PATHS[usize::from(*first) % PATHS.len()];
        unreadable.extend(sources.add_bytes(path, text, Layer::Named).err());
    }
    judge::judge(sources, unreadable);
});
