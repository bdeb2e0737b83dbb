//! When there was no sound: read off the notes about it.

use jiff::SignedDuration;

use super::{Moment, Sitting, What};

/// The note that the sound device is gone.
pub const SOUND_LOST: &str = "sound-lost";
/// The note that it plays again.
pub const SOUND_BACK: &str = "sound-back";

/// A time without sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub from: Moment,
    /// Nothing when the device did not come back while the session ran.
    pub lasted: Option<SignedDuration>,
}

impl Sitting<'_> {
    /// The times without sound, in order. A clock that was set back makes one as short as can be.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for row in &self.rows {
            let What::Note { note, .. } = &row.what else { continue };
            match (note.as_str(), gaps.last_mut()) {
                (SOUND_LOST, _) => gaps.push(Gap { from: row.when, lasted: None }),
                (SOUND_BACK, Some(gap)) if gap.lasted.is_none() => {
                    let lasted = row.when.at.duration_since(gap.from.at);
                    gap.lasted = Some(lasted.max(SignedDuration::ZERO));
                }
                _ => {}
            }
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::Offset;

    use super::super::{Ending, History, Row};
    use super::*;

    fn row(second: i64, what: What) -> Row {
        let at = Timestamp::from_second(second).unwrap();
        Row { seq: second, session: Some(1), when: Moment { at, offset: Offset::UTC }, what }
    }

    fn note(note: &str) -> What {
        What::Note { note: note.to_owned(), about: None }
    }

    fn began(resumes: Option<i64>) -> What {
        What::Session { session: "s".into(), language: "en".into(), digest: String::new(), resumes }
    }

    #[test]
    fn a_gap_lasts_until_the_sound_is_back() {
        let rows = vec![
            row(1, began(None)),
            row(5, note(SOUND_LOST)),
            row(6, note("worse")),
            row(9, note(SOUND_BACK)),
            row(20, note(SOUND_LOST)),
            // Gone on with, after the device had not come back.
            Row { session: Some(30), ..row(30, began(Some(1))) },
            Row { session: Some(30), ..row(31, What::Ending { ending: Ending::Done }) },
        ];
        let history = History { rows };
        let gaps = history.sittings()[0].gaps();
        let seconds = gaps.iter().map(|gap| (gap.from.at.as_second(), gap.lasted.map(|l| l.as_secs())));
        assert_eq!(seconds.collect::<Vec<_>>(), [(5, Some(4)), (20, None)]);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_gap_shorter_than_none() {
        let rows = vec![
            row(1, began(None)),
            row(50, note(SOUND_LOST)),
            Row { seq: 51, ..row(9, note(SOUND_BACK)) },
            // Nothing was lost before it.
            Row { seq: 52, ..row(10, note(SOUND_BACK)) },
        ];
        let gaps = History { rows }.sittings()[0].gaps();
        assert_eq!(gaps.iter().map(|gap| gap.lasted).collect::<Vec<_>>(), [Some(SignedDuration::ZERO)]);
    }
}
