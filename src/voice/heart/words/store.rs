//! The compiled word data of a voice pack: one sorted map and one pool of bytes, in memory as they are in the file.
//! Owns the file's form and its checks; must not know what the entries mean to speech.

use std::path::Path;

use super::WordsError;

/// Begins every file; the number changes with what [`super::compile`] writes.
const MAGIC: &[u8; 16] = b"matside words 1\n";
/// Magic, stamp, checksum of what follows it.
const UNCHECKED: usize = 16 + 8 + 4;
/// With the length of the map.
const HEAD: usize = UNCHECKED + 4;

/// What a key belongs to; the first byte of every key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Word to phonemes; heteronyms as `tag=phonemes` lines.
    Gold = b'g',
    /// Word to phonemes, less sure than gold.
    Silver = b's',
    /// Words that come apart: the parts, one a line.
    Contraction = b'x',
    /// Word to its only part of speech.
    Tag = b'd',
    /// Words the tagger knows.
    Known = b'v',
    /// Feature of the tagger to weights: tag number, then tenths as `i16`, little-endian.
    Weights = b'w',
    /// The names of all tags, one a line, under the empty key.
    Tags = b'T',
    Month = b'm',
    Title = b't',
    Abbreviation = b'a',
    /// Singular and plural, one a line.
    Unit = b'u',
    Currency = b'c',
    Symbol = b'y',
    /// Phoneme to its number.
    Id = b'i',
    /// What a Roman numeral follows.
    RomanCardinal = b'r',
    RomanOrdinal = b'R',
}

/// Ready for look-ups.
#[derive(Debug)]
pub struct Store {
    map: fst::Map<Vec<u8>>,
    pool: Vec<u8>,
}

/// The head of a file.
struct Head {
    stamp: u64,
    digest: u32,
    length: usize,
}

impl Head {
    fn parse(head: &[u8]) -> Option<Self> {
        let rest = head.strip_prefix(MAGIC)?;
        let (stamp, rest) = rest.split_first_chunk()?;
        let (digest, rest) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(*rest.first_chunk()?) as usize;
        Some(Self { stamp: u64::from_le_bytes(*stamp), digest: u32::from_le_bytes(*digest), length })
    }
}

impl Store {
    /// Reads a compiled file whose stamp is `stamp`; `None` when there is none, or it is old or damaged: it can be
    /// made again.
    pub fn read(file: &Path, stamp: u64) -> Option<Self> {
        let bytes = std::fs::read(file).ok()?;
        Head::parse(&bytes).filter(|head| head.stamp == stamp)?;
        Self::parse(&bytes).ok()
    }

    /// # Errors
    /// [`WordsError::Damaged`] when `bytes` are not a whole file of this form.
    pub fn parse(bytes: &[u8]) -> Result<Self, WordsError> {
        let whole = || {
            let head = Head::parse(bytes)?;
            (crc32fast::hash(bytes.get(UNCHECKED..)?) == head.digest).then_some(())?;
            let (map, pool) = bytes.get(HEAD..)?.split_at_checked(head.length)?;
            let map = fst::Map::new(map.to_vec()).ok()?;
            Some(Self { map, pool: pool.to_vec() })
        };
        whole().ok_or_else(|| WordsError::damaged("words", "it is not a whole file of compiled words"))
    }

    /// The bytes under `key`; empty for an entry that only is there.
    pub fn bytes(&self, kind: Kind, key: &str) -> Option<&[u8]> {
        let mut full = Vec::with_capacity(key.len() + 1);
        full.push(kind as u8);
        full.extend(key.as_bytes());
        let (at, length) = unpack(self.map.get(full)?);
        self.pool.get(at..at.checked_add(length)?)
    }

    pub fn text(&self, kind: Kind, key: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(kind, key)?).ok()
    }

    pub fn has(&self, kind: Kind, key: &str) -> bool {
        self.bytes(kind, key).is_some()
    }
}

/// Gathers entries in any order.
#[derive(Debug, Default)]
pub struct Builder {
    entries: Vec<(Box<[u8]>, u64)>,
    pool: Vec<u8>,
    seen: std::collections::HashMap<Box<[u8]>, u64>,
}

impl Builder {
    pub fn add(&mut self, kind: Kind, key: &str, value: &[u8]) {
        let key = [&[kind as u8], key.as_bytes()].concat().into();
        let place = match self.seen.get(value) {
            Some(place) => *place,
            None => self.append(value),
        };
        self.entries.push((key, place));
    }

    fn append(&mut self, value: &[u8]) -> u64 {
        let place = pack(self.pool.len(), value.len());
        self.pool.extend(value);
        self.seen.insert(value.into(), place);
        place
    }

    /// The file: see [`HEAD`], then map and pool. Of equal keys the first counts.
    ///
    /// # Errors
    /// [`WordsError::Damaged`] when the entries are too many for the form.
    pub fn finish(mut self, stamp: u64) -> Result<Vec<u8>, WordsError> {
        self.seen.clear();
        self.entries.sort_by(|a, b| a.0.cmp(&b.0));
        self.entries.dedup_by(|later, first| later.0 == first.0);
        let too_many = |_| WordsError::damaged("words", "there are too many words");
        let map = fst::Map::from_iter(self.entries).map_err(too_many)?.into_fst().into_inner();
        let length = (map.len() as u32).to_le_bytes();
        let body = [length.as_slice(), &map, &self.pool].concat();
        let digest = crc32fast::hash(&body).to_le_bytes();
        Ok([MAGIC.as_slice(), &stamp.to_le_bytes(), &digest, &body].concat())
    }
}

/// Length in the lower 16 bits: no value is longer.
fn pack(at: usize, length: usize) -> u64 {
    ((at as u64) << 16) | (length as u64 & 0xFFFF)
}

fn unpack(place: u64) -> (usize, usize) {
    ((place >> 16) as usize, (place & 0xFFFF) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let mut builder = Builder::default();
        builder.add(Kind::Silver, "knee", b"nii");
        builder.add(Kind::Gold, "knee", "nˈi".as_bytes());
        builder.add(Kind::Gold, "knee", b"second");
        builder.add(Kind::Known, "hip", b"");
        builder.finish(7).unwrap()
    }

    #[test]
    fn what_went_in_comes_out_by_kind() {
        let store = Store::parse(&file()).unwrap();
        assert_eq!(store.text(Kind::Gold, "knee"), Some("nˈi"));
        assert_eq!(store.text(Kind::Silver, "knee"), Some("nii"));
        assert!(store.has(Kind::Known, "hip"));
        assert!(!store.has(Kind::Known, "knee"));
        assert_eq!(store.text(Kind::Gold, ""), None);
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let whole = file();
        for length in 0..whole.len() {
            assert!(Store::parse(&whole[..length]).is_err(), "{length}");
        }
        for at in (0..16).chain(24..whole.len()) {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(Store::parse(&changed).is_err(), "{at}");
        }
    }

    #[test]
    fn another_stamp_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words");
        assert!(Store::read(&path, 7).is_none());
        std::fs::write(&path, file()).unwrap();
        assert!(Store::read(&path, 7).is_some());
        assert!(Store::read(&path, 8).is_none());
    }
}
