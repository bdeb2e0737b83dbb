//! The espeak-ng program as a voice: any language it has, fast, and never the only thing that can fail.
//! Owns its arguments and its second chance; processes are in [`super::child`], WAV streams in [`super::riff`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::child::{self, Run};
use super::{Pcm, Synth, VoiceError, riff};
use crate::line::{Line, Pace};

const NAME: &str = "espeak-ng";
const HINT: &str = "sudo apt install espeak-ng";

/// Words a minute at the normal pace: calm.
const WORDS_PER_MINUTE: u32 = 150;
/// Of 0 to 99; a little under its own 50, which is shrill on small speakers.
const PITCH: u32 = 45;
/// It speaks a hundred times faster than real time; a cold disk on a small computer may take seconds.
const DEADLINE: Duration = Duration::from_secs(10);

/// Speaks through one short-lived process for each line.
#[derive(Debug)]
pub struct Espeak {
    program: PathBuf,
    deadline: Duration,
    version: OnceLock<String>,
    languages: OnceLock<BTreeSet<String>>,
}

impl Default for Espeak {
    fn default() -> Self {
        Self::with_program(NAME, DEADLINE)
    }
}

impl Espeak {
    /// Another program with the same arguments, killed after `deadline` (and longer for long lines).
    #[must_use]
    pub fn with_program(program: impl Into<PathBuf>, deadline: Duration) -> Self {
        let (version, languages) = Default::default();
        Self { program: program.into(), deadline, version, languages }
    }

    /// Whether the program is there and has `language`, a BCP 47 tag.
    ///
    /// # Errors
    /// [`VoiceError::Missing`] or [`VoiceError::Language`], and what went wrong while asking.
    pub fn check(&self, language: &str) -> Result<(), VoiceError> {
        self.voice(language).map(drop)
    }

    /// The sounds of one clause in the phonetic alphabet, as its voice `voice` reads it; words stand between spaces.
    ///
    /// # Errors
    /// As those of speaking.
    pub(super) fn phonemes(&self, text: &str, voice: &str) -> Result<String, VoiceError> {
        let arguments = ["-q", "--ipa", "-b", "1", "--stdin", "-v", voice];
        let read = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string());
        self.twice(&arguments, &plain(text), read)
    }

    /// Its own name for the language: the tag, or as much of the tag's beginning as it knows.
    fn voice(&self, language: &str) -> Result<String, VoiceError> {
        let known = self.languages()?;
        let tag = language.to_lowercase().replace('_', "-");
        std::iter::successors(Some(tag.as_str()), |tag| Some(tag.rsplit_once('-')?.0))
            .find(|tag| known.contains(*tag))
            .map(str::to_owned)
            .ok_or_else(|| VoiceError::Language { voice: NAME.into(), language: language.into() })
    }

    fn languages(&self) -> Result<&BTreeSet<String>, VoiceError> {
        if let Some(known) = self.languages.get() {
            return Ok(known);
        }
        let listed = self.twice(&["--voices"], "", languages)?;
        Ok(self.languages.get_or_init(|| listed))
    }

    /// Runs the program, and once more if it hangs, dies or talks nonsense.
    fn twice<T>(
        &self,
        arguments: &[&str],
        text: &str,
        read: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, VoiceError> {
        let once = || self.once(arguments, text).and_then(|bytes| read(&bytes).map_err(failed));
        match once() {
            Err(VoiceError::Hung { .. } | VoiceError::Failed { .. } | VoiceError::Io { .. }) => once(),
            first => first,
        }
    }

    fn once(&self, arguments: &[&str], text: &str) -> Result<Vec<u8>, VoiceError> {
        let deadline = self.deadline + Duration::from_millis(2 * text.len() as u64);
        match child::run(&self.program, arguments, text.into(), deadline) {
            Ok(Run::Done(bytes)) => Ok(bytes),
            Ok(Run::Failed(reason)) => Err(failed(reason)),
            Ok(Run::Hung) => Err(VoiceError::Hung { program: NAME, seconds: deadline.as_secs().max(1) }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(VoiceError::Missing { program: NAME, hint: HINT })
            }
            Err(error) => Err(VoiceError::Io { program: NAME, source: Arc::new(error) }),
        }
    }
}

impl Synth for Espeak {
    fn id(&self) -> String {
        let asked = || self.once(&["--version"], "").map(|bytes| version(&bytes)).unwrap_or_default();
        let version = self.version.get_or_init(asked);
        format!("{NAME} {version} s{WORDS_PER_MINUTE} p{PITCH}")
    }

    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        let (voice, speed, pitch) = (self.voice(&line.language)?, speed(line.pace), PITCH.to_string());
        // `-b 1`: the text is UTF-8 whatever the locale; `-z`: no pause after the last sentence.
        let arguments = ["--stdin", "--stdout", "-b", "1", "-z", "-v", &voice, "-s", &speed, "-p", &pitch];
        self.twice(&arguments, &plain(&line.text), riff::parse)
    }
}

fn failed(reason: String) -> VoiceError {
    VoiceError::Failed { program: NAME, reason }
}

/// Its slowest is 80.
fn speed(pace: Pace) -> String {
    (WORDS_PER_MINUTE * u32::from(pace.as_percent()) / 100).max(80).to_string()
}

/// Text that it takes for words: `[[` would begin phonemes, and control characters commands.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ").replace("[[", "[ [")
}

/// The number out of `eSpeak NG text-to-speech: 1.51  Data at: …`.
fn version(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    number.unwrap_or_default().to_owned()
}

/// The second column of `--voices`, and the names in brackets at the line's end.
fn languages(table: &[u8]) -> Result<BTreeSet<String>, String> {
    let table = String::from_utf8_lossy(table);
    let names = |line: &str| {
        let own = line.split_whitespace().nth(1).map(str::to_lowercase);
        let others = line.split('(').skip(1).filter_map(|part| part.split_whitespace().next());
        own.into_iter().chain(others.map(str::to_lowercase)).collect::<Vec<_>>()
    };
    let known: BTreeSet<String> = table.lines().skip(1).flat_map(names).collect();
    if known.is_empty() { Err("it lists no voices".into()) } else { Ok(known) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"Pty Language       Age/Gender VoiceName          File   Other Languages\n \
        5  de              --/M      German             gmw/de               \n \
        2  en-gb           --/M      English_(Great_Britain) gmw/en       (en 2)\n \
        5  cmn   --/M  Chinese_(Mandarin,_latin_as_English) sit/cmn   (zh-cmn 5)(zh 5)\n";

    #[test]
    fn a_tag_finds_the_nearest_voice() {
        let espeak = Espeak::default();
        assert!(languages(TABLE).is_ok_and(|known| espeak.languages.set(known).is_ok()));
        let voice = |tag| espeak.voice(tag).ok();
        assert_eq!(voice("de-AT").as_deref(), Some("de"));
        assert_eq!(voice("en_GB").as_deref(), Some("en-gb"));
        assert_eq!(voice("en").as_deref(), Some("en"));
        assert_eq!(voice("zh-Hans-CN").as_deref(), Some("zh"));
        assert_eq!(voice("tlh"), None);
        assert_eq!(voice(""), None);
    }

    #[test]
    fn an_empty_table_is_no_answer() {
        assert!(languages(b"").is_err());
        assert!(languages(b"\xff\xfe garbage").is_err());
    }

    #[test]
    fn version_is_found() {
        assert_eq!(version(b"eSpeak NG text-to-speech: 1.51  Data at: /x"), "1.51");
        assert_eq!(version(b""), "");
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(plain("one\0two\n[[three"), "one two [ [three");
    }
}
