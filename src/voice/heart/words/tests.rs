//! Whole sentences against the words of an installed pack; left out, with a word, where there is none. The faults of
//! a pack against one of our own making, which is always there.

use super::*;

fn pack(corrections: Corrections) -> Option<Words> {
    let named = std::env::var_os("MATSIDE_VOICES").map(PathBuf::from);
    let data = || std::env::var_os("XDG_DATA_HOME").map(|data| PathBuf::from(data).join("matside/voices"));
    let home =
        || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share/matside/voices"));
    let folder = named.or_else(data).or_else(home)?.join("heart");
    if folder.join("vocab.json").exists() {
        return Some(Words::open(&folder, corrections).unwrap());
    }
    eprintln!("left out: no voice in `{}`", folder.display());
    None
}

/// The smallest pack: two words, and a net that is none.
fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed = |text: &str| {
        let mut bytes = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut bytes, text.as_bytes()).unwrap();
        bytes.finish().unwrap()
    };
    let tables = r#"{"months":{},"titles":{},"abbreviations":{},"units":{},"currency":{},"symbols":{},
        "roman_cardinal":[],"roman_ordinal":[]}"#;
    let tagger = r#"{"tags":["NN","."],"tagdict":{".":"."},"vocab":[],"weights":{"b":{"NN":0.5}}}"#;
    let files = [
        ("lexicon_us_gold.json.gz", packed(r#"{"knee":"nˈi","bend":{"DEFAULT":"bˈɛnd","NOUN":null}}"#)),
        ("lexicon_us_silver.json.gz", packed("{}")),
        ("tagger.json.gz", packed(tagger)),
        ("tokenizer_exceptions.json", b"{}".to_vec()),
        ("normalize.json", tables.into()),
        ("vocab.json", r#"{".":4," ":16,"n":56,"i":51,"ˈ":156,"z":68}"#.into()),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn opened(folder: &Path) -> Result<Words, WordsError> {
    Words::open(folder, Corrections::default())
}

#[test]
fn known_words_are_read_and_numbered() {
    let folder = small();
    let mut words = opened(folder.path()).unwrap();
    assert_eq!(words.phonemes("Knees.").unwrap(), ["nˈiz."]);
    assert_eq!(words.ids("nˈi?"), [0, 56, 156, 51, 0]);
    assert_eq!(words.unknown_words("Knee, elbow-knee or 'elbow'."), ["elbow-knee", "or", "elbow"]);
    assert!(words.phonemes(" \n ").unwrap().is_empty());
}

#[test]
fn compiled_once_and_again_when_it_is_damaged_or_a_source_changes() {
    let folder = small();
    let compiled = folder.path().join("words.compiled");
    opened(folder.path()).unwrap();
    let before = std::fs::read(&compiled).unwrap();
    std::fs::write(&compiled, &before[..before.len() / 2]).unwrap();
    assert_eq!(opened(folder.path()).unwrap().phonemes("knee").unwrap(), ["nˈi"]);
    assert_eq!(std::fs::read(&compiled).unwrap(), before);
    std::fs::write(folder.path().join("vocab.json"), r#"{"n":1}"#).unwrap();
    assert_eq!(opened(folder.path()).unwrap().ids("n"), [0, 1, 0]);
}

#[test]
fn corrections_win_and_are_checked() {
    let folder = small();
    let mut corrections = Corrections::default();
    corrections.add("own.toml", "knee = \"inˈi\"").unwrap();
    let with = |corrections: &Corrections| Words::open(folder.path(), corrections.clone());
    assert_eq!(with(&corrections).unwrap().phonemes("Knees").unwrap(), ["inˈiz"]);
    assert_ne!(corrections.digest(), Corrections::default().digest());
    corrections.add("own.toml", "hip = \"hˈɪp\"").unwrap();
    let error = with(&corrections).err().unwrap().to_string();
    assert!(error.contains("`hip`") && error.contains("`h`"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    for name in ["lexicon_us_gold.json.gz", "tagger.json.gz", "vocab.json"] {
        let folder = small();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        let error = opened(folder.path()).err().unwrap();
        assert!(matches!(error, WordsError::Missing(_)), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_damaged_file_is_named() {
    for name in ["lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz", "tagger.json.gz", "normalize.json"] {
        let folder = small();
        let path = folder.path().join(name);
        let whole = std::fs::read(&path).unwrap();
        for kept in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..kept]).unwrap();
            let error = opened(folder.path()).err().unwrap();
            assert!(matches!(error, WordsError::Damaged { .. }), "{error:?}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }
    // Nor is a net read that is not listed with its hash.
    let folder = small();
    let error = opened(folder.path()).unwrap().phonemes("elbow").unwrap_err();
    assert!(matches!(error, WordsError::Damaged { .. }) && error.to_string().contains("oov.json"), "{error}");
}

#[test]
fn neighbours_change_small_words() {
    let Some(mut words) = pack(Corrections::default()) else { return };
    let mut said = |text| words.phonemes(text).unwrap().join("|");
    assert_eq!(said("The arm, the knee."), "ði ˈɑɹm, ðə nˈi.");
    assert_eq!(said("To ease, to bend."), "tʊ ˈiz, tə bˈɛnd.");
    assert_eq!(said("Breathe in. Hands in front."), "bɹˈið ˈɪn.|hˈændz ɪn fɹˈʌnt.");
    assert_eq!(said("Please answer yes or no."), "plˈiz ˈænsəɹ jˈɛs ɔɹ nˈO.");
    assert_eq!(said("To the point: 2.5."), "tə ðə pˈYnt: tˈu pYnt fˈIv.");
}

#[test]
fn every_word_reaches_the_phonemes() {
    let Some(mut words) = pack(Corrections::default()) else { return };
    let hard = [
        "Hold for 20-30 seconds, 2x a day, at 90°.",
        "A 45-second hold, 8-12 times, pain 4/10.",
        "Level L4-L5, E8a, 3×10, ½ of it & more @ 5%.",
        "Piriformis, McKenzie and quadratus lumborum zygomorphs and/or \"sciatica\".",
        "On 3 March 2026 at 7:30 p.m. it's $9.99 – or £5 – for 1,250 of the 1980s' km/h.",
        "Straße, naïve, Москва, x_y, don't, they'd've, O'Brien's, rock'n'roll, e.g. U.S. -5 °C.",
    ];
    for sentence in hard {
        for reading in words.readings(sentence).unwrap() {
            let silent = !reading.text.contains(char::is_alphanumeric);
            assert!(silent || is_heard(&reading.phonemes), "{sentence}: {reading:?}");
            assert!(!reading.text.contains(|c: char| c.is_ascii_digit()), "{sentence}: {reading:?}");
        }
    }
}

#[test]
fn any_text_is_read_without_panic() {
    let folder = small();
    let words = opened(folder.path()).unwrap();
    proptest::proptest!(|(text in "[\\PC\n]{0,60}", dense in "[-0-9a-zA-Z.,:/'$%°–() ]{0,40}")| {
        words.unknown_words(&text);
        words.unknown_words(&dense);
    });
}
