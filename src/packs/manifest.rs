//! What a pack is made of. Owns the form of `voice.toml` and of the list of known packs.

use std::env::consts::ARCH;
use std::fs::File;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{EARS, PackError, VOICE};

/// What reads the files of ears.
const EARS_ENGINE: &str = "vosk";

/// `voice.toml`: a pack and its files, with what they must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Also the folder's name.
    pub name: String,
    /// What reads the files: `hibari` or `piper`.
    pub engine: String,
    /// BCP 47 tag.
    pub language: String,
    pub about: String,
    pub licence: String,
    /// Frames per second of its sound.
    pub rate: u32,
    /// The file that holds the network.
    pub weights: String,
    pub file: Vec<Part>,
}

/// One file of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    #[serde(flatten)]
    pub from: From,
}

/// Where a file is fetched from; a pack made by hand says nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct From {
    /// The path inside the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// A package at an address, where the registry's client is not installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
}

/// A package of a public registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub registry: Registry,
    pub name: String,
    pub version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    Pypi,
    Npm,
}

impl Manifest {
    /// # Errors
    /// [`PackError::Manifest`].
    pub fn read(path: &Path) -> Result<Self, PackError> {
        let wrong = |reason: String| PackError::Manifest { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))
    }

    /// Whether every file in `dir` is what it must be.
    ///
    /// # Errors
    /// The first file that is missing or differs.
    pub fn verify(&self, dir: &Path) -> Result<(), PackError> {
        self.file.iter().try_for_each(|part| part.verify(dir))
    }

    /// The name of its manifest.
    #[must_use]
    pub fn file_name(&self) -> &'static str {
        if self.engine == EARS_ENGINE { EARS } else { VOICE }
    }

    /// Of all files together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.file.iter().fold(0, |sum, part| part.bytes.saturating_add(sum))
    }

    /// Whether nothing in it leads out of its folder.
    ///
    /// # Errors
    /// [`PackError::Name`].
    pub fn check_names(&self) -> Result<(), PackError> {
        // A model has folders within its own.
        let stays = |name: &&String| name.split('/').all(is_plain);
        let files = self.file.iter().map(|part| &part.name).chain([&self.weights]);
        let mut leaves =
            files.filter(|name| !stays(name)).chain([&self.name].into_iter().filter(|name| !is_plain(name)));
        match leaves.next() {
            Some(name) => Err(PackError::Name { name: name.clone() }),
            None => Ok(()),
        }
    }
}

impl Part {
    /// # Errors
    /// [`PackError::Missing`] or [`PackError::Wrong`].
    pub fn verify(&self, dir: &Path) -> Result<(), PackError> {
        let path = dir.join(&self.name);
        let Ok(mut file) = File::open(&path) else { return Err(PackError::Missing { path }) };
        let wrong = |found: String, wanted: String| PackError::Wrong { path: path.clone(), found, wanted };
        let bytes = file.metadata().map_or(0, |meta| meta.len());
        if bytes != self.bytes {
            return Err(wrong(format!("{bytes} bytes"), format!("{} bytes", self.bytes)));
        }
        let mut hasher = Sha256::new();
        if let Err(error) = io::copy(&mut file, &mut HashWriter(&mut hasher)) {
            return Err(wrong(error.to_string(), "a readable file".to_owned()));
        }
        let found = hex(&hasher.finalize());
        if found != self.sha256 {
            return Err(wrong(format!("sha256 {found}"), self.sha256.clone()));
        }
        Ok(())
    }
}

/// Letters, digits and marks of a file that lies in one folder, and is not hidden.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | ' '))
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    set: Vec<Set>,
    pack: Vec<Pack>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    name: String,
    /// The kind of machine it is for, as Rust calls it; any without.
    machine: Option<String>,
    package: Option<Package>,
    archive: Option<String>,
    file: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    name: String,
    engine: String,
    language: String,
    about: String,
    licence: String,
    rate: u32,
    weights: String,
    sets: Vec<String>,
}

/// The voices that can be installed by name.
#[must_use]
pub fn known() -> Vec<Manifest> {
    listed(include_str!("known.toml"), ARCH)
}

/// The ears that can be installed by name, on this kind of machine.
#[must_use]
pub fn known_ears() -> Vec<Manifest> {
    listed(include_str!("ears.toml"), ARCH)
}

fn listed(list: &str, machine: &str) -> Vec<Manifest> {
    // A broken list is a fault of the build: a test reads it.
    let Ok(Known { set: mut sets, pack }) = toml::from_str(list) else { return Vec::new() };
    sets.retain(|set| set.machine.as_ref().is_none_or(|for_one| for_one == machine));
    let complete = |pack: &Pack| pack.sets.iter().all(|name| sets.iter().any(|set| set.name == *name));
    pack.into_iter().filter(complete).map(|pack| whole(pack, &sets)).collect()
}

fn whole(pack: Pack, sets: &[Set]) -> Manifest {
    let Pack { name, engine, language, about, licence, rate, weights, sets: wanted } = pack;
    let mine = wanted.iter().filter_map(|name| sets.iter().find(|set| set.name == *name));
    let file = mine.flat_map(|set| {
        set.file.iter().map(|part| {
            let (package, archive) = (set.package.clone(), set.archive.clone());
            let from = From { package, archive, ..part.from.clone() };
            Part { from, ..part.clone() }
        })
    });
    Manifest { file: file.collect(), name, engine, language, about, licence, rate, weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ears_are_for_the_machines_that_have_a_library() {
        let ears = include_str!("ears.toml");
        for (machine, bytes) in [("x86_64", 25_986_496), ("aarch64", 7_496_288), ("arm", 6_550_408)] {
            let packs = listed(ears, machine);
            let library = packs[0].file.iter().find(|part| part.name == "libvosk.so").unwrap();
            assert_eq!((packs.len(), packs[0].file.len(), library.bytes), (1, 14, bytes));
        }
        assert_eq!(listed(ears, "riscv64"), []);
    }

    #[test]
    fn a_name_that_leads_out_of_the_folder_is_refused() {
        let heart = known().into_iter().find(|pack| pack.name == "heart").unwrap();
        assert!(heart.check_names().is_ok());
        assert!(Manifest { name: "a/b".into(), ..heart.clone() }.check_names().is_err());
        for name in ["", ".", "..", "../heart", "a/../b", "/etc", "a//b", ".heart.old", "a\\b"] {
            assert!(Manifest { name: name.into(), ..heart.clone() }.check_names().is_err(), "{name}");
            let mut foreign = heart.clone();
            foreign.file[0].name = name.into();
            assert!(foreign.check_names().is_err(), "{name}");
        }
    }

    #[test]
    fn every_known_pack_has_all_its_files_and_their_places() {
        let packs: Vec<Manifest> = known().into_iter().chain(known_ears()).collect();
        assert!(packs.len() >= 6, "{}", packs.len());
        for pack in &packs {
            assert!(pack.file.iter().any(|part| part.name == pack.weights), "{}", pack.name);
            for part in &pack.file {
                let packed = part.from.member.is_some() && part.from.package.is_some();
                assert!(packed || part.from.url.is_some(), "{}: {}", pack.name, part.name);
                assert_eq!(part.sha256.len(), 64, "{}", part.name);
            }
            let written = toml::to_string(pack).unwrap();
            assert_eq!(toml::from_str::<Manifest>(&written).unwrap(), *pack);
        }
        let heart = packs.iter().find(|pack| pack.name == "heart").unwrap();
        assert_eq!((heart.file.len(), heart.rate), (11, 24_000));
    }
}
