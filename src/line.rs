//! A line to be spoken: what a voice needs to know, and the key under which its sound is kept.

use std::sync::Arc;

use crate::frames::Frames;

/// Speed of speech in percent of the voice's own; 70 to 150.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Pace(u16);

impl Pace {
    pub const NORMAL: Self = Self(100);

    /// Clamped to 70 … 150.
    #[must_use]
    pub fn percent(percent: u16) -> Self {
        Self(percent.clamp(70, 150))
    }

    #[must_use]
    pub fn as_percent(self) -> u16 {
        self.0
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::NORMAL
    }
}

/// One utterance: a sentence, or a single word of a count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    pub text: Arc<str>,
    /// BCP 47 tag, such as `en`.
    pub language: Arc<str>,
    pub pace: Pace,
}

/// How a spoken line lies in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    pub length: Frames,
    /// From its start to its first vowel, where it is heard to begin.
    pub onset: Frames,
}

/// Heard from its very start.
impl From<Frames> for Timing {
    fn from(length: Frames) -> Self {
        Self { length, onset: Frames::ZERO }
    }
}

/// Frames a calm voice takes for one character: fifteen characters a second. The `tick` voice takes exactly this.
pub const FRAMES_PER_CHAR: u64 = 3_200;

impl Line {
    /// How long a voice of average speed takes for it.
    #[must_use]
    pub fn estimate(&self) -> Frames {
        Frames(FRAMES_PER_CHAR * self.text.chars().count().max(1) as u64)
    }
}
