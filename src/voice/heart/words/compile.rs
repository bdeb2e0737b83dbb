//! A voice pack's own word files made into one compact file, once. Owns the form of those files and the place of the
//! compiled one; must not know how words are read.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::{BufReader, Read};
use std::marker::PhantomData;
use std::path::Path;

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use super::WordsError;
use super::accent::Accent;
use super::store::{Builder, Kind, Store};

/// What the words of a pack are made of, beside the lexicons of its accent.
const TAGGER: &str = "tagger.json.gz";
const CONTRACTIONS: &str = "tokenizer_exceptions.json";
const TABLES: &str = "normalize.json";
const PHONEMES: &str = "vocab.json";
/// Beside them.
const COMPILED: &str = "words.compiled";

/// The compiled words of the pack in `folder`, made anew where they are missing, damaged or older than their sources.
/// A folder that cannot be written costs that work each time, and nothing else.
///
/// # Errors
/// [`WordsError`] when a source is missing or damaged.
pub fn open(folder: &Path, accent: Accent) -> Result<Store, WordsError> {
    let (file, stamp) = (folder.join(COMPILED), stamp(folder, accent)?);
    if let Some(store) = Store::read(&file, stamp) {
        return Ok(store);
    }
    let bytes = compile(folder, accent, stamp)?;
    let store = Store::parse(&bytes)?;
    keep(folder, &file, &bytes);
    Ok(store)
}

/// Sizes and times, so that opening reads no source.
fn stamp(folder: &Path, accent: Accent) -> Result<u64, WordsError> {
    let mut hasher = crc32fast::Hasher::new();
    let mut sizes = 0;
    let [gold, silver] = accent.lexicons();
    for name in [gold, silver, TAGGER, CONTRACTIONS, TABLES, PHONEMES] {
        let path = folder.join(name);
        let about = std::fs::metadata(&path).map_err(|error| WordsError::io(&path, error))?;
        about.modified().ok().hash(&mut hasher);
        about.len().hash(&mut hasher);
        sizes += about.len();
    }
    Ok((hasher.finish() << 32) | (sizes & 0xFFFF_FFFF))
}

fn keep(folder: &Path, file: &Path, bytes: &[u8]) {
    let write = || {
        let mut new = tempfile::Builder::new();
        // Everybody's, like the files that it is made of.
        #[cfg(unix)]
        new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut beside = new.tempfile_in(folder)?;
        std::io::Write::write_all(&mut beside, bytes)?;
        beside.persist(file).map_err(std::io::Error::from)
    };
    // Only a cache: the next start tries again.
    drop(write());
}

fn compile(folder: &Path, accent: Accent, stamp: u64) -> Result<Vec<u8>, WordsError> {
    let mut builder = Builder::default();
    let [gold, silver] = accent.lexicons();
    for (name, kind) in [(gold, Kind::Gold), (silver, Kind::Silver)] {
        let words: Pairs<Phonemes> = read(folder, name)?;
        for (word, phonemes) in words.0 {
            builder.add(kind, &word, phonemes.written().as_bytes());
        }
    }
    let words: Pairs<Vec<String>> = read(folder, CONTRACTIONS)?;
    for (word, parts) in words.0 {
        builder.add(Kind::Contraction, &word, parts.join("\n").as_bytes());
    }
    for (phoneme, id) in read::<Pairs<u16>>(folder, PHONEMES)?.0 {
        builder.add(Kind::Id, &phoneme, id.to_string().as_bytes());
    }
    read::<Tagger>(folder, TAGGER)?.add_to(&mut builder);
    read::<Tables>(folder, TABLES)?.add_to(&mut builder);
    builder.finish(stamp)
}

fn read<T: for<'a> Deserialize<'a>>(folder: &Path, name: &str) -> Result<T, WordsError> {
    let path = folder.join(name);
    let file = BufReader::new(std::fs::File::open(&path).map_err(|error| WordsError::io(&path, error))?);
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let text: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let parsed = serde_json::from_reader(BufReader::new(text));
    parsed.map_err(|error| WordsError::damaged(&path.display().to_string(), &error.to_string()))
}

/// One reading, or one for each part of speech; `null` leaves a word without one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Phonemes {
    One(String),
    Several(Pairs<Option<String>>),
}

impl Phonemes {
    fn written(self) -> String {
        match self {
            Self::One(phonemes) => phonemes,
            Self::Several(readings) => {
                let line = |(tag, phonemes): (String, Option<String>)| {
                    format!("{tag}={}\n", phonemes.unwrap_or_default())
                };
                readings.0.into_iter().map(line).collect()
            }
        }
    }
}

#[derive(Deserialize)]
struct Tagger {
    tags: Vec<String>,
    tagdict: Pairs<String>,
    vocab: Vec<String>,
    weights: Pairs<Pairs<f32>>,
}

impl Tagger {
    fn add_to(mut self, builder: &mut Builder) {
        // Sorted, since a tie is decided by name.
        self.tags.sort();
        builder.add(Kind::Tags, "", self.tags.join("\n").as_bytes());
        for (word, tag) in &self.tagdict.0 {
            builder.add(Kind::Tag, word, tag.as_bytes());
        }
        for word in &self.vocab {
            builder.add(Kind::Known, word, b"");
        }
        let number: HashMap<&str, u8> = self.tags.iter().map(String::as_str).zip(0..).collect();
        for (feature, weights) in &self.weights.0 {
            let tenths = |weight: f32| ((weight * 10.0).round() as i16).to_le_bytes();
            let written: Vec<u8> = weights
                .0
                .iter()
                .filter_map(|(tag, weight)| Some((*number.get(tag.as_str())?, tenths(*weight))))
                .flat_map(|(tag, [low, high])| [tag, low, high])
                .collect();
            builder.add(Kind::Weights, feature, &written);
        }
    }
}

#[derive(Deserialize)]
struct Tables {
    months: Pairs<String>,
    titles: Pairs<String>,
    abbreviations: Pairs<String>,
    units: Pairs<[String; 2]>,
    currency: Pairs<[String; 2]>,
    symbols: Pairs<String>,
    roman_cardinal: Vec<String>,
    roman_ordinal: Vec<String>,
}

impl Tables {
    fn add_to(self, builder: &mut Builder) {
        let plain = [
            (Kind::Month, self.months),
            (Kind::Title, self.titles),
            (Kind::Abbreviation, self.abbreviations),
            (Kind::Symbol, self.symbols),
        ];
        for (kind, table) in plain {
            for (key, word) in &table.0 {
                builder.add(kind, key, word.as_bytes());
            }
        }
        for (kind, table) in [(Kind::Unit, self.units), (Kind::Currency, self.currency)] {
            for (key, forms) in &table.0 {
                builder.add(kind, key, forms.join("\n").as_bytes());
            }
        }
        let before = [(Kind::RomanCardinal, self.roman_cardinal), (Kind::RomanOrdinal, self.roman_ordinal)];
        for (kind, words) in before {
            for word in &words {
                builder.add(kind, word, b"");
            }
        }
    }
}

/// A JSON object in its own order, without a map in memory.
struct Pairs<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<V> {
    type Value = Pairs<V>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<V>, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}
