//! The steps on which an exercise gets easier or harder, one by one: what its levels and its `[progression]` say.
//! Owns their order. Must not know why somebody stands on which.

use std::ops::RangeInclusive;

use crate::frames::Frames;
use crate::script::{At, DurationGrowth, Exercise, Level, Progression};

use super::dose::merge;
use super::{Main, PlannedDose};

/// So many rungs has a level at most, whatever a file asks for.
const MOST: u64 = 300;

/// One step: a level, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rung {
    /// Index of the level; 0 where the exercise has none.
    pub level: usize,
    pub main: Main,
}

impl Rung {
    /// Repetitions, or milliseconds of a hold or a time.
    #[must_use]
    pub fn amount(self) -> u64 {
        match self.main {
            Main::Reps { reps, .. } => reps.into(),
            Main::Hold(length) | Main::Time(length) => length.as_millis(),
        }
    }

    /// Puts the amount into `dose`, which keeps its tempo.
    pub(super) fn apply(self, dose: &mut PlannedDose) {
        match (&mut dose.main, self.main) {
            (Main::Reps { reps, .. }, Main::Reps { reps: amount, .. }) => *reps = amount,
            (main, other) => *main = other,
        }
    }
}

/// Easiest first; never empty for an exercise that passes the check.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    pub rungs: Vec<Rung>,
    /// Ids of the levels; empty where there are none.
    levels: Vec<String>,
}

impl Ladder {
    #[must_use]
    pub fn of(exercise: &Exercise) -> Self {
        let growth = exercise.progression.as_ref();
        let levels: Vec<Option<&At<Level>>> = match exercise.level.as_slice() {
            [] => vec![None],
            levels => levels.iter().map(Some).collect(),
        };
        let first = exercise.first_level().map(|level| &level.id);
        let start = levels.iter().position(|level| level.map(|level| &level.id) == first).unwrap_or_default();
        let last = growth.and_then(|growth| growth.last_level.as_ref());
        let last =
            last.and_then(|last| levels.iter().position(|level| level.map(|level| &level.id) == Some(last)));
        let follows = |index: usize| index > start && last.is_none_or(|last| index <= last);
        let rungs = |(index, level): (usize, Option<&At<Level>>)| {
            let doses = [Some(&exercise.dose), level.map(|level| &level.dose)];
            let main = merge(&doses.into_iter().flatten().collect::<Vec<_>>()).map(|dose| dose.main);
            let growth = growth.filter(|growth| index == start || follows(index) && growth.levels);
            let mains: Vec<Main> = match (main, growth) {
                (Some(main), Some(growth)) => grown(main, growth).collect(),
                (main, None) if index <= start => main.into_iter().collect(),
                _ => Vec::new(),
            };
            mains.into_iter().map(move |main| Rung { level: index, main })
        };
        let rungs = levels.iter().copied().enumerate().flat_map(rungs).collect();
        Self { rungs, levels: exercise.level.iter().map(|level| level.id.value.clone()).collect() }
    }

    /// The highest rung of this level that has no more than `amount`; nothing when it is less than every rung.
    #[must_use]
    pub fn below(&self, level: usize, amount: u64) -> Option<usize> {
        self.rungs.iter().rposition(|rung| rung.level == level && rung.amount() <= amount)
    }

    /// Index of the level with this id; the only one where there are none.
    #[must_use]
    pub fn level(&self, id: Option<&str>) -> Option<usize> {
        match id {
            None => self.levels.is_empty().then_some(0),
            Some(id) => self.levels.iter().position(|level| level == id),
        }
    }

    /// Id of the level of a rung.
    #[must_use]
    pub fn level_id(&self, rung: usize) -> Option<&str> {
        self.levels.get(self.rungs.get(rung)?.level).map(String::as_str)
    }
}

/// From the dose of the file up to where it ends. The hold of a repetition stays as it is.
fn grown(main: Main, growth: &Progression) -> Box<dyn Iterator<Item = Main>> {
    let lengths =
        |from: Frames, growth: &DurationGrowth| steps(from.0..=growth.to.0.0, growth.step.0.0).map(Frames);
    match (main, &growth.reps, &growth.hold, &growth.time) {
        (Main::Reps { reps, rise, hold, lower }, Some(growth), ..) => {
            let counts = steps(reps.into()..=growth.to.into(), growth.step.into());
            Box::new(counts.filter_map(move |reps| {
                Some(Main::Reps { reps: u32::try_from(reps).ok()?, rise, hold, lower })
            }))
        }
        (Main::Hold(from), _, Some(growth), _) => Box::new(lengths(from, growth).map(Main::Hold)),
        (Main::Time(from), _, _, Some(growth)) => Box::new(lengths(from, growth).map(Main::Time)),
        _ => Box::new(std::iter::once(main)),
    }
}

/// The start is always among them, and the end too, however wide the last step is.
fn steps(range: RangeInclusive<u64>, step: u64) -> impl Iterator<Item = u64> + use<> {
    let (from, to) = range.into_inner();
    let count = to.saturating_sub(from).div_ceil(step.max(1)).min(MOST);
    (0..=count).map(move |n| from + (n * step.max(1)).min(to.saturating_sub(from)))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Layer, Sources};
    use crate::script::Library;

    use super::*;

    fn ladder(rest: &str) -> Vec<(usize, u64)> {
        let head =
            "format = 1\nlanguage = \"en\"\ntitle = \"A\"\nposition = \"p\"\nfull = \"a\"\nbrief = \"a\"\n";
        let mut sources = Sources::new();
        sources.add("exercises/a.toml", &format!("{head}{rest}"), Layer::Named);
        let (library, found) = Library::read(sources);
        assert!(found.is_empty(), "{found:?}");
        let ladder = Ladder::of(&library.exercise("en", "a").unwrap().item);
        ladder.rungs.iter().map(|rung| (rung.level, rung.amount())).collect()
    }

    const LEVELS: &str = "start = \"b\"\n[dose]\nreps = 8\n[[level]]\nid = \"a\"\nsay = \"a\"\n[level.dose]\nreps = 5\n\
                          [[level]]\nid = \"b\"\nsay = \"b\"\n[[level]]\nid = \"c\"\nsay = \"c\"\n";

    #[test]
    fn what_grows_goes_up_to_its_end_and_then_to_the_next_level() {
        let growth = "[progression]\nreps = { to = 11, step = 2 }\nlevels = ";
        let own = [(0, 5), (1, 8), (1, 10), (1, 11)];
        assert_eq!(ladder(&format!("{LEVELS}{growth}false")), own);
        let both = [&own[..], &[(2, 8), (2, 10), (2, 11)]].concat();
        assert_eq!(ladder(&format!("{LEVELS}{growth}true")), both);
    }

    #[test]
    fn the_last_level_is_the_last() {
        let growth = "[[level]]\nid = \"d\"\nsay = \"d\"\n[progression]\nlevels = true\nlast-level = \"c\"\n";
        assert_eq!(ladder(&format!("{LEVELS}{growth}")), [(0, 5), (1, 8), (2, 8)]);
    }

    #[test]
    fn what_does_not_grow_can_still_be_done_less() {
        assert_eq!(ladder(LEVELS), [(0, 5), (1, 8)]);
        assert_eq!(ladder("[dose]\ntime = \"1min\"\n"), [(0, 60_000)]);
    }

    #[test]
    fn a_hold_grows_by_its_length() {
        let hold = "[dose]\nhold = \"20s\"\n[progression]\nhold = { to = \"32s\", step = \"5s\" }\n";
        assert_eq!(ladder(hold), [(0, 20_000), (0, 25_000), (0, 30_000), (0, 32_000)]);
    }
}
