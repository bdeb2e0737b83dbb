//! Any bytes as one file of each kind, beside sound files of every kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use matside::diagnostic::{Layer, Sources};

mod judge;

const PATHS: &[&str] =
    &["x.toml", "exercises/bridge.toml", "check-ins/pain-now.toml", "programmes/x.toml", "phrases/en.toml"];

fuzz_target!(|bytes: &[u8]| {
    for path in PATHS {
        let mut sources = judge::base();
        let unreadable = sources.add_bytes(*path, bytes, Layer::Named).err();
        judge::judge(sources, unreadable.into_iter().collect());
    }
    // Without anything beside it, a lone file must be judged too.
    let mut alone = Sources::new();
    let unreadable = alone.add_bytes("x.toml", bytes, Layer::Named).err();
    judge::judge(alone, unreadable.into_iter().collect());
});
