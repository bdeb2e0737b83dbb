//! The files of one installed voice, as its `voice.toml` lists them. Owns reading them whole or not at all; must not
//! know what is in them.
//!
//! The runtime's reader of nets never comes back from some torn files, so nothing reaches it that is not, byte for
//! byte, what was published.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::voice::VoiceError;

const LIST: &str = "voice.toml";

/// A folder with a voice.
pub struct Pack {
    folder: PathBuf,
}

#[derive(Deserialize)]
struct Listed {
    weights: String,
    file: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    name: String,
    sha256: String,
}

impl Pack {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The voice's name: that of its folder.
    pub fn name(&self) -> String {
        self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Of all its files, by what the list says of them.
    pub fn identity(&self) -> String {
        let list = fs::read(self.folder.join(LIST)).unwrap_or_default();
        blake3::hash(&list).to_hex().chars().take(16).collect()
    }

    /// The bytes of the file `name`.
    ///
    /// # Errors
    /// In words, when it is missing, or not the file that the list means.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        self.read(&self.list()?, name)
    }

    /// The name and the bytes of the file with the net.
    ///
    /// # Errors
    /// [`VoiceError::Weights`] when it or the list is missing, or it is not the file that the list means.
    pub fn weights(&self) -> Result<(String, Vec<u8>), VoiceError> {
        let listed = self.list().map_err(|reason| self.unusable(LIST, reason))?;
        let bytes =
            self.read(&listed, &listed.weights).map_err(|reason| self.unusable(&listed.weights, reason))?;
        Ok((listed.weights, bytes))
    }

    pub fn unusable(&self, file: &str, reason: String) -> VoiceError {
        VoiceError::Weights { voice: self.name(), file: self.folder.join(file).display().to_string(), reason }
    }

    fn list(&self) -> Result<Listed, String> {
        let text = fs::read_to_string(self.folder.join(LIST)).map_err(|error| error.to_string())?;
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    }

    fn read(&self, listed: &Listed, name: &str) -> Result<Vec<u8>, String> {
        let part = listed.file.iter().find(|part| part.name == name);
        let wanted = &part.ok_or_else(|| format!("`{LIST}` has no digest for it"))?.sha256;
        let bytes = fs::read(self.folder.join(name)).map_err(|error| error.to_string())?;
        if hex(&Sha256::digest(&bytes)) == *wanted {
            Ok(bytes)
        } else {
            Err(format!("its {} bytes are not those that were published", bytes.len()))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice of one small file, and the digest of `abc` as the standard gives it.
    fn voice(list: &str, weights: &[u8]) -> (tempfile::TempDir, Pack) {
        let dir = tempfile::tempdir().expect("a directory");
        let folder = dir.path().join("someone");
        fs::create_dir(&folder).expect("created");
        fs::write(folder.join(LIST), list).expect("written");
        fs::write(folder.join("net"), weights).expect("written");
        (dir, Pack::new(folder))
    }

    const LISTED: &str = "weights = 'net'\nrate = 24000\n[[file]]\nname = 'net'\nbytes = 3\n\
        sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'";

    fn refused(list: &str, weights: &[u8]) -> String {
        let (_dir, pack) = voice(list, weights);
        pack.weights().expect_err("no weights").to_string()
    }

    #[test]
    fn the_published_file_is_read() {
        let (_dir, pack) = voice(LISTED, b"abc");
        assert_eq!(pack.weights().expect("weights"), ("net".to_owned(), b"abc".to_vec()));
    }

    #[test]
    fn any_other_file_is_refused() {
        for bytes in [b"".as_slice(), b"ab", b"abd", b"abc\n"] {
            assert!(refused(LISTED, bytes).contains("not those that were published"));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = refused("weights = 'net'\nfile = []", b"abc");
        assert!(error.contains("net` of the voice `someone`") && error.contains("no digest"), "{error}");
        assert!(refused("weights = 7", b"abc").contains("voice.toml"));
        let error = Pack::new("/nowhere/heart".into()).weights().expect_err("nothing there").to_string();
        assert!(
            error.contains("/nowhere/heart/voice.toml") && error.contains("voices install heart"),
            "{error}"
        );
    }
}
