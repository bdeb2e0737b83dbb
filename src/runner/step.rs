//! Entering and leaving steps.

use std::sync::Arc;

use crate::frames::Frames;
use crate::plan::{Plan, PlannedExercise, What};

use super::cue::{Cue, Part};
use super::event::Note;
use super::state::{Asking, Ending, State};
use super::{Runner, expand, remember, words};

/// Times that a session goes back without any answer in between; in neither source document.
const MOST_UNANSWERED: u32 = 3;

/// The cues of what `state` stands on, a check-in step included.
pub(crate) fn cues(plan: &Plan, state: &State, recorded: bool) -> Vec<Cue> {
    let asking = match (&state.asking, plan.steps.get(state.step).map(|step| &step.what)) {
        (Some(asking), _) => Some(asking.clone()),
        (None, Some(What::CheckIn(id))) => Some(Asking::new(id, None)),
        _ => None,
    };
    match asking {
        Some(asking) => expand::asking(plan, state, &asking, recorded),
        None => expand::step(plan, state),
    }
}

/// Whether `step` is to be performed, by what is known now.
pub(crate) fn applies(plan: &Plan, state: &State, step: usize) -> bool {
    let Some(planned) = plan.steps.get(step) else { return false };
    if state.leaves_out(&planned.what) || remember::passes_over(plan, state, step) {
        return false;
    }
    // What cannot be decided is left out.
    let holds = |when: &Arc<str>| plan.texts.holds(when, &words::vars(plan, state)).unwrap_or(false);
    planned.when.as_ref().is_none_or(holds)
}

impl Runner {
    /// Enters the first step from `step` on that applies; past the last the session is over.
    pub(super) fn go(&mut self, step: usize) {
        self.state.asking = None;
        self.state.in_full = false;
        let mut step = step;
        while step < self.plan.steps.len() {
            if applies(&self.plan, &self.state, step) {
                match self.plan.steps.get(step).map(|step| &step.what) {
                    Some(&What::BackTo(to)) if self.jumps() => {
                        step = self.jump(to);
                        continue;
                    }
                    Some(What::BackTo(_)) => {}
                    _ => return self.enter(step),
                }
            }
            let title = self.title(step);
            self.note(Note::LeftOut { step, title });
            step += 1;
        }
        self.state.step = self.plan.steps.len();
        self.close(self.state.ending);
    }

    /// Whether a way back is taken. Not into a loop that performs nothing, or that nobody is there to end.
    fn jumps(&self) -> bool {
        !self.options.recorded && !self.state.jumped && self.state.unanswered < MOST_UNANSWERED
    }

    /// Keeps no more of the history than what "back", and a question at the start of the loop, need.
    fn jump(&mut self, to: usize) -> usize {
        self.state.jumped = true;
        self.state.unanswered += 1;
        let last = self.state.history.last().copied();
        self.state.history.retain(|step| *step < to);
        self.state.history.extend(last.filter(|last| *last >= to));
        to
    }

    /// Into the step that a bookmark stands in, or past it when an answer after "stop" left it out.
    pub(super) fn reenter_step(&mut self) {
        let what = self.plan.steps.get(self.state.step).map(|step| &step.what);
        if self.state.asking.is_none() && what.is_some_and(|what| self.state.leaves_out(what)) {
            return self.go(self.state.step);
        }
        self.note_entered();
        self.expand();
    }

    fn enter(&mut self, step: usize) {
        self.state.step = step;
        if self.exercise().is_some() {
            self.state.history.push(step);
        }
        self.note_entered();
        if let Some(What::CheckIn(id)) = self.plan.steps.get(step).map(|step| &step.what) {
            let asking = Asking::new(id, None);
            return self.ask(asking);
        }
        self.begin_at(0);
    }

    pub(super) fn note_entered(&mut self) {
        let step = self.state.step;
        let block = self.plan.steps.get(step).and_then(|step| step.block.as_deref()).map(str::to_owned);
        let title = self.title(step);
        self.note(Note::Entered { step, block, title });
    }

    /// Derives the cues anew and performs the one at `cue`.
    pub(super) fn begin_at(&mut self, cue: usize) {
        self.expand();
        self.digit = None;
        self.waited = 0;
        self.state.cue = cue;
        self.held = Frames::ZERO;
        self.next();
    }

    pub(super) fn expand(&mut self) {
        let cues = cues(&self.plan, &self.state, self.options.recorded);
        self.cues = cues.into_iter().map(Arc::new).collect();
    }

    /// The last cue of what is going on has been performed.
    pub(super) fn over(&mut self) {
        if self.lone_digit() {
            return;
        }
        if self.state.asking.is_some() {
            return self.asking_over();
        }
        match self.exercise().and_then(|exercise| exercise.check_in.clone()) {
            Some(check_in) if self.worked() => self.ask(Asking::new(&check_in, None)),
            _ => self.leave(true),
        }
    }

    /// Leaves the step for the next one.
    pub(super) fn leave(&mut self, completed: bool) {
        self.settle(completed);
        self.go(self.state.step + 1);
    }

    /// Leaves the step for the finish.
    pub(super) fn leave_for_finish(&mut self) {
        self.state.ending = Ending::Symptoms;
        self.settle(false);
        self.go((self.state.step + 1).max(self.plan.finish));
    }

    /// Keeps what the step that is being left has changed.
    pub(super) fn settle(&mut self, completed: bool) {
        let completed = completed && (self.exercise().is_none() || self.worked());
        if let Some(exercise) = self.exercise() {
            if self.moved() {
                self.state.position = Some(exercise.position.to_string());
            }
            if completed {
                self.state.done.insert(self.state.step);
                self.state.seen.insert(exercise.id.to_string());
            }
        }
        let exercise = self.exercise();
        if let Some(exercise) = &exercise {
            self.record_take(exercise, completed);
        }
        if completed {
            self.record_advice();
        }
        let (step, exercise) = (self.state.step, exercise.is_some());
        self.note(Note::Left { step, completed, exercise });
    }

    /// The step is about to begin again, in full, and nobody has to get into position once more.
    pub(super) fn again_in_full(&mut self) {
        self.state.in_full = true;
        if let Some(exercise) = self.exercise().filter(|_| self.moved()) {
            self.state.position = Some(exercise.position.to_string());
        }
    }

    /// Whether the exercise was really shown, not left out for want of a side.
    fn worked(&self) -> bool {
        let cues = expand::step(&self.plan, &State { asking: None, ..self.state.clone() });
        cues.iter().any(|cue| cue.part == Part::Work)
    }

    /// Whether the change of position lies behind.
    fn moved(&self) -> bool {
        match &self.state.asking {
            Some(_) => true,
            None => self
                .cues
                .iter()
                .position(|cue| cue.part == Part::Move)
                .is_none_or(|change| self.state.cue > change),
        }
    }

    /// The exercise that the current step is about.
    pub(super) fn exercise(&self) -> Option<Arc<PlannedExercise>> {
        match self.plan.steps.get(self.state.step).map(|step| &step.what) {
            Some(What::Exercise(exercise)) => Some(exercise.clone()),
            _ => None,
        }
    }

    /// Title of an exercise or check-in step.
    pub(super) fn title(&self, step: usize) -> Option<String> {
        match self.plan.steps.get(step).map(|step| &step.what) {
            Some(What::Exercise(exercise)) => {
                let vars = words::vars(&self.plan, &self.state);
                Some(words::render(&self.plan, &exercise.title, &vars))
            }
            Some(What::CheckIn(id)) => {
                self.plan.check_ins.get(&**id).map(|check_in| check_in.title.to_string())
            }
            _ => None,
        }
    }
}
