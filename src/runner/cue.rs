//! The smallest thing that is performed, and resumed: a sentence, a chime, a repetition, a hold.

use crate::frames::Frames;
use crate::line::Line;
use crate::plan::Side;
use crate::script::Chime;

/// Something to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    Line(Line),
    Chime(Chime),
}

/// What becomes of a line that is longer than the room before the next sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is given the room it needs.
    Whole,
    /// A tick sounds in its place: a count is never late.
    OrTick,
    /// It is left out.
    OrNothing,
}

/// A sound at an offset from the start of its cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub at: Frames,
    pub sound: Sound,
    pub fit: Fit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Exactly this, whatever sounds in it.
    Fixed(Frames),
    /// Until the last sound has ended, at least `least`, and `pause` after it.
    Sounds { least: Frames, pause: Frames },
}

/// The part of a step that a cue belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Opening,
    Move,
    Title,
    Text,
    Work,
    Rest,
    Prompt,
    Listen,
    Reply,
    Aside,
    Closing,
}

/// Where in the work of an exercise a cue stands; all count from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub set: u32,
    /// Position of the side in the order of sides.
    pub turn: u32,
    pub side: Option<Side>,
    pub rep: u32,
    pub reps: u32,
}

impl Place {
    /// Order in which places come.
    #[must_use]
    pub fn order(self) -> (u32, u32, u32) {
        (self.set, self.turn, self.rep)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    pub part: Part,
    pub place: Place,
    pub sounds: Vec<Placed>,
    pub length: Length,
}

impl Cue {
    /// Whether an interrupted cue is performed again from its start: half a sentence helps nobody, half a
    /// hold has been held.
    #[must_use]
    pub fn starts_again(&self) -> bool {
        matches!(self.length, Length::Sounds { .. })
    }

    /// The lines in it.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.sounds.iter().filter_map(|placed| match &placed.sound {
            Sound::Line(line) => Some(line),
            Sound::Chime(_) => None,
        })
    }
}

/// The time a chime takes before anything else may sound. No sound file is longer (tested).
#[must_use]
pub fn chime_length(chime: Chime) -> Frames {
    Frames::from_millis(match chime {
        Chime::Begin | Chime::End => 2_000,
        Chime::Tick => 100,
        _ => 1_000,
    })
}
