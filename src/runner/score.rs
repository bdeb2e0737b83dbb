//! A cue and the lengths of its clips to exact onsets.

use crate::frames::Frames;
use crate::line::{Line, Timing};
use crate::script::Chime;

use super::cue::{Cue, Fit, Length, Placed, Sound, chime_length};

/// How long a line takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Clip(Timing),
    /// It is known when it has ended: the voice speaks by itself.
    Open,
}

/// What sounds when, from the start of the cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    pub sounds: Vec<(Frames, Sound)>,
    /// At least, if it is open.
    pub length: Frames,
    /// Nothing is spoken from here on.
    pub said: Frames,
    /// There is a line whose end must be waited for, and this comes after it.
    pub open: Option<Frames>,
}

impl Extent {
    /// A voice that speaks by itself keeps no beat.
    fn onset(self) -> Frames {
        match self {
            Self::Clip(timing) => timing.onset,
            Self::Open => Frames::ZERO,
        }
    }
}

/// How the count comes about whose vowel belongs on the first frame of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Nothing led up to it: it begins with the cue, and the beat comes as much later as its vowel does.
    None,
    /// It began before the cue did.
    Begun,
    /// What was being said before left it no room.
    Late,
}

/// Fixes every onset of `cue`. `len` gives the length of a line, or `None` while its clip is not ready, and then
/// there is no score yet.
pub fn score(cue: &Cue, lead: Lead, len: &mut dyn FnMut(&Line) -> Option<Extent>) -> Option<Score> {
    let mut sounds = Vec::with_capacity(cue.sounds.len());
    let (mut end, mut said, mut shift, mut open) = (Frames::ZERO, Frames::ZERO, Frames::ZERO, false);
    for (i, placed) in cue.sounds.iter().enumerate() {
        let extent = extent(placed, len)?;
        let counted = on_first_beat(i, placed);
        let fits = placed.at + need(placed, extent) <= room(cue, i) && !(counted && lead == Lead::Late);
        let Some((sound, extent)) = fit(placed, extent, fits) else { continue };
        if counted && lead == Lead::None {
            shift = extent.onset();
        }
        let beat = placed.at + shift;
        match extent {
            Extent::Clip(timing) => end = end.max(beat + timing.length - timing.onset),
            Extent::Open => open = true,
        }
        let spoken = matches!(sound, Sound::Line(_));
        said = if spoken { end } else { said };
        if !(spoken && counted && lead == Lead::Begun) {
            sounds.push((beat - extent.onset(), sound));
        }
    }
    Some(match cue.length {
        Length::Fixed(length) => Score { sounds, length: length + shift, said, open: None },
        Length::Sounds { least, pause } => {
            Score { sounds, length: (end + pause).max(least), said, open: open.then_some(pause) }
        }
    })
}

/// The count that `cue` begins with and how far into it its vowel is, if it is ready, that is later than its start, and
/// there is room for it in the cue.
pub fn leading(cue: &Cue, len: &mut dyn FnMut(&Line) -> Option<Extent>) -> Option<(Frames, Sound)> {
    let placed = cue.sounds.first().filter(|placed| on_first_beat(0, placed))?;
    let extent = extent(placed, len)?;
    let fits = extent.onset() > Frames::ZERO && need(placed, extent) <= room(cue, 0);
    fits.then(|| (extent.onset(), placed.sound.clone()))
}

fn on_first_beat(i: usize, placed: &Placed) -> bool {
    i == 0 && placed.at == Frames::ZERO && placed.fit == Fit::OrTick
}

/// Only a count is heard against a beat; all else is placed by where it starts.
fn extent(placed: &Placed, len: &mut dyn FnMut(&Line) -> Option<Extent>) -> Option<Extent> {
    let line = match &placed.sound {
        Sound::Line(line) => len(line)?,
        Sound::Chime(chime) => return Some(Extent::Clip(chime_length(*chime).into())),
    };
    Some(match line {
        Extent::Clip(timing) if placed.fit != Fit::OrTick => Extent::Clip(timing.length.into()),
        other => other,
    })
}

/// The room that a sound needs. A voice that speaks by itself begins when it is asked, never on a beat, and takes
/// twice as long as thought.
fn need(placed: &Placed, extent: Extent) -> Frames {
    match (extent, placed.fit, &placed.sound) {
        (Extent::Clip(timing), ..) => timing.length - timing.onset,
        (Extent::Open, Fit::OrNothing, Sound::Line(line)) if placed.at == Frames::ZERO => line.estimate() * 2,
        (Extent::Open, ..) => Frames(u64::MAX),
    }
}

/// Where the sound after `i` begins, or the cue ends.
fn room(cue: &Cue, i: usize) -> Frames {
    let end = match cue.length {
        Length::Fixed(length) => length,
        Length::Sounds { .. } => Frames(u64::MAX),
    };
    cue.sounds.get(i + 1).map_or(end, |next| next.at)
}

fn fit(placed: &Placed, extent: Extent, fits: bool) -> Option<(Sound, Extent)> {
    match placed.fit {
        _ if fits => Some((placed.sound.clone(), extent)),
        Fit::Whole => Some((placed.sound.clone(), extent)),
        Fit::OrTick => Some((Sound::Chime(Chime::Tick), Extent::Clip(chime_length(Chime::Tick).into()))),
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
        let score = score(&cue, Lead::None, &mut |_| Some(Extent::Clip(Frames(clip).into()))).unwrap();
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

    /// What is left of `sounds` with a voice that speaks by itself, in a cue of ten seconds.
    fn spoken(sounds: Vec<Placed>) -> Vec<(u64, bool)> {
        let length = Length::Fixed(Frames(480_000));
        let cue = Cue { part: Part::Work, place: Place::default(), sounds, length };
        let score = score(&cue, Lead::None, &mut |_| Some(Extent::Open)).unwrap();
        assert_eq!((score.length, score.open), (Frames(480_000), None));
        score.sounds.iter().map(|(at, sound)| (at.0, matches!(sound, Sound::Line(_)))).collect()
    }

    #[test]
    fn a_voice_that_speaks_by_itself_keeps_no_beat() {
        assert_eq!(spoken(vec![line(Fit::OrTick, 0)]), [(0, false)]);
        assert_eq!(spoken(vec![line(Fit::OrNothing, 1)]), []);
    }

    #[test]
    fn it_begins_a_stretch_that_has_room_for_twice_the_line() {
        let tick = |at| Placed { at: Frames(at), sound: Sound::Chime(Chime::Tick), fit: Fit::Whole };
        let twice = 9 * 3_200 * 2;
        assert_eq!(spoken(vec![line(Fit::OrNothing, 0), tick(twice)]), [(0, true), (twice, false)]);
        assert_eq!(spoken(vec![line(Fit::OrNothing, 0), tick(twice - 1)]), [(twice - 1, false)]);
    }

    #[test]
    fn a_sentence_of_its_is_open_until_it_has_ended() {
        let length = Length::Sounds { least: Frames(10_000), pause: Frames(100) };
        let sounds = vec![line(Fit::Whole, 0)];
        let cue = Cue { part: Part::Work, place: Place::default(), sounds, length };
        let score = score(&cue, Lead::None, &mut |_| Some(Extent::Open)).unwrap();
        assert_eq!((score.sounds.len(), score.length, score.open), (1, Frames(10_000), Some(Frames(100))));
    }

    #[test]
    fn there_is_no_score_until_every_clip_is_ready() {
        let length = Length::Fixed(Frames(1));
        let cue =
            Cue { part: Part::Work, place: Place::default(), sounds: vec![line(Fit::Whole, 0)], length };
        assert_eq!(score(&cue, Lead::None, &mut |_| None), None);
    }

    /// A count whose vowel comes 3,000 frames after its start.
    fn counted(lead: Lead, clip: u64) -> (Vec<(u64, bool)>, u64) {
        let tick = Placed { at: Frames(9_000), sound: Sound::Chime(Chime::Tick), fit: Fit::Whole };
        let (sounds, length) = (vec![line(Fit::OrTick, 0), tick], Length::Fixed(Frames(20_000)));
        let cue = Cue { part: Part::Work, place: Place::default(), sounds, length };
        let timing = Timing { length: Frames(clip), onset: Frames(3_000) };
        let score = score(&cue, lead, &mut |_| Some(Extent::Clip(timing))).unwrap();
        let spoken = |sound: &Sound| matches!(sound, Sound::Line(_));
        (score.sounds.iter().map(|(at, sound)| (at.0, spoken(sound))).collect(), score.length.0)
    }

    #[test]
    fn the_vowel_of_a_count_is_on_the_beat() {
        assert_eq!(counted(Lead::Begun, 12_000), (vec![(9_000, false)], 20_000));
        assert_eq!(counted(Lead::None, 12_000), (vec![(0, true), (12_000, false)], 23_000));
        assert_eq!(counted(Lead::Late, 12_000), (vec![(0, false), (9_000, false)], 20_000));
        for lead in [Lead::None, Lead::Begun, Lead::Late] {
            assert_eq!(counted(lead, 12_001), (vec![(0, false), (9_000, false)], 20_000));
        }
    }
}
