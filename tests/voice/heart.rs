//! The natural voice with its real weights. Left out, with a word, where they are not installed.

use super::*;
use matside::voice::Heart;

/// The phonemes of "Let your breath slow down."
const BREATH: [i64; 27] = [
    0, 54, 156, 86, 62, 16, 52, 135, 123, 16, 44, 123, 156, 86, 119, 16, 61, 54, 156, 31, 16, 46, 157, 39,
    56, 4, 0,
];

/// The folder of the voice, if it is there: `$MATSIDE_VOICES/heart` or where the program installs it.
pub(crate) fn folder() -> Option<PathBuf> {
    pack("heart")
}

/// The same for another voice.
pub(crate) fn pack(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("MATSIDE_VOICES").map(PathBuf::from);
    let data = || std::env::var_os("XDG_DATA_HOME").map(|data| PathBuf::from(data).join("matside/voices"));
    let home =
        || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share/matside/voices"));
    let folder = named.or_else(data).or_else(home)?.join(name);
    if folder.join("voice.toml").exists() {
        return Some(folder);
    }
    eprintln!("left out: no voice in `{}`", folder.display());
    None
}

fn seconds(heart: &mut Heart, speed: f32) -> f32 {
    let pcm = heart.speak(&BREATH, speed).expect("speech");
    pcm.samples.len() as f32 / pcm.rate as f32
}

fn refused(heart: &mut Heart, ids: &[i64], speed: f32) -> String {
    heart.speak(ids, speed).expect_err("nothing to say").to_string()
}

#[test]
fn a_line_is_speech_and_always_the_same() {
    let Some(folder) = folder() else { return };
    let mut heart = Heart::new(&folder);
    let first = heart.speak(&BREATH, 1.0).expect("speech");
    assert_eq!(first.rate, 24_000);
    let peak = first.samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
    assert!((0.05..1.0).contains(&peak), "{peak}");
    assert_eq!(heart.speak(&BREATH, 1.0).expect("speech"), first);
    assert_eq!(Heart::new(&folder).speak(&BREATH, 1.0).expect("speech"), first);
}

#[test]
fn length_follows_speed() {
    let Some(folder) = folder() else { return };
    let mut heart = Heart::new(folder);
    let usual = seconds(&mut heart, 1.0);
    assert!((1.5..2.5).contains(&usual), "{usual}");
    for speed in [0.7, 0.8, 1.25, 1.5] {
        let length = seconds(&mut heart, speed);
        assert!((length * speed / usual - 1.0).abs() < 0.08, "{usual} s at 1, {length} s at {speed}");
    }
}

#[test]
fn what_it_cannot_say_is_an_error() {
    let Some(folder) = folder() else { return };
    let mut heart = Heart::new(folder);
    assert!(refused(&mut heart, &[0, 0], 1.0).contains("0 phonemes at once"));
    assert!(refused(&mut heart, &[54; 403], 1.0).contains("401 phonemes at once"));
    assert!(refused(&mut heart, &[0, 178, 0], 1.0).contains("`178` is no phoneme"));
    assert!(refused(&mut heart, &[0, -1, 0], 1.0).contains("`-1` is no phoneme"));
    assert!(refused(&mut heart, &BREATH, 0.0).contains("`0` is no speed"));
    assert!(refused(&mut heart, &BREATH, f32::NAN).contains("`NaN` is no speed"));
    assert!(heart.speak(&[54; 402], 1.0).is_ok());
}

#[test]
fn damaged_weights_are_an_error() {
    let Some(folder) = folder() else { return };
    let whole = std::fs::read(folder.join("hibari.onnx")).expect("weights");
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::copy(folder.join("voice.toml"), dir.path().join("voice.toml")).expect("copied");
    let complain = |bytes: &[u8]| {
        std::fs::write(dir.path().join("hibari.onnx"), bytes).expect("written");
        let error = Heart::new(dir.path()).speak(&BREATH, 1.0).expect_err("damaged");
        assert!(matches!(error, VoiceError::Weights { .. }), "{} bytes: {error}", bytes.len());
    };
    for kept in [0, 1, 1_000, whole.len() / 2, whole.len() - 1] {
        complain(&whole[..kept]);
    }
    let mut torn = whole.clone();
    torn[..4_096].fill(0xff);
    complain(&torn);
    torn.clone_from(&whole);
    torn[whole.len() / 2] ^= 1;
    complain(&torn);
}

#[test]
fn no_voice_is_an_error() {
    let error = Heart::new("/nowhere/heart").speak(&BREATH, 1.0).expect_err("nothing there").to_string();
    assert!(error.contains("/nowhere/heart/") && error.contains("matside voices install heart"), "{error}");
}

/// Stands in for a voice that has spoken before.
struct Before(String);

impl Synth for Before {
    fn id(&self) -> String {
        self.0.clone()
    }

    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        Tone::new(24_000).0.synth(line)
    }
}

#[test]
fn what_is_in_the_cache_never_loads_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let voice = dir.path().join("heart");
    std::fs::create_dir(&voice).expect("a directory");
    // All its files are listed, and none is there.
    std::fs::write(voice.join("voice.toml"), "weights = \"hibari.onnx\"\nfile = []\n").expect("written");
    let cache = || Some(Cache::new(dir.path().join("cache"), 1 << 20));
    let id = Heart::new(&voice).id();
    let before = Studio::new(Box::new(Before(id)), cache()).clip(&line("one")).expect("a clip");
    let mut studio = Studio::new(Box::new(Heart::new(&voice)), cache());
    assert_eq!(studio.clip(&line("one")).expect("a clip"), before);
    assert!(studio.clip(&line("two")).is_err(), "it cannot speak");
}
