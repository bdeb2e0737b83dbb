//! Text to the ids of a Piper net. Owns what its description says, and how sentences are cut into clauses.
//! Must not know how phonemes are found.

use std::collections::HashMap;

use serde::Deserialize;

use super::net::Settings;

/// Around a sentence, and between all its phonemes.
const BEGIN: &str = "^";
const END: &str = "$";
const BETWEEN: &str = "_";

/// The `.onnx.json` file beside the net.
#[derive(Deserialize)]
pub struct Config {
    audio: Audio,
    espeak: Voice,
    #[serde(default)]
    inference: Inference,
    phoneme_id_map: HashMap<String, Vec<i32>>,
    #[serde(default)]
    num_speakers: usize,
}

#[derive(Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct Voice {
    voice: String,
}

/// Where a file says nothing, the values that such voices were trained to be used with.
#[derive(Deserialize)]
#[serde(default)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for Inference {
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

impl Config {
    /// # Errors
    /// In words, when the bytes are no such description.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let config: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        for name in [BEGIN, END, BETWEEN] {
            if !config.phoneme_id_map.contains_key(name) {
                return Err(format!("its phonemes lack `{name}`"));
            }
        }
        Ok(config)
    }

    pub fn rate(&self) -> u32 {
        self.audio.sample_rate
    }

    pub fn speakers(&self) -> usize {
        self.num_speakers
    }

    pub fn espeak_voice(&self) -> &str {
        &self.espeak.voice
    }

    pub fn settings(&self) -> Settings {
        let Inference { noise_scale, length_scale, noise_w } = self.inference;
        Settings { noise: noise_scale, length: length_scale, noise_of_length: noise_w }
    }

    /// # Errors
    /// The language, when it is not this voice's.
    pub fn speaks(&self, language: &str) -> Result<(), String> {
        let main = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        if main(language) == main(&self.espeak.voice) { Ok(()) } else { Err(language.to_owned()) }
    }

    /// # Errors
    /// In words, when it knows none of `phonemes`.
    pub fn ids(&self, phonemes: &str) -> Result<Vec<i32>, String> {
        let id = |name: &str| self.phoneme_id_map.get(name).into_iter().flatten().copied();
        let mut ids: Vec<i32> = id(BEGIN).chain(id(BETWEEN)).collect();
        let least = ids.len();
        let mut name = [0; 4];
        for phoneme in phonemes.chars().flat_map(apart) {
            let known: Vec<i32> = id(phoneme.encode_utf8(&mut name)).collect();
            if !known.is_empty() {
                ids.extend(known);
                ids.extend(id(BETWEEN));
            }
        }
        if ids.len() == least {
            return Err(format!("it has no sounds for `{phonemes}`"));
        }
        ids.extend(id(END));
        Ok(ids)
    }
}

/// The nets learnt decomposed characters; of those that espeak-ng writes, this is the only composed one.
fn apart(phoneme: char) -> impl Iterator<Item = char> {
    let (first, second) = if phoneme == 'ç' { ('c', Some('\u{327}')) } else { (phoneme, None) };
    std::iter::once(first).chain(second)
}

/// A part of a sentence, and the mark at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub words: String,
    pub mark: char,
}

/// The sentences of `text` in clauses. espeak-ng tells no marks, but the net makes its pauses and its melody of them.
pub fn sentences(text: &str) -> Vec<Vec<Clause>> {
    let mut sentences = vec![Vec::new()];
    let mut words = String::new();
    let mut rest = text.trim().chars().peekable();
    while let Some(c) = rest.next() {
        let ends = rest.peek().is_none_or(|next| next.is_whitespace());
        if !(ends && ",;:.?!".contains(c)) {
            words.push(c);
        } else if let Some(sentence) = sentences.last_mut().filter(|_| words.contains(char::is_alphanumeric))
        {
            sentence.push(Clause { words: std::mem::take(&mut words).trim().to_owned(), mark: c });
            if ".?!".contains(c) {
                sentences.push(Vec::new());
            }
        }
    }
    if let Some(sentence) = sentences.last_mut().filter(|_| words.contains(char::is_alphanumeric)) {
        sentence.push(Clause { words: words.trim().to_owned(), mark: '.' });
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Adds what espeak-ng says of a clause: without its remarks on languages, on one line, with the clause's mark.
pub fn join(phonemes: &mut String, said: &str, mark: char) {
    let mut remark = false;
    let bare: String = said
        .chars()
        .filter(|c| {
            remark |= *c == '(';
            let keep = !remark;
            remark &= *c != ')';
            keep
        })
        .collect();
    let words: Vec<&str> = bare.split_whitespace().collect();
    if words.is_empty() {
        return;
    }
    if !phonemes.is_empty() {
        phonemes.push(' ');
    }
    phonemes.push_str(&words.join(" "));
    phonemes.push(mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"}, "other": [],
        "phoneme_id_map": {"^": [1], "$": [2], "_": [0], "a": [14], " ": [3], ".": [10], "c": [16], "̧": [140]}}"#;

    fn clauses(text: &str) -> Vec<Vec<(String, char)>> {
        let pairs =
            |sentence: Vec<Clause>| sentence.into_iter().map(|clause| (clause.words, clause.mark)).collect();
        sentences(text).into_iter().map(pairs).collect()
    }

    #[test]
    fn marks_cut_where_a_pause_is() {
        let cut = |words: &str, mark| (words.to_owned(), mark);
        assert_eq!(
            clauses("Lie down, then wait 4.5 seconds. Ready? Go"),
            [
                vec![cut("Lie down", ','), cut("then wait 4.5 seconds", '.')],
                vec![cut("Ready", '?')],
                vec![cut("Go", '.')]
            ]
        );
        assert!(clauses(" ... ! ").is_empty() && clauses("").is_empty());
    }

    #[test]
    fn remarks_go_and_marks_stay() {
        let mut phonemes = String::new();
        join(&mut phonemes, "lˈaɪ\n (de)bˈak(en)\n", ',');
        join(&mut phonemes, " \n", '.');
        join(&mut phonemes, "ɡˈoʊ", '.');
        assert_eq!(phonemes, "lˈaɪ bˈak, ɡˈoʊ.");
    }

    #[test]
    fn ids_stand_between_pads() {
        let config = Config::read(CONFIG.as_bytes()).expect("sound");
        assert_eq!(config.ids("a xç.").expect("known"), [1, 0, 14, 0, 3, 0, 16, 0, 140, 0, 10, 0, 2]);
        assert!(config.ids("xyz").is_err());
        assert_eq!(config.settings(), Settings { noise: 0.667, length: 1.0, noise_of_length: 0.8 });
        assert!(config.speaks("en-GB").is_ok() && config.speaks("de").is_err());
    }

    #[test]
    fn a_description_without_its_signs_is_refused() {
        assert!(Config::read(b"{}").is_err());
        assert!(Config::read(CONFIG.replace("\"$\"", "\"x\"").as_bytes()).is_err_and(|e| e.contains('$')));
    }
}
