//! How doses come together: a step over a level over an exercise.

use super::{At, Dose, Step};

impl Dose {
    /// This dose where it says something, and `base` elsewhere.
    ///
    /// One main dose is left: `time` drops the repetitions and the hold below it, `reps` and `hold` drop the
    /// time below them. A `hold` over `reps` is the hold of each repetition.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let timed = self.time.is_some();
        let moved = self.reps.is_some() || self.hold.is_some();
        let below = |keep: bool| if keep { base } else { &NOTHING };
        Self {
            reps: either(&self.reps, &below(!timed).reps),
            hold: either(&self.hold, &below(!timed).hold),
            time: either(&self.time, &below(!moved).time),
            sets: either(&self.sets, &base.sets),
            rest: either(&self.rest, &base.rest),
            sides: either(&self.sides, &base.sides),
            tempo: either(&self.tempo, &base.tempo),
            count: either(&self.count, &base.count),
            halfway: either(&self.halfway, &base.halfway),
            countdown: either(&self.countdown, &base.countdown),
        }
    }

    /// Whether it says how much: repetitions, a hold or a time.
    #[must_use]
    pub fn has_main(&self) -> bool {
        self.reps.is_some() || self.hold.is_some() || self.time.is_some()
    }
}

static NOTHING: Dose = Dose {
    reps: None,
    hold: None,
    sets: None,
    rest: None,
    sides: None,
    time: None,
    tempo: None,
    count: None,
    halfway: None,
    countdown: None,
};

fn either<T: Clone>(over: &Option<At<T>>, base: &Option<At<T>>) -> Option<At<T>> {
    over.as_ref().or(base.as_ref()).cloned()
}

impl Step {
    /// What the step itself says of the dose.
    #[must_use]
    pub fn dose(&self) -> Dose {
        Dose {
            reps: self.reps.clone(),
            hold: self.hold.clone(),
            sets: self.sets.clone(),
            rest: self.rest.clone(),
            sides: self.sides.clone(),
            time: self.time.clone(),
            tempo: self.tempo.clone(),
            count: self.count.clone(),
            halfway: self.halfway.clone(),
            countdown: self.countdown.clone(),
        }
    }
}
