//! "Stop": silence, goodbye, and the question that a session may have for whoever stopped.

use crate::frames::Frames;
use crate::plan::PlannedOutcome;

use super::command::BREATH;
use super::event::{Cut, Note};
use super::state::{Asking, Ending, Stopped};
use super::{Mode, Runner};

impl Runner {
    pub(super) fn stop(&mut self, elapsed: Frames) {
        self.break_off(elapsed, Cut::Now);
        if self.invited.is_some() {
            return self.decline();
        }
        if self.state.stopped.is_some() {
            return self.end_stopped();
        }
        self.wait_aside(BREATH);
        self.aside("stopped", &[]);
        let ask = self.plan.stop.clone().filter(|_| self.offered.is_none());
        match (self.cut_short(Ending::EndedEarly), ask) {
            (Ending::EndedEarly, Some(check_in)) => self.ask_why(&check_in),
            (ending, _) => {
                self.mode = Mode::Closing(ending);
                self.next();
            }
        }
    }

    fn ask_why(&mut self, check_in: &str) {
        if self.mode == Mode::Paused {
            self.mode = Mode::Running;
            self.note(Note::Resumed);
        }
        self.state.stopped = Some(Stopped { cue: self.state.cue, asking: self.state.asking.take() });
        self.ask(Asking::new(check_in, None));
    }

    /// The answer has been replied to: whatever it says of the session, the session ends.
    pub(super) fn after_stop(&mut self, outcome: &PlannedOutcome) {
        match &outcome.ask {
            Some(next) => self.ask(Asking::new(next, None)),
            None => self.end_stopped(),
        }
    }

    /// Ends at once. A bookmark goes on where the person stopped, with what the answer told.
    pub(super) fn end_stopped(&mut self) {
        if self.cut_short(Ending::EndedEarly) == Ending::Emergency {
            return self.close(Ending::Emergency);
        }
        if let Some(Stopped { cue, asking }) = self.state.stopped.take() {
            self.state.cue = cue;
            self.state.asking = asking;
            self.note(Note::Mark(Box::new(self.state.clone())));
        }
        self.close(Ending::EndedEarly);
    }
}
