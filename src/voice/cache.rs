//! Finished speech on disk. Owns one directory: its size, its order of use, and that nothing damaged ever
//! leaves it. Must not know how speech is made, and must never cost more than itself: every failure here is a miss.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::line::Line;
use crate::mix::{Clip, sample16};

/// 512 MB: about 90 minutes of different sentences, half as much again as all shipped sessions have.
pub const DEFAULT_LIMIT: u64 = 512 << 20;

/// Changes whenever the making of clips changes: cutting, levelling, or this file format.
const FORMAT: u32 = 1;
const MAGIC: [u8; 8] = *b"MATSPCH1";
const HEADER: usize = 16;
const NEW: &str = ".new-";

/// An entry in use is marked so at most this often: flash memory wears out.
const TOUCH: Duration = Duration::from_hours(1);

/// Clips by voice and line.
#[derive(Debug)]
pub struct Cache {
    dir: PathBuf,
    limit: u64,
    /// Bytes in the directory as far as known; counted at the first store.
    size: Option<u64>,
    trouble: Option<io::Error>,
}

/// The name under which a line of a voice is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    #[must_use]
    pub fn new(voice: &str, line: &Line) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(&FORMAT.to_le_bytes());
        hash.update(&line.pace.as_percent().to_le_bytes());
        for part in [voice, &line.language, &line.text] {
            // The length first, so that no two different triples read the same.
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().to_hex().to_string())
    }
}

impl Cache {
    /// A cache in `dir`, which is made at the first store; `limit` in bytes.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>, limit: u64) -> Self {
        Self { dir: dir.into(), limit, size: None, trouble: None }
    }

    /// What last kept it from storing, for those who want to tell somebody.
    #[must_use]
    pub fn trouble(&self) -> Option<&io::Error> {
        self.trouble.as_ref()
    }

    /// The same, and forgets it.
    pub fn take_trouble(&mut self) -> Option<io::Error> {
        self.trouble.take()
    }

    /// The clip kept under `key`. A damaged one is removed.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Clip> {
        let path = self.path(key);
        let mut file = File::open(&path).ok()?;
        let mut bytes =
            Vec::with_capacity(file.metadata().map_or(0, |about| about.len() as usize).min(64 << 20));
        file.read_to_end(&mut bytes).ok()?;
        let clip = decode(&bytes);
        match clip {
            Some(_) => touch(&file),
            None => drop(fs::remove_file(&path)),
        }
        clip
    }

    /// Keeps `clip`; what was used longest ago makes room. Failures are only noted, see [`Self::trouble`].
    pub fn put(&mut self, key: &Key, clip: &Clip) {
        let bytes = encode(clip);
        if bytes.len() as u64 > self.limit / 4 {
            return;
        }
        let stored = self.store(key, &bytes).and_then(|()| self.make_room(bytes.len() as u64));
        self.trouble = stored.err();
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(&key.0)
    }

    fn store(&self, key: &Key, bytes: &[u8]) -> io::Result<()> {
        if !self.dir.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        }
        let mut file = tempfile::Builder::new().prefix(NEW).tempfile_in(&self.dir)?;
        file.write_all(bytes)?;
        file.persist(self.path(key))?;
        Ok(())
    }

    /// Counts once, then only adds up; looks at the directory again when the sum passes the limit, and then
    /// clears a tenth more than needed, so that this stays rare.
    fn make_room(&mut self, added: u64) -> io::Result<()> {
        match &mut self.size {
            Some(size) => *size += added,
            None => {
                fs::set_permissions(&self.dir, fs::Permissions::from_mode(0o700))?;
                self.size = Some(entries(&self.dir)?.iter().map(|entry| entry.size).sum());
            }
        }
        if self.size.is_some_and(|size| size > self.limit) {
            self.size = Some(evict(&self.dir, self.limit - self.limit / 10)?);
        }
        Ok(())
    }
}

struct Entry {
    used: SystemTime,
    size: u64,
    path: PathBuf,
}

/// All entries; what an interrupted store left an hour ago is removed on the way.
fn entries(dir: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)?.flatten() {
        let Ok(about) = entry.metadata() else { continue };
        let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let path = entry.path();
        let unfinished = entry.file_name().to_string_lossy().starts_with(NEW);
        if unfinished && age(used) > TOUCH {
            let _ = fs::remove_file(&path);
        } else if about.is_file() {
            found.push(Entry { used, size: about.len(), path });
        }
    }
    Ok(found)
}

/// Removes the longest unused until at most `room` bytes are left; how many are left.
fn evict(dir: &Path, room: u64) -> io::Result<u64> {
    let mut found = entries(dir)?;
    found.sort_by_key(|entry| entry.used);
    let mut size: u64 = found.iter().map(|entry| entry.size).sum();
    for entry in found {
        if size <= room {
            break;
        }
        if fs::remove_file(&entry.path).is_ok() {
            size -= entry.size;
        }
    }
    Ok(size)
}

fn touch(file: &File) {
    let modified = file.metadata().and_then(|about| about.modified());
    if modified.is_ok_and(|modified| age(modified) > TOUCH) {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Zero for times in the future: a small computer without a clock starts in the past.
fn age(time: SystemTime) -> Duration {
    time.elapsed().unwrap_or_default()
}

fn encode(clip: &Clip) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + 2 * clip.samples().len());
    bytes.extend(MAGIC);
    bytes.extend((clip.samples().len() as u32).to_le_bytes());
    bytes.extend([0; 4]);
    for &sample in clip.samples() {
        bytes.extend(sample16::from_f32(sample).to_le_bytes());
    }
    let sum = checksum(&bytes);
    if let Some(place) = bytes.get_mut(12..HEADER) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
    bytes
}

/// `None` unless every byte is what was written.
fn decode(bytes: &[u8]) -> Option<Clip> {
    let (header, data) = bytes.split_first_chunk::<HEADER>()?;
    let (magic, rest) = header.split_first_chunk::<8>()?;
    let (length, sum) = rest.split_first_chunk::<4>()?;
    let sum = u32::from_le_bytes(sum.try_into().ok()?);
    let fits = *magic == MAGIC && data.len() == 2 * u32::from_le_bytes(*length) as usize;
    if !fits || sum != checksum(bytes) {
        return None;
    }
    let (pairs, _) = data.as_chunks::<2>();
    let samples: std::sync::Arc<[f32]> =
        pairs.iter().map(|pair| sample16::to_f32(i16::from_le_bytes(*pair))).collect();
    Some(Clip::spoken(samples))
}

/// Over everything but its own place.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(bytes.get(..12).unwrap_or_default());
    sum.update(bytes.get(HEADER..).unwrap_or_default());
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Pace;
    use tempfile::TempDir;

    fn line(text: &str) -> Line {
        Line { text: text.into(), language: "en".into(), pace: Pace::NORMAL }
    }

    fn key(text: &str) -> Key {
        Key::new("voice", &line(text))
    }

    fn clip(length: usize) -> Clip {
        let sample = |at: usize| ((at * 31) % 60_000) as f32 / 32_768.0 - 0.9;
        let rounded = |at| sample16::to_f32(sample16::from_f32(sample(at)));
        Clip::new((0..length).map(rounded).collect::<Vec<_>>())
    }

    fn cache(limit: u64) -> (TempDir, Cache) {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(dir.path().join("a/b"), limit);
        (dir, cache)
    }

    #[test]
    fn a_clip_comes_back_to_the_bit_in_private() {
        let (_dir, mut cache) = cache(1 << 20);
        assert_eq!(cache.get(&key("one")), None);
        for length in [0, 1, 10_000] {
            cache.put(&key("one"), &clip(length));
            assert_eq!(cache.get(&key("one")), Some(clip(length)));
        }
        let mode = |path: &Path| fs::metadata(path).map(|about| about.permissions().mode() & 0o777).ok();
        assert_eq!(mode(&cache.dir), Some(0o700));
        assert_eq!(mode(&cache.path(&key("one"))), Some(0o600));
        assert!(cache.trouble().is_none());
    }

    #[test]
    fn everything_that_changes_the_sound_changes_the_key() {
        let mut other = line("one");
        other.pace = Pace::percent(90);
        let mut foreign = line("one");
        foreign.language = "de".into();
        let keys = [
            key("one"),
            key("two"),
            Key::new("voic", &line("eone")),
            Key::new("voice", &other),
            Key::new("voice", &foreign),
        ];
        assert!(keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key)));
    }

    #[test]
    fn a_damaged_entry_is_removed_wherever_the_damage_is() {
        let (_dir, mut cache) = cache(1 << 20);
        cache.put(&key("one"), &clip(20));
        let path = cache.path(&key("one"));
        let whole = fs::read(&path).expect("the entry");
        let damaged = (0..whole.len()).flat_map(|at| {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            [flipped, whole[..at].to_vec()]
        });
        for bytes in damaged.chain([[whole.clone(), vec![0, 0]].concat()]) {
            fs::write(&path, bytes).expect("a write");
            assert_eq!(cache.get(&key("one")), None);
            assert!(!path.exists());
        }
    }

    #[test]
    fn the_longest_unused_makes_room() {
        let (_dir, mut cache) = cache(100_000);
        let old = SystemTime::now() - Duration::from_secs(100_000);
        for at in 0..4_u32 {
            cache.put(&key(&at.to_string()), &clip(10_000));
            let file = File::open(cache.path(&key(&at.to_string()))).expect("the entry");
            file.set_modified(old + Duration::from_secs(at.into())).expect("a time");
        }
        assert!(cache.get(&key("0")).is_some(), "used now, so no longer the oldest");
        cache.put(&key("4"), &clip(10_000));
        let left: Vec<_> = (0..5).filter(|at| cache.path(&key(&at.to_string())).exists()).collect();
        assert_eq!(left, [0, 2, 3, 4]);
        assert_eq!(cache.size, Some(4 * 20_016));
    }

    #[test]
    fn a_clip_too_big_for_the_cache_is_not_kept() {
        let (_dir, mut cache) = cache(1_000);
        cache.put(&key("one"), &clip(1_000));
        assert_eq!(cache.get(&key("one")), None);
    }

    #[test]
    fn a_directory_that_cannot_be_made_costs_only_the_cache() {
        let (dir, _) = cache(1 << 20);
        let file = dir.path().join("file");
        fs::write(&file, "").expect("a file");
        let mut cache = Cache::new(file.join("cache"), 1 << 20);
        cache.put(&key("one"), &clip(10));
        assert_eq!(cache.get(&key("one")), None);
        assert!(cache.trouble().is_some());
    }

    #[test]
    fn what_an_interrupted_store_left_goes_after_an_hour() {
        let (_dir, mut cache) = cache(1 << 20);
        cache.put(&key("one"), &clip(10));
        let (stale, fresh) = (cache.dir.join(".new-1"), cache.dir.join(".new-2"));
        fs::write(&fresh, "x").expect("a file");
        fs::write(&stale, "x").expect("a file");
        let old = SystemTime::now() - Duration::from_secs(100_000);
        File::open(&stale).and_then(|file| file.set_modified(old)).expect("a time");
        assert_eq!(entries(&cache.dir).map(|found| found.len()).ok(), Some(2));
        assert!(!stale.exists() && fresh.exists());
    }
}
