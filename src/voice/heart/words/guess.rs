//! Words that no lexicon has, sounded out letter by letter by the pack's small net. Owns the net and its alphabet;
//! it is loaded with the first such word.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rten::{Model, ModelOptions, RunOptions, ThreadPool, Value};
use serde::Deserialize;

use super::WordsError;
use super::accent::Accent;
use crate::voice::heart::net::operators;
use crate::voice::pack::Pack;

/// Letters in, phonemes out, both counted from one.
#[derive(Debug, Deserialize)]
struct Alphabet {
    #[serde(rename = "in")]
    letters: Vec<char>,
    #[serde(rename = "out")]
    phonemes: Vec<String>,
    #[serde(rename = "maxlen")]
    longest: usize,
}

/// The loaded net.
pub struct Guess {
    model: Model,
    numbers: HashMap<char, i32>,
    alphabet: Alphabet,
    name: String,
    /// One thread, as for speech itself.
    pool: Arc<ThreadPool>,
}

impl Guess {
    /// # Errors
    /// [`WordsError::Damaged`] when a file is missing, or is not the one that the pack lists: the runtime never comes
    /// back from some torn nets.
    pub fn load(folder: &Path, accent: Accent) -> Result<Self, WordsError> {
        let pack = Pack::new(folder.to_owned());
        let [net, alphabet] = accent.net();
        let name = |file: &str| folder.join(file).display().to_string();
        let read = |file: &str| pack.file(file).map_err(|reason| WordsError::damaged(&name(file), &reason));
        let alphabet: Alphabet = serde_json::from_slice(&read(alphabet)?)
            .map_err(|error| WordsError::damaged(&name(alphabet), &error.to_string()))?;
        let model = ModelOptions::with_ops(operators()).load(read(net)?);
        let model = model.map_err(|error| WordsError::damaged(&name(net), &error.to_string()))?;
        let numbers = alphabet.letters.iter().copied().zip(1..).collect();
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { model, numbers, alphabet, name: name(net), pool })
    }

    /// Phonemes of `word`; empty where it has no letter that the net knows.
    ///
    /// # Errors
    /// [`WordsError::Damaged`] when the net does not answer in its alphabet.
    pub fn word(&self, word: &str) -> Result<String, WordsError> {
        let letters = word.chars().filter_map(|letter| self.numbers.get(&letter).copied());
        let letters: Vec<i32> = letters.take(self.alphabet.longest).collect();
        if letters.is_empty() {
            return Ok(String::new());
        }
        let answer = self.run(letters).map_err(|reason| WordsError::damaged(&self.name, &reason))?;
        Ok(self.said(&answer))
    }

    fn run(&self, letters: Vec<i32>) -> Result<Vec<i32>, String> {
        let input = Value::from_shape([1, letters.len()], letters).map_err(|error| error.to_string())?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        match self.model.run_one(input.into(), Some(options)).map_err(|error| error.to_string())? {
            Value::Int32Tensor(answer) => Ok(answer.into_data()),
            _ => Err("it does not answer in numbers".into()),
        }
    }

    /// A number said twice is one sound, and zero is none.
    fn said(&self, answer: &[i32]) -> String {
        let mut last = 0;
        let fresh = answer.iter().filter(|number| std::mem::replace(&mut last, **number) != **number);
        let place = |number: &i32| usize::try_from(*number).ok()?.checked_sub(1);
        fresh.filter_map(|number| self.alphabet.phonemes.get(place(number)?)).map(String::as_str).collect()
    }
}
