//! One dose out of three: the exercise's, its level's, the step's.

use crate::frames::Frames;
use crate::script::{At, Count, Dose, Duration, Sides, Step, Tempo};

/// A dose with nothing left open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlannedDose {
    pub main: Main,
    pub sets: u32,
    /// Between sets.
    pub rest: Frames,
    pub sides: Sides,
    pub count: Count,
    pub halfway: bool,
    pub countdown: bool,
}

/// What is done once for each side of each set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Main {
    Reps { reps: u32, rise: Frames, hold: Frames, lower: Frames },
    Hold(Frames),
    Time(Frames),
}

/// Rest between sets where a script names none; in neither source document.
const REST: Frames = Frames::from_secs(20);
/// Rise, hold, lower where a script names none; in neither source document.
const TEMPO: [f64; 3] = [2.0, 0.0, 2.0];
/// From this length on, half of it is announced.
const HALFWAY_FROM: Frames = Frames::from_secs(20);
/// From this length on, its last seconds tick.
const COUNTDOWN_FROM: Frames = Frames::from_secs(10);

impl PlannedDose {
    pub(super) const NONE: Self = Self {
        main: Main::Hold(Frames::ZERO),
        sets: 1,
        rest: REST,
        sides: Sides::None,
        count: Count::Silent,
        halfway: false,
        countdown: false,
    };
}

impl Main {
    /// Length of one side of one set.
    #[must_use]
    pub fn length(self) -> Frames {
        match self {
            Self::Reps { reps, rise, hold, lower } => (rise + hold + lower) * u64::from(reps),
            Self::Hold(length) | Self::Time(length) => length,
        }
    }
}

/// Later layers override earlier ones, key by key. `None` when no main dose is given.
pub(super) fn merge(layers: &[&Dose]) -> Option<PlannedDose> {
    let main = main(layers)?;
    let long = |from| !matches!(main, Main::Reps { .. }) && main.length() >= from;
    Some(PlannedDose {
        main,
        sets: last(layers, |d| d.sets.as_ref()).unwrap_or(1),
        rest: last(layers, |d| d.rest.as_ref()).map_or(REST, |d: Duration| d.0),
        sides: last(layers, |d| d.sides.as_ref()).unwrap_or(Sides::None),
        count: last(layers, |d| d.count.as_ref()).unwrap_or(Count::Aloud),
        halfway: last(layers, |d| d.halfway.as_ref()).unwrap_or_else(|| long(HALFWAY_FROM)),
        countdown: last(layers, |d| d.countdown.as_ref()).unwrap_or_else(|| long(COUNTDOWN_FROM)),
    })
}

fn main(layers: &[&Dose]) -> Option<Main> {
    let hold: Option<Duration> = last(layers, |d| d.hold.as_ref());
    if let Some(reps) = last(layers, |d| d.reps.as_ref()) {
        let Tempo([rise, middle, lower]) = last(layers, |d| d.tempo.as_ref()).unwrap_or(Tempo(TEMPO));
        return Some(Main::Reps {
            reps,
            rise: Frames::from_secs_f64(rise),
            hold: hold.map_or(Frames::from_secs_f64(middle), |d| d.0),
            lower: Frames::from_secs_f64(lower),
        });
    }
    if let Some(hold) = hold {
        return Some(Main::Hold(hold.0));
    }
    last(layers, |d| d.time.as_ref()).map(|time: Duration| Main::Time(time.0))
}

fn last<T: Clone>(layers: &[&Dose], get: impl Fn(&Dose) -> Option<&At<T>>) -> Option<T> {
    layers.iter().rev().find_map(|dose| get(dose)).map(|at| at.value.clone())
}

/// The dose keys of a step, as a layer.
pub(super) fn of_step(step: &Step) -> Dose {
    Dose {
        reps: step.reps.clone(),
        hold: step.hold.clone(),
        sets: step.sets.clone(),
        rest: step.rest.clone(),
        sides: step.sides.clone(),
        time: step.time.clone(),
        tempo: step.tempo.clone(),
        count: step.count.clone(),
        halfway: step.halfway.clone(),
        countdown: step.countdown.clone(),
    }
}
