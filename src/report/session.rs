//! One session in a line: when, how long, how it ended, pain before and after, how directions felt.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::history::{Answer, Ending, Gap, Moment, Row, Sitting, What};
use crate::script::FactValue;

use super::directions::Felt;
use super::names::Names;

/// The fact that holds how strong the pain is, and the scale that figures are made of.
const PAIN: &str = "pain";
const SCALE: std::ops::RangeInclusive<i64> = 0..=10;

/// Longer than this no part of a session stands still: somebody moved the clock.
const STILL: SignedDuration = SignedDuration::from_hours(2);

#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub began: Moment,
    pub id: String,
    pub title: String,
    pub lasted: SignedDuration,
    /// Nothing when it was cut off.
    pub ending: Option<Ending>,
    /// The last number before the first exercise was left, and the last one after it; from 0 to 10.
    pub before: Option<i64>,
    pub after: Option<i64>,
    /// Whether an exercise was done to its end.
    pub practised: bool,
    /// The worst of each direction; without a name what was not about one.
    pub felt: BTreeMap<Option<String>, Felt>,
    /// Times without sound.
    pub gaps: Vec<Gap>,
}

impl Session {
    pub(super) fn of(sitting: &Sitting, names: &Names) -> Self {
        let [before, after] = pains(sitting);
        Self {
            began: sitting.began,
            id: sitting.name.to_owned(),
            title: names.session(sitting.name),
            lasted: lasted(sitting),
            ending: sitting.ending(),
            before,
            after,
            practised: sitting.takes().any(|take| take.completed),
            felt: felt(sitting, names),
            gaps: sitting.gaps(),
        }
    }

    /// The directions that felt like this.
    pub fn directions(&self, felt: Felt) -> impl Iterator<Item = Option<&str>> {
        self.felt.iter().filter(move |(_, worst)| **worst == felt).map(|(name, _)| name.as_deref())
    }
}

fn felt(sitting: &Sitting, names: &Names) -> BTreeMap<Option<String>, Felt> {
    let mut all = BTreeMap::new();
    for (direction, felt) in sitting.answers().filter_map(|answer| Felt::told(answer, names)) {
        let worst = all.entry(direction.map(str::to_owned)).or_insert(felt);
        *worst = felt.max(*worst);
    }
    all
}

/// The pain that an answer tells.
fn pain(answer: &Answer) -> Option<i64> {
    match answer.facts.get(PAIN) {
        Some(FactValue::Number(pain)) => Some(*pain).filter(|pain| SCALE.contains(pain)),
        _ => None,
    }
}

fn pains(sitting: &Sitting) -> [Option<i64>; 2] {
    let [mut before, mut after] = [None; 2];
    let mut begun = false;
    for row in &sitting.rows {
        match &row.what {
            What::Take(_) => begun = true,
            What::Answer(answer) => {
                let place = if begun { &mut after } else { &mut before };
                *place = pain(answer).or(*place);
            }
            _ => {}
        }
    }
    [before, after]
}

/// From beginning to end on the clock, part by part. Where the clock cannot be right, the time in the exercises.
fn lasted(sitting: &Sitting) -> SignedDuration {
    let is_beginning = |row: &&Row| matches!(row.what, What::Session { .. });
    let parts = sitting.rows.chunk_by(|_, next| !is_beginning(next));
    parts.map(part_lasted).fold(SignedDuration::ZERO, SignedDuration::saturating_add)
}

fn part_lasted(rows: &[&Row]) -> SignedDuration {
    let takes = rows.iter().map(|row| match &row.what {
        What::Take(take) => take.lasted,
        _ => 0,
    });
    let active = takes.fold(0, u64::saturating_add);
    let active = SignedDuration::from_millis(i64::try_from(active).unwrap_or(i64::MAX));
    let clock = rows.first().zip(rows.last()).map(|(first, last)| last.when.at.duration_since(first.when.at));
    clock.filter(|clock| (active..=active.saturating_add(STILL)).contains(clock)).unwrap_or(active)
}
