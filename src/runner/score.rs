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

#[cfg(test)]
mod tests {
    use super::super::cue::{Part, Place};
    use super::*;
    use crate::line::Pace;

    fn line(fit: Fit, at: u64) -> Placed {
        let line = Line { text: "seventeen".into(), language: "en".into(), pace: Pace::NORMAL };
        Placed { at: Frames(at), sound: Sound::Line(line), fit }
    }

    fn onsets(sounds: Vec<Placed>, length: Length, clip: u64) -> (Vec<(u64, bool)>, u64) {
        let cue = Cue { part: Part::Work, place: Place::default(), sounds, length };
        let score = score(&cue, &mut |_| Some(Frames(clip))).unwrap();
        let spoken = |sound: &Sound| matches!(sound, Sound::Line(_));
        (score.sounds.iter().map(|(at, sound)| (at.0, spoken(sound))).collect(), score.length.0)
    }

    #[test]
    fn a_count_longer_than_its_beat_is_a_tick_on_the_beat() {
        let beat = Length::Fixed(Frames(48_000));
        assert_eq!(onsets(vec![line(Fit::OrTick, 0)], beat, 48_000), (vec![(0, true)], 48_000));
        assert_eq!(onsets(vec![line(Fit::OrTick, 0)], beat, 48_001), (vec![(0, false)], 48_000));
    }

    #[test]
    fn a_word_with_no_room_before_the_next_sound_is_left_out() {
        let tick = Placed { at: Frames(9_000), sound: Sound::Chime(Chime::Tick), fit: Fit::Whole };
        let hold = Length::Fixed(Frames(20_000));
        let sounds = vec![line(Fit::OrNothing, 5_000), tick];
        assert_eq!(onsets(sounds.clone(), hold, 4_000).0, [(5_000, true), (9_000, false)]);
        assert_eq!(onsets(sounds, hold, 4_001).0, [(9_000, false)]);
    }

    #[test]
    fn a_sentence_gets_the_time_it_needs() {
        let length = Length::Sounds { least: Frames(10_000), pause: Frames(100) };
        assert_eq!(onsets(vec![line(Fit::Whole, 0)], length, 12_000).1, 12_100);
        assert_eq!(onsets(vec![line(Fit::Whole, 0)], length, 1_000).1, 10_000);
    }

    #[test]
    fn there_is_no_score_until_every_clip_is_ready() {
        let length = Length::Fixed(Frames(1));
        let cue =
            Cue { part: Part::Work, place: Place::default(), sounds: vec![line(Fit::Whole, 0)], length };
        assert_eq!(score(&cue, &mut |_| None), None);
    }
}
