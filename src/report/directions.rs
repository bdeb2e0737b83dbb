//! How each direction of movement felt: what eased, and after what pain went further down the leg.

use std::collections::BTreeMap;

use crate::history::{Answer, Sitting};
use crate::script::FactValue;

use super::names::Names;

/// The fact that pain went further down the leg.
const SPREAD: &str = "spread";

/// How movement in a direction felt; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Felt {
    /// It eased, or the pain moved toward the back.
    Helped,
    Same,
    /// Nobody answered.
    Unknown,
    /// Stronger, but no further down.
    Worse,
    /// Further down the leg.
    Spread,
}

impl Felt {
    pub(super) fn of(value: &FactValue) -> Option<Self> {
        let FactValue::Word(word) = value else { return None };
        Some(match word.as_str() {
            "better" => Self::Helped,
            "same" => Self::Same,
            "worse" => Self::Worse,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }

    /// What `answer` says of a direction; of none by name when the pain went down with something else.
    pub(super) fn told<'a>(answer: &Answer, names: &'a Names) -> Option<(Option<&'a str>, Self)> {
        let spread = answer.facts.get(SPREAD) == Some(&FactValue::Flag(true));
        let told = answer.facts.iter().find_map(|(name, value)| names.felt(name, value));
        match told {
            Some((direction, _)) if spread => Some((Some(direction), Self::Spread)),
            Some((direction, felt)) => Some((Some(direction), felt)),
            None => spread.then_some((None, Self::Spread)),
        }
    }
}

/// One direction over all sessions: how often it felt how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Direction {
    /// Nothing for what was not about a direction.
    pub name: Option<String>,
    pub felt: BTreeMap<Felt, u32>,
}

impl Direction {
    #[must_use]
    pub fn times(&self, felt: Felt) -> u32 {
        self.felt.get(&felt).copied().unwrap_or_default()
    }
}

pub(super) fn count(sittings: &[Sitting], names: &Names) -> Vec<Direction> {
    let mut all: BTreeMap<Option<&str>, BTreeMap<Felt, u32>> = BTreeMap::new();
    for answer in sittings.iter().flat_map(Sitting::answers) {
        if let Some((direction, felt)) = Felt::told(answer, names) {
            *all.entry(direction).or_default().entry(felt).or_default() += 1;
        }
    }
    all.into_iter().map(|(name, felt)| Direction { name: name.map(str::to_owned), felt }).collect()
}
