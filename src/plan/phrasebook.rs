//! The engine's own words in one language.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;

use super::HearingWords;
use crate::frames::{Frames, RATE};
use crate::script::{Phrases, Texts, fold};

/// One side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    Left,
    Right,
}

impl Side {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// Phrases ready to be said. A phrase that is missing or broken gives nothing to say: the check reports it.
#[derive(Debug)]
pub struct PhraseBook {
    texts: Arc<Texts>,
    numbers: Vec<String>,
    say: BTreeMap<String, String>,
    left: BTreeMap<String, String>,
    right: BTreeMap<String, String>,
    directions: BTreeMap<String, String>,
    commands: BTreeMap<String, String>,
    hearing: HearingWords,
    moves: BTreeMap<(Option<String>, String), (Arc<str>, Frames)>,
}

impl PhraseBook {
    pub(super) fn new(phrases: &Phrases, texts: Arc<Texts>) -> Self {
        let forms = |map: &BTreeMap<_, crate::script::At<String>>| strings(map);
        Self {
            texts,
            numbers: phrases.numbers.iter().map(|n| n.value.clone()).collect(),
            say: strings(&phrases.say).into_iter().chain(invitation(phrases)).collect(),
            left: forms(&phrases.sides.left),
            right: forms(&phrases.sides.right),
            directions: strings(&phrases.directions),
            commands: phrases
                .commands
                .iter()
                .flat_map(|(name, words)| words.iter().map(|word| (fold(word), name.value.clone())))
                .collect(),
            hearing: HearingWords::new(&phrases.hearing),
            moves: phrases
                .moves
                .iter()
                .map(|m| {
                    let key = (m.from.as_ref().map(|from| from.value.clone()), m.to.value.clone());
                    (key, (Arc::from(m.say.as_str()), m.time.0))
                })
                .collect(),
        }
    }

    /// The phrase `name` with its variables filled in; empty when there is none.
    #[must_use]
    pub fn say(&self, name: &str, vars: &[(&str, &str)]) -> String {
        let vars = vars.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
        let rendered = self.say.get(name).and_then(|text| self.texts.render(text, &vars).ok());
        rendered.unwrap_or_default()
    }

    /// `number` as a word, or in digits where the phrases hold no word for it.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        let word = usize::try_from(number).ok().and_then(|n| self.numbers.get(n));
        word.cloned().unwrap_or_else(|| number.to_string())
    }

    /// The number that `words` say, as a word or in digits.
    #[must_use]
    pub fn number_said(&self, words: &str) -> Option<i64> {
        let words = fold(words);
        let index = self.numbers.iter().position(|n| fold(n) == words);
        index.and_then(|n| i64::try_from(n).ok()).or_else(|| words.parse().ok())
    }

    /// A length as it is said: "thirty seconds", "one minute and thirty seconds".
    #[must_use]
    pub fn duration(&self, length: Frames) -> String {
        let seconds = (length.0 + u64::from(RATE) / 2) / u64::from(RATE);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        match (self.counted("minute", minutes), self.counted("second", seconds)) {
            (Some(first), Some(second)) => {
                self.say("duration-and", &[("first", &first), ("second", &second)])
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => self.say("seconds", &[("count", &self.number(0))]),
        }
    }

    /// A length in whole minutes, at least one.
    #[must_use]
    pub fn minutes(&self, length: Frames) -> String {
        let minute = Frames::from_secs(60);
        self.duration(minute * ((length + minute / 2).0 / minute.0).max(1))
    }

    fn counted(&self, unit: &str, count: u64) -> Option<String> {
        match count {
            0 => None,
            1 => Some(self.say(&format!("one-{unit}"), &[])),
            n => Some(self.say(&format!("{unit}s"), &[("count", &self.number(n))])),
        }
    }

    /// Forms of the word for `side`; `plain` is always among them once checked.
    #[must_use]
    pub fn side(&self, side: Side) -> &BTreeMap<String, String> {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// What is said of everything in `direction`, where there are words for it.
    #[must_use]
    pub fn direction(&self, direction: &str) -> Option<&str> {
        self.directions.get(direction).map(String::as_str)
    }

    /// How to get to position `to`, and the least time for it.
    #[must_use]
    pub fn to_position(&self, from: Option<&str>, to: &str) -> Option<&(Arc<str>, Frames)> {
        let exact = from.and_then(|from| self.moves.get(&(Some(from.to_owned()), to.to_owned())));
        exact.or_else(|| self.moves.get(&(None, to.to_owned())))
    }

    /// The words around answers and commands.
    #[must_use]
    pub fn hearing(&self) -> &HearingWords {
        &self.hearing
    }

    /// What gives each command: words and its name.
    pub fn commands(&self) -> impl Iterator<Item = (&str, &str)> {
        self.commands.iter().map(|(words, name)| (words.as_str(), name.as_str()))
    }

    /// Name of the command that `words` give.
    #[must_use]
    pub fn command(&self, words: &str) -> Option<&str> {
        self.commands.get(&fold(words)).map(String::as_str)
    }
}

/// The texts of the invitation, by the names that they have among the phrases.
fn invitation(phrases: &Phrases) -> impl Iterator<Item = (String, String)> {
    let texts = phrases.invitation.iter().flat_map(|invitation| {
        [
            ("invitation", &invitation.say),
            ("invitation-missed", &invitation.missed),
            ("invitation-later", &invitation.later),
        ]
    });
    texts.map(|(name, text)| (name.to_owned(), text.value.clone()))
}

fn strings(map: &BTreeMap<crate::script::At<String>, crate::script::At<String>>) -> BTreeMap<String, String> {
    map.iter().map(|(k, v)| (k.value.clone(), v.value.clone())).collect()
}
