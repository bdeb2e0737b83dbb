//! Words whose sound is put right by hand. Owns the form of `pronounce.toml`.

use std::collections::BTreeMap;

use super::WordsError;

/// Word, in small letters, to phonemes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections(BTreeMap<String, String>);

impl Corrections {
    /// Reads `word = "phonemes"` lines; those of a later text win over those of an earlier one.
    ///
    /// # Errors
    /// [`WordsError::Corrections`] with place and reason.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), WordsError> {
        let wrong = |reason: String| WordsError::Corrections { file: name.to_owned(), reason };
        let words: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
        for (word, phonemes) in words {
            if phonemes.trim().is_empty() {
                return Err(wrong(format!("`{word}` has no phonemes")));
            }
            self.0.insert(word.to_lowercase(), phonemes);
        }
        Ok(())
    }

    pub fn get(&self, word: &str) -> Option<&str> {
        if self.0.is_empty() { None } else { self.0.get(&word.to_lowercase()).map(String::as_str) }
    }

    pub fn digest(&self) -> u32 {
        let mut digest = crc32fast::Hasher::new();
        for (word, phonemes) in self.iter() {
            for text in [word, "\n", phonemes, "\n"] {
                digest.update(text.as_bytes());
            }
        }
        digest.finalize()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(word, phonemes)| (word.as_str(), phonemes.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_files_win_and_case_does_not_count() {
        let mut corrections = Corrections::default();
        corrections.add("a", "Sciatica = \"x\"\nknee = \"y\"").unwrap();
        corrections.add("b", "sciatica = \"z\"").unwrap();
        assert_eq!(corrections.get("SCIATICA"), Some("z"));
        assert_eq!(corrections.get("knee"), Some("y"));
        assert_eq!(corrections.get("hip"), None);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text| Corrections::default().add("own.toml", text).unwrap_err().to_string();
        assert!(error("knee = \"\"").contains("`own.toml`") && error("knee = \"\"").contains("`knee`"));
        assert!(error("a = \"x\"\nknee = 3").contains("line 2"));
    }
}
