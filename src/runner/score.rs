//! A cue and the lengths of its clips to exact onsets.

use crate::frames::Frames;
use crate::line::Line;
use crate::script::Chime;

use super::cue::{Cue, Fit, Length, Placed, Sound, chime_length};

/// What sounds when, from the start of the cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    pub sounds: Vec<(Frames, Sound)>,
    pub length: Frames,
}

/// Fixes every onset of `cue`. `len` gives the length of a line's clip, or `None` while it is not ready, and then
/// there is no score yet.
pub fn score(cue: &Cue, len: &mut dyn FnMut(&Line) -> Option<Frames>) -> Option<Score> {
    let mut sounds = Vec::with_capacity(cue.sounds.len());
    let mut end = Frames::ZERO;
    for (i, placed) in cue.sounds.iter().enumerate() {
        let length = match &placed.sound {
            Sound::Line(line) => len(line)?,
            Sound::Chime(chime) => chime_length(*chime),
        };
        let fits = placed.at + length <= room(cue, i);
        if let Some((sound, length)) = fit(placed, length, fits) {
            end = end.max(placed.at + length);
            sounds.push((placed.at, sound));
        }
    }
    let length = match cue.length {
        Length::Fixed(length) => length,
        Length::Sounds { least, pause } => (end + pause).max(least),
    };
    Some(Score { sounds, length })
}

/// Where the sound after `i` begins, or the cue ends.
fn room(cue: &Cue, i: usize) -> Frames {
    let end = match cue.length {
        Length::Fixed(length) => length,
        Length::Sounds { .. } => Frames(u64::MAX),
    };
    cue.sounds.get(i + 1).map_or(end, |next| next.at)
}

fn fit(placed: &Placed, length: Frames, fits: bool) -> Option<(Sound, Frames)> {
    match placed.fit {
        _ if fits => Some((placed.sound.clone(), length)),
        Fit::Whole => Some((placed.sound.clone(), length)),
        Fit::OrTick => Some((Sound::Chime(Chime::Tick), chime_length(Chime::Tick))),
        Fit::OrNothing => None,
    }
}
