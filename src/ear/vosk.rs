//! The Vosk recogniser. Owns every call into its library, which is loaded when the program runs, so that a program
//! without it still runs. Must not let a handle outlive the library, or an unwinding pass through it.
#![expect(unsafe_code, reason = "a C library has no other door; each block says why it holds")]

use std::ffi::{CStr, CString, c_char, c_float, c_int, c_void};
use std::path::Path;
use std::sync::Arc;

use libloading::Library;
use serde::Deserialize;
use tempfile::TempDir;

use super::choose::Guess;
use super::lean::lean;
use super::recogniser::{EarError, OTHER, RATE, Recogniser};

type Handle = *mut c_void;

/// Ways to understand an utterance that are asked for.
const ALTERNATIVES: c_int = 30;

/// The functions of `vosk_api.h` that are used, as it declares them.
struct Api {
    model_new: unsafe extern "C" fn(*const c_char) -> Handle,
    model_free: unsafe extern "C" fn(Handle),
    find_word: unsafe extern "C" fn(Handle, *const c_char) -> c_int,
    new: unsafe extern "C" fn(Handle, c_float, *const c_char) -> Handle,
    free: unsafe extern "C" fn(Handle),
    set_max_alternatives: unsafe extern "C" fn(Handle, c_int),
    accept: unsafe extern "C" fn(Handle, *const i16, c_int) -> c_int,
    result: unsafe extern "C" fn(Handle) -> *const c_char,
    partial_result: unsafe extern "C" fn(Handle) -> *const c_char,
    final_result: unsafe extern "C" fn(Handle) -> *const c_char,
    /// The functions are valid while it is loaded.
    _library: Library,
}

impl Api {
    fn load(path: &Path) -> Result<Self, libloading::Error> {
        // SAFETY: the file's digest was checked when it was installed; its constructors only set up C++ statics.
        let library = unsafe { Library::new(path) }?;
        macro_rules! get {
            // SAFETY: the types are those of `vosk_api.h` of this version.
            ($name:literal) => {
                *unsafe { library.get(concat!("vosk_", $name, "\0").as_bytes()) }?
            };
        }
        let set_log_level: unsafe extern "C" fn(c_int) = get!("set_log_level");
        // SAFETY: takes any number; below 0 is silence.
        unsafe { set_log_level(-1) };
        Ok(Self {
            model_new: get!("model_new"),
            model_free: get!("model_free"),
            find_word: get!("model_find_word"),
            new: get!("recognizer_new_grm"),
            free: get!("recognizer_free"),
            set_max_alternatives: get!("recognizer_set_max_alternatives"),
            accept: get!("recognizer_accept_waveform_s"),
            result: get!("recognizer_result"),
            partial_result: get!("recognizer_partial_result"),
            final_result: get!("recognizer_final_result"),
            _library: library,
        })
    }
}

/// A loaded model; recognisers of it share it.
pub struct Model {
    api: Api,
    handle: Handle,
}

// SAFETY: the library counts references to a model atomically, and reads it only.
unsafe impl Send for Model {}
// SAFETY: as above.
unsafe impl Sync for Model {}

impl Model {
    /// Loads the library at `library` and the model in `folder`: some 0.3 s and 80 MB.
    ///
    /// # Errors
    /// [`EarError::Library`] or [`EarError::Model`].
    pub fn load(library: &Path, folder: &Path) -> Result<Self, EarError> {
        let no_library = |error: libloading::Error| EarError::Library {
            path: library.to_owned(),
            said: error.to_string(),
        };
        let api = Api::load(library).map_err(no_library)?;
        let no_model = || EarError::Model { path: folder.to_owned() };
        // Where nothing can be written, the whole model does it too.
        let lean = lean(folder).ok();
        let lean = lean.as_ref().map_or(folder, TempDir::path);
        let path = CString::new(lean.as_os_str().as_encoded_bytes()).map_err(|_| no_model())?;
        // SAFETY: the path ends with a zero byte and lives through the call.
        let handle = unsafe { (api.model_new)(path.as_ptr()) };
        if handle.is_null() {
            return Err(no_model());
        }
        Ok(Self { api, handle })
    }

    /// Whether the word is in the dictionary.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        let Ok(word) = CString::new(word) else { return false };
        // SAFETY: the model lives as long as `self`.
        unsafe { (self.api.find_word)(self.handle, word.as_ptr()) >= 0 }
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: nobody uses the handle after this; recognisers hold the `Arc` around `self`.
        unsafe { (self.api.model_free)(self.handle) };
    }
}

/// A recogniser on one thread.
pub struct Vosk {
    model: Arc<Model>,
    /// Null while nothing is listened for.
    handle: Handle,
    /// What the library itself took for an end, until it is asked for.
    ended: Vec<Vec<Guess>>,
    samples: Vec<i16>,
}

// SAFETY: the library keeps nothing per thread; whoever owns it is alone with its handle.
unsafe impl Send for Vosk {}

impl Vosk {
    #[must_use]
    pub fn new(model: Arc<Model>) -> Self {
        Self { model, handle: std::ptr::null_mut(), ended: Vec::new(), samples: Vec::new() }
    }

    fn free(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: the handle is from `new`, and is forgotten at once.
            unsafe { (self.model.api.free)(self.handle) };
            self.handle = std::ptr::null_mut();
        }
    }

    fn ask(&self, question: unsafe extern "C" fn(Handle) -> *const c_char) -> String {
        if self.handle.is_null() {
            return String::new();
        }
        // SAFETY: the text belongs to the recogniser until its next call, and is copied here.
        let text = unsafe { question(self.handle) };
        if text.is_null() {
            return String::new();
        }
        // SAFETY: it ends with a zero byte.
        unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
    }
}

impl Drop for Vosk {
    fn drop(&mut self) {
        self.free();
    }
}

impl Recogniser for Vosk {
    fn knows(&self, word: &str) -> bool {
        self.model.knows(word)
    }

    fn expect(&mut self, phrases: &[String]) -> Result<(), EarError> {
        self.free();
        self.ended.clear();
        // A phrase with a word that it does not know would be listened for without the word.
        let known = |phrase: &&str| phrase.split(' ').all(|word| self.model.knows(word));
        let mut list: Vec<&str> = phrases.iter().map(String::as_str).filter(known).collect();
        if list.is_empty() {
            return Ok(());
        }
        list.push(OTHER);
        let wrong = || EarError::Phrases(phrases.join(", "));
        let list = serde_json::to_string(&list).map_err(|_| wrong())?;
        let list = CString::new(list).map_err(|_| wrong())?;
        // SAFETY: the model lives as long as `self`; the list lives through the call.
        let handle = unsafe { (self.model.api.new)(self.model.handle, RATE as c_float, list.as_ptr()) };
        if handle.is_null() {
            return Err(wrong());
        }
        // SAFETY: the handle was made just now.
        unsafe { (self.model.api.set_max_alternatives)(handle, ALTERNATIVES) };
        self.handle = handle;
        Ok(())
    }

    fn feed(&mut self, samples: &[f32]) {
        if self.handle.is_null() {
            return;
        }
        self.samples.clear();
        self.samples.extend(samples.iter().map(|sample| (sample * 32_767.0) as i16));
        let len = c_int::try_from(self.samples.len()).unwrap_or(0);
        // SAFETY: the samples outlive the call, and there are `len` of them.
        let ended = unsafe { (self.model.api.accept)(self.handle, self.samples.as_ptr(), len) };
        if ended == 1 {
            self.ended.push(guesses(&self.ask(self.model.api.result)));
        }
    }

    fn so_far(&mut self) -> String {
        #[derive(Deserialize)]
        struct Partial {
            partial: String,
        }
        let partial = serde_json::from_str::<Partial>(&self.ask(self.model.api.partial_result));
        let partial = partial.map(|partial| partial.partial).unwrap_or_default();
        let before =
            self.ended.iter().map(|guesses| guesses.first().map_or("", |guess| guess.words.as_str()));
        let before = before.map(|words| if words.is_empty() { OTHER } else { words });
        before.chain([partial.as_str()]).filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn end(&mut self) -> Vec<Guess> {
        self.ended.push(guesses(&self.ask(self.model.api.final_result)));
        let parts = std::mem::take(&mut self.ended);
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.reduce(|first, second| joined(&first, &second)).unwrap_or_default()
    }
}

/// Every way to understand one part and then the other, the likeliest first.
fn joined(first: &[Guess], second: &[Guess]) -> Vec<Guess> {
    let after = |one: &Guess, two: &Guess| Guess {
        words: without_other(&format!("{} {}", one.words, two.words)),
        score: one.score + two.score,
    };
    let mut all: Vec<Guess> =
        first.iter().flat_map(|one| second.iter().map(move |two| after(one, two))).collect();
    all.sort_by(|one, two| two.score.total_cmp(&one.score));
    all.truncate(ALTERNATIVES as usize);
    all
}

fn without_other(words: &str) -> String {
    words.split(' ').filter(|word| !word.is_empty() && *word != OTHER).collect::<Vec<_>>().join(" ")
}

/// A result as the library writes it.
fn guesses(json: &str) -> Vec<Guess> {
    #[derive(Deserialize)]
    struct Alternative {
        text: String,
        confidence: f32,
    }
    #[derive(Deserialize)]
    struct Result {
        alternatives: Vec<Alternative>,
    }
    let result = serde_json::from_str::<Result>(json);
    let all = result.map(|result| result.alternatives).unwrap_or_default();
    all.into_iter().map(|one| Guess { words: without_other(&one.text), score: one.confidence }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(words: &str, score: f32) -> Guess {
        Guess { words: words.into(), score }
    }

    #[test]
    fn what_is_no_word_is_left_out() {
        let json = r#"{"alternatives":[{"confidence":98.5,"text":"[unk] it hurts"},{"confidence":97.0,"text":"[unk]"}]}"#;
        assert_eq!(guesses(json), [guess("it hurts", 98.5), guess("", 97.0)]);
        assert_eq!(guesses("garbage"), []);
    }

    #[test]
    fn parts_are_joined_the_likeliest_first() {
        let (first, second) =
            (vec![guess("no", 5.0), guess("", 1.0)], vec![guess("four", 7.0), guess("for", 6.5)]);
        let all: Vec<String> = joined(&first, &second).into_iter().map(|guess| guess.words).collect();
        assert_eq!(all, ["no four", "no for", "four", "for"]);
    }

    #[test]
    fn a_library_that_is_none_is_an_error_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("libvosk.so");
        std::fs::write(&path, "no library").unwrap();
        let error = Model::load(&path, dir.path()).err().unwrap().to_string();
        assert!(error.contains("libvosk.so") && error.contains("matside ears install"), "{error}");
    }
}
