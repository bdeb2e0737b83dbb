//! A sentence of words into phonemes, from its end to its beginning, since a word's sound depends on what follows.
//! Owns words of several parts and their stress; guessing at unknown words is somebody else's.

use super::lexicon::{Lexicon, Next};
use super::parts::{Part, units};
use super::stress::{PRIMARY, Weight, heaviness, is_consonant, is_vowel, weigh};

/// Silent inside words.
const SILENT: &str = "',-._‘’/";

/// What is written between two spaces, or a mark on its own, and its phonemes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub text: String,
    /// Empty for what makes no sound.
    pub phonemes: String,
    /// A space follows.
    pub spaced: bool,
    /// Not in the lexicon.
    pub guessed: bool,
}

/// The readings of `text` in order; `guess` reads what the lexicon cannot.
pub fn readings(lexicon: Lexicon, text: &str, mut guess: impl FnMut(&str) -> String) -> Vec<Reading> {
    let mut next = Next::default();
    let mut readings: Vec<Reading> = Vec::new();
    for unit in units(lexicon.store, text).iter().rev() {
        let found = match &unit.mark {
            Some(mark) => Some(mark.clone()),
            None => word(lexicon, &unit.parts, &mut next),
        };
        let (text, guessed) = (unit.text(), found.is_none());
        let phonemes = found.unwrap_or_else(|| guess(&text)).replace('ɾ', "T").replace('ʔ', "t");
        if unit.mark.is_some() || guessed {
            next = next_of(&text, &phonemes, next);
        }
        readings.push(Reading { text, phonemes, spaced: unit.spaced, guessed });
    }
    readings.reverse();
    readings
}

/// The longest windows that the lexicon can read, last first; `None` where a part stays that it cannot.
fn word(lexicon: Lexicon, parts: &[Part], next: &mut Next) -> Option<String> {
    let mut sounds: Vec<String> = vec![String::new(); parts.len()];
    let mut end = parts.len();
    while end > 0 {
        let found = (0..end).find_map(|start| Some((start, window(lexicon, parts.get(start..end)?, *next)?)));
        match found {
            Some((start, (text, phonemes))) => {
                *next = next_of(&text, &phonemes, *next);
                *sounds.get_mut(start)? = phonemes;
                end = start;
            }
            None => {
                end -= 1;
                // A sign on its own has a name.
                parts
                    .get(end)
                    .filter(|part| parts.len() > 1 && part.text.chars().all(|c| SILENT.contains(c)))?;
            }
        }
    }
    Some(together(parts, sounds))
}

fn window(lexicon: Lexicon, parts: &[Part], next: Next) -> Option<(String, String)> {
    let text: String = parts.iter().map(|part| part.text.as_str()).collect();
    let weight =
        |part: &Part| -> usize { part.text.chars().map(|c| 1 + usize::from(c.is_uppercase())).sum() };
    // Of equally long parts the first gives the whole its part of speech.
    let leading = parts.iter().rev().max_by_key(|part| weight(part))?;
    let phonemes = lexicon.read(&text, leading.tag, next)?;
    Some((text, phonemes))
}

/// What the word before hears of this one.
fn next_of(text: &str, phonemes: &str, next: Next) -> Next {
    let heard = phonemes.chars().find_map(|c| match c {
        _ if is_vowel(c) => Some(Some(true)),
        _ if is_consonant(c) => Some(Some(false)),
        _ if ";:,.!?—…".contains(c) => Some(None),
        _ => None,
    });
    Next { vowel: heard.unwrap_or(next.vowel), to: ["to", "To", "TO"].contains(&text) }
}

/// One word out of several: spaces between unlike parts, and else not too many stresses.
fn together(parts: &[Part], mut sounds: Vec<String>) -> String {
    let text: String = parts.iter().map(|part| part.text.as_str()).collect();
    let heard = || text.chars().filter(|c| !SILENT.contains(*c));
    let unlike = text.contains('/') || heard().any(char::is_alphabetic) && !heard().all(char::is_alphabetic);
    if unlike {
        sounds.retain(|sound| !sound.is_empty());
        return sounds.join(" ");
    }
    for at in too_loud(parts, &sounds) {
        if let Some(sound) = sounds.get_mut(at) {
            *sound = weigh(sound, Weight::Lighter);
        }
    }
    sounds.concat()
}

/// The parts that give up their main stress: the lightest half, when more than half have one.
fn too_loud(parts: &[Part], sounds: &[String]) -> Vec<usize> {
    let audible = sounds.iter().enumerate().filter(|(_, sound)| !sound.is_empty());
    let mut ranked: Vec<_> =
        audible.map(|(at, sound)| (sound.contains(PRIMARY), heaviness(sound), at)).collect();
    if let [(_, _, first), (_, _, second)] = ranked[..]
        && parts.get(first).is_some_and(|part| part.text.chars().count() == 1)
    {
        return vec![second];
    }
    let stressed = ranked.iter().filter(|(main, ..)| *main).count();
    if ranked.len() < 2 || stressed <= ranked.len().div_ceil(2) {
        return vec![];
    }
    ranked.sort_unstable();
    let half = ranked.len() / 2;
    ranked.into_iter().take(half).map(|(_, _, at)| at).collect()
}
