//! Phonemes as sounds: which are vowels, how heavy they weigh, where stress stands. Owns the marks; knows no words.

pub const PRIMARY: char = 'ˈ';
pub const SECONDARY: char = 'ˌ';

/// How much weight a word is to have beside what its entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    AsWritten,
    /// Main stress becomes side stress.
    Lighter,
    /// At least side stress.
    SomeStress,
    /// Main stress.
    Loud,
}

pub fn is_vowel(c: char) -> bool {
    "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ".contains(c)
}

pub fn is_consonant(c: char) -> bool {
    "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ".contains(c)
}

/// `phonemes` with the weight put on them; without a vowel there is nothing to stress.
pub fn weigh(phonemes: &str, weight: Weight) -> String {
    let main = phonemes.contains(PRIMARY);
    let side = phonemes.contains(SECONDARY);
    match weight {
        Weight::Lighter if main => lighter(phonemes),
        Weight::SomeStress if !main && !side => before_vowel(phonemes, SECONDARY),
        Weight::Loud if !main && side => phonemes.replace(SECONDARY, "ˈ"),
        Weight::Loud if !main => before_vowel(phonemes, PRIMARY),
        _ => phonemes.to_owned(),
    }
}

/// Names of letters, one after the other: the last carries the stress.
pub fn spelled(letters: &str) -> String {
    let weighed =
        if letters.contains(PRIMARY) { lighter(letters) } else { weigh(letters, Weight::SomeStress) };
    match weighed.rsplit_once(SECONDARY) {
        Some((before, last)) => format!("{before}{PRIMARY}{last}"),
        None => weighed,
    }
}

/// Diphthongs and affricates count twice, marks too.
pub fn heaviness(phonemes: &str) -> usize {
    phonemes.chars().map(|c| 1 + usize::from("AIOQWYʤʧ".contains(c))).sum()
}

fn lighter(phonemes: &str) -> String {
    phonemes.replace(SECONDARY, "").replace(PRIMARY, "ˌ")
}

fn before_vowel(phonemes: &str, mark: char) -> String {
    let Some(at) = phonemes.find(is_vowel) else { return phonemes.to_owned() };
    let (before, after) = phonemes.split_at(at);
    format!("{before}{mark}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_moves_the_marks() {
        assert_eq!(weigh("nˈitˌu", Weight::Lighter), "nˌitu");
        assert_eq!(weigh("nitˌu", Weight::Lighter), "nitˌu");
        assert_eq!(weigh("bɹu", Weight::SomeStress), "bɹˌu");
        assert_eq!(weigh("bɹˈu", Weight::SomeStress), "bɹˈu");
        assert_eq!(weigh("bɹˌu", Weight::Loud), "bɹˈu");
        assert_eq!(weigh("bɹu", Weight::Loud), "bɹˈu");
        assert_eq!(weigh("pst", Weight::Loud), "pst");
    }

    #[test]
    fn the_last_letter_is_stressed() {
        assert_eq!(spelled("ˈɛlˈO"), "ˌɛlˈO");
        assert_eq!(spelled(""), "");
    }

    #[test]
    fn long_sounds_weigh_more() {
        assert!(heaviness("kˈA") > heaviness("kˈæ"));
    }
}
