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
            reps: either(self.reps.as_ref(), below(!timed).reps.as_ref()),
            hold: either(self.hold.as_ref(), below(!timed).hold.as_ref()),
            time: either(self.time.as_ref(), below(!moved).time.as_ref()),
            sets: either(self.sets.as_ref(), base.sets.as_ref()),
            rest: either(self.rest.as_ref(), base.rest.as_ref()),
            sides: either(self.sides.as_ref(), base.sides.as_ref()),
            tempo: either(self.tempo.as_ref(), base.tempo.as_ref()),
            count: either(self.count.as_ref(), base.count.as_ref()),
            halfway: either(self.halfway.as_ref(), base.halfway.as_ref()),
            countdown: either(self.countdown.as_ref(), base.countdown.as_ref()),
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

fn either<T: Clone>(over: Option<&At<T>>, base: Option<&At<T>>) -> Option<At<T>> {
    over.or(base).cloned()
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
