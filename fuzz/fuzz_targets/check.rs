//! Any bytes as one file of each kind, beside sound files of every kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use matside::diagnostic::Layer;

mod judge;

/// New names and one that replaces a sound file.
const PATHS: &[&str] =
    &["x.toml", "exercises/bridge.toml", "exercises/x.toml", "check-ins/x.toml", "programmes/x.toml"];

fuzz_target!(|bytes: &[u8]| {
    let mut sources = judge::base();
    let mut unreadable = Vec::new();
    for path in PATHS {
        unreadable.extend(sources.add_bytes(*path, bytes, Layer::Named).err());
    }
    // Broken phrases silence many rules, so only what looks like phrases takes their place.
    if bytes.windows(7).any(|window| window == b"numbers") {
        unreadable.extend(sources.add_bytes("phrases/en.toml", bytes, Layer::Named).err());
    }
    judge::judge(sources, unreadable);
});
