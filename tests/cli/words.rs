//! `matside check --voice`: the words that a voice has to guess, on a voice of two words of our own making.

use std::fs;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::user::{TINY, User};

const MANIFEST: &str = r#"
name = "small"
engine = "hibari"
language = "en-US"
about = "for tests"
licence = "CC0-1.0"
rate = 24000
weights = "none.onnx"
file = []
"#;
const TABLES: &str = r#"{"months":{},"titles":{},"abbreviations":{},"units":{},"currency":{},"symbols":{},
    "roman_cardinal":[],"roman_ordinal":[]}"#;
const TAGGER: &str = r#"{"tags":["NN","."],"tagdict":{".":"."},"vocab":[],"weights":{"b":{"NN":0.5}}}"#;

fn packed(text: &str) -> Vec<u8> {
    let mut bytes = GzEncoder::new(Vec::new(), Compression::fast());
    bytes.write_all(text.as_bytes()).unwrap();
    bytes.finish().unwrap()
}

/// Somebody with a voice that knows "go" and "on", and a session that says more.
fn user() -> User {
    let user = User::new();
    let voice = user.path("home/.local/share/matside/voices/small");
    fs::create_dir_all(&voice).unwrap();
    let files = [
        ("voice.toml", MANIFEST.into()),
        ("lexicon_us_gold.json.gz", packed(r#"{"go":"ɡˈO","on":"ˈɔn"}"#)),
        ("lexicon_us_silver.json.gz", packed("{}")),
        ("tagger.json.gz", packed(TAGGER)),
        ("tokenizer_exceptions.json", b"{}".to_vec()),
        ("normalize.json", TABLES.into()),
        ("vocab.json", r#"{".":4," ":16,"n":56,"ˈ":156,"ɡ":92,"O":31,"ɔ":76}"#.into()),
    ];
    for (name, bytes) in files {
        fs::write(voice.join(name), bytes).unwrap();
    }
    user
}

#[test]
fn guessed_words_are_listed_with_their_place_until_they_are_put_right() {
    let user = user();
    user.write("fnords.toml", &TINY.replace("Go on.", "Go on {{ done }} fnords, on fnords."));
    let file = user.path("config/matside/fnords.toml");
    let file = file.to_str().unwrap();
    let said = |seen: &crate::user::Seen| seen.err.lines().any(|line| line.contains("`fnords`"));
    let seen = user.run(&["check", "--voice", "small", file]);
    assert_eq!(seen.code, 0, "{}", seen.err);
    let place = format!("{file}:10:25: warning: the voice `small` does not know `fnords`");
    assert_eq!(seen.err.matches(&place).count(), 1, "{}", seen.err);
    assert_eq!(seen.err.matches("does not know `fnords`").count(), 1, "{}", seen.err);
    assert!(!seen.err.contains("`Go`") && seen.err.contains("`Done`"), "{}", seen.err);
    assert!(!said(&user.run(&["check", file])), "without a voice nothing is guessed");
    user.write("pronounce.toml", "fnords = \"nˈɔn\"\n");
    assert!(!said(&user.run(&["check", "--voice", "small", file])), "put right");
    user.write("pronounce.toml", "fnords = \"xyz\"\n");
    let seen = user.run(&["check", "--voice", "small", file]);
    assert!(seen.code == 1 && seen.err.contains("`fnords` has `x`"), "{}", seen.err);
}

#[test]
fn a_named_file_in_another_language_is_an_error() {
    let user = user();
    user.write("deutsch.toml", &TINY.replace("\"en\"", "\"de\""));
    let file = user.path("config/matside/deutsch.toml");
    let seen = user.run(&["check", "--voice", "small", file.to_str().unwrap()]);
    assert!(seen.code == 6 && seen.err.contains("the voice `small` does not speak `de`"), "{}", seen.err);
    // The shipped files are in several languages.
    assert!(!user.run(&["check", "--voice", "small"]).err.contains("does not speak"));
}

#[test]
fn a_voice_without_words_says_so() {
    for voice in ["espeak", "tick"] {
        let seen = user().run(&["check", "--voice", voice]);
        assert!(
            seen.code == 1 && seen.err.contains(&format!("`{voice}` has no list of words")),
            "{}",
            seen.err
        );
    }
    let seen = user().run(&["check", "--voice", "hearts"]);
    assert!(seen.code == 1 && seen.err.contains("`hearts`"), "{}", seen.err);
}
