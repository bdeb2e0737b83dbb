//! From a wish to a voice: the one that was asked for, or the best there is for the language, and those behind it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use crate::cli::{Speech, places, shelf};
use crate::packs::{self, Manifest};
use crate::voice::heart::words::Words;
use crate::voice::{Cache, DEFAULT_LIMIT, Espeak, Heart, Piper, Studio, Synth, Tick, VoiceError};

use super::packs::{known, unknown};
use super::{folders, live::SYSTEM};

/// Matside's own voice.
pub const USUAL: &str = "heart";

/// The voice that is `wanted`, and behind it the next best ones for `language`: if it fails, they speak on, and
/// `fell` is told.
///
/// # Errors
/// No voice speaks the language, or the one that is wanted does not, or is not there.
pub fn studio(
    wanted: Option<&str>,
    speech: &Speech,
    language: &str,
    fell: &Sender<(String, VoiceError)>,
) -> anyhow::Result<Studio> {
    let (first, behind) = voices(wanted, language)?;
    let fell = fell.clone();
    let tell = Box::new(move |id, error| drop(fell.send((id, error))));
    Ok(Studio::new(first, cache(speech)).with_others(behind, tell))
}

/// The same without any behind it: a recording has one voice from beginning to end.
///
/// # Errors
/// As [`studio`].
pub fn one(speech: &Speech, language: &str) -> anyhow::Result<Studio> {
    let (first, _) = voices(speech.voice.as_deref(), language)?;
    Ok(Studio::new(first, cache(speech)))
}

fn cache(speech: &Speech) -> Option<Cache> {
    let dir = speech.cache.clone().or_else(|| places::cache().map(|dir| dir.join("speech")));
    dir.filter(|_| !speech.no_cache).map(|dir| Cache::new(dir, DEFAULT_LIMIT))
}

type Voice = Box<dyn Synth>;

fn voices(wanted: Option<&str>, language: &str) -> anyhow::Result<(Voice, Vec<Voice>)> {
    let others = [USUAL, "espeak"].into_iter().filter(|name| wanted != Some(name));
    let mut behind: Vec<anyhow::Result<Voice>> = others.map(|name| open(name, language)).collect();
    let first = match wanted {
        // Its clips are for tests, to the frame: no other voice may take its place.
        Some("tick") => return Ok((Box::new(Tick), Vec::new())),
        Some(name) => open(name, language)?,
        None => match behind.iter().position(Result::is_ok) {
            Some(best) => behind.remove(best)?,
            // Why the last resort is not there says what to do.
            None => behind.pop().unwrap_or_else(|| Err(anyhow::anyhow!("there is no voice")))?,
        },
    };
    Ok((first, behind.into_iter().flatten().collect()))
}

/// A voice that is there and speaks `language`; nothing is loaded yet.
pub fn open(name: &str, language: &str) -> anyhow::Result<Voice> {
    if name == SYSTEM {
        anyhow::bail!(
            "the voice `system` speaks by itself, so its sound cannot be mixed, written to a file or kept; choose another one"
        );
    }
    if name == "espeak" {
        let espeak = Espeak::default();
        espeak.check(language)?;
        return Ok(Box::new(espeak));
    }
    let (dir, pack) = pack(name)?;
    if primary(&pack.language) != primary(language) {
        return Err(VoiceError::Language { voice: pack.name, language: language.into() }.into());
    }
    engine(&pack, &dir)
}

/// An installed pack and its folder.
fn pack(name: &str) -> anyhow::Result<(PathBuf, Manifest)> {
    if let Some(found) = packs::find(&folders(), name)? {
        return Ok(found);
    }
    if known().any(|pack| pack.name == name) {
        anyhow::bail!("the voice `{name}` is not installed; `matside voices install {name}` fetches it");
    }
    Err(unknown(name).into())
}

/// What a voice says for every word, and its language.
///
/// # Errors
/// The voice is not there, or has no words of its own.
pub fn words(name: &str) -> anyhow::Result<(Words, String)> {
    let found = if is_pack(name) { Some(pack(name)?) } else { None };
    match found.filter(|(_, pack)| pack.engine == HIBARI) {
        Some((dir, pack)) => Ok((Words::open(&dir, shelf::corrections()?)?, pack.language)),
        None => anyhow::bail!("the voice `{name}` has no list of words; `{USUAL}` has one"),
    }
}

/// Whether a voice of this name is made of files.
pub fn is_pack(name: &str) -> bool {
    !["espeak", "tick", SYSTEM].contains(&name)
}

/// The language of a tag, without country: a voice reads every kind of English.
pub fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// The engine of Matside's own voices.
const HIBARI: &str = "hibari";
/// That of the Piper project's.
const PIPER: &str = "piper";

/// Whether this version can speak with a pack of `engine`.
pub fn reads(engine: &str) -> bool {
    [HIBARI, PIPER].contains(&engine)
}

fn engine(pack: &Manifest, dir: &Path) -> anyhow::Result<Voice> {
    match pack.engine.as_str() {
        HIBARI => Ok(Box::new(Heart::new(dir).corrected(shelf::corrections()?))),
        PIPER => Ok(Box::new(Piper::new(dir))),
        other => anyhow::bail!(
            "the pack `{}` ({}) needs the engine `{other}`, which this version does not have",
            pack.name,
            dir.display()
        ),
    }
}
