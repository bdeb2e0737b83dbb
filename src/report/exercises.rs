//! Each exercise over all sessions: how often done, skipped, made easier or harder, and what was told of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Sitting, Take, What};

use super::directions::Felt;
use super::names::Names;

/// The note that somebody said "worse".
const WORSE: &str = "worse";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exercise {
    pub id: String,
    pub title: String,
    /// To its end.
    pub done: u32,
    /// Left before its end, for whatever reason but "worse".
    pub skipped: u32,
    pub easier: u32,
    pub harder: u32,
    /// "Worse" was said in it.
    pub worse: u32,
    pub helped: u32,
    pub spread: u32,
    /// Level and dose of the last time that it was done.
    pub last: Option<Take>,
}

#[derive(Default)]
struct Tally<'a> {
    counts: BTreeMap<&'a str, Exercise>,
    /// The level that each exercise stands on, as far as the rows tell.
    levels: BTreeMap<&'a str, &'a str>,
    /// In this session, "worse" was said in these.
    worse: BTreeSet<&'a str>,
}

pub(super) fn count(sittings: &[Sitting], names: &Names) -> Vec<Exercise> {
    let mut tally = Tally::default();
    for sitting in sittings {
        tally.worse.clear();
        for row in &sitting.rows {
            tally.row(&row.what, names);
        }
    }
    let named = tally.counts.into_iter().map(|(id, exercise)| Exercise {
        id: id.to_owned(),
        title: names.exercise(id),
        ..exercise
    });
    let mut exercises: Vec<Exercise> = named.collect();
    exercises.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
    exercises
}

impl<'a> Tally<'a> {
    fn row(&mut self, what: &'a What, names: &Names) {
        match what {
            What::Take(take) => self.take(take),
            What::Level { exercise, level } => self.level(exercise, level, names),
            What::Note { note, about: Some(exercise) } if note == WORSE => {
                self.worse.insert(exercise);
                self.of(exercise).worse += 1;
            }
            What::Answer(answer) => {
                let told = Felt::told(answer, names).map(|(_, felt)| felt);
                match (answer.exercise.as_deref(), told) {
                    (Some(exercise), Some(Felt::Helped)) => self.of(exercise).helped += 1,
                    (Some(exercise), Some(Felt::Spread)) => self.of(exercise).spread += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn of(&mut self, exercise: &'a str) -> &mut Exercise {
        self.counts.entry(exercise).or_default()
    }

    fn take(&mut self, take: &'a Take) {
        let exercise = take.exercise.as_str();
        if let Some(level) = &take.level {
            self.levels.insert(exercise, level);
        }
        let worse = self.worse.contains(exercise);
        let count = self.of(exercise);
        if take.completed {
            count.done += 1;
            count.last = Some(take.clone());
        } else if !worse {
            count.skipped += 1;
        }
    }

    fn level(&mut self, exercise: &'a str, level: &'a str, names: &Names) {
        let (levels, first) = names.levels(exercise);
        let place = |id: &str| levels.iter().position(|level| *level == id);
        let stood = self.levels.insert(exercise, level).or(first);
        match stood.and_then(place).zip(place(level)) {
            Some((from, to)) if to < from => self.of(exercise).easier += 1,
            Some((from, to)) if to > from => self.of(exercise).harder += 1,
            _ => {}
        }
    }
}
