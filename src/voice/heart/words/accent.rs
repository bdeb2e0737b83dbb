//! The English of a pack. Owns what its files are called.

use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accent {
    American,
    British,
}

impl Accent {
    /// That of the lexicon in `folder`; American where there is none, so that this one is reported missing.
    pub fn of(folder: &Path) -> Self {
        let [british, _] = Self::British.lexicons();
        if folder.join(british).is_file() { Self::British } else { Self::American }
    }

    /// The surer one first.
    pub fn lexicons(self) -> [&'static str; 2] {
        match self {
            Self::American => ["lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz"],
            Self::British => ["lexicon_gb_gold.json.gz", "lexicon_gb_silver.json.gz"],
        }
    }

    /// The net for unknown words, and its alphabet.
    pub fn net(self) -> [&'static str; 2] {
        match self {
            Self::American => ["oov.onnx", "oov.json"],
            Self::British => ["oov_gb.onnx", "oov_gb.json"],
        }
    }
}
