//! Buttons: what a press means at this moment. Must not know which button it was.

use crate::frames::Frames;
use crate::meaning::{self, Meaning, Meant};
use crate::plan::PlannedCheckIn;

use super::Runner;
use super::event::Command;

impl Runner {
    /// An answer where one is awaited and this is one, else a command, else nothing: unlike words that were not
    /// understood, a button that means nothing now is not asked about.
    pub(super) fn pressed(&mut self, elapsed: Frames, what: &str) {
        match (self.doubt.clone(), meaning::confirms(what, &self.plan.phrases)) {
            (Some(doubt), Some(true)) => return self.act(elapsed, &doubt.said.meant),
            (Some(_), Some(false)) => return self.not_said(elapsed),
            _ => {}
        }
        let named = Command::named(what);
        let command = named.or_else(|| self.plan.phrases.command(what).and_then(Command::named));
        if command.is_none_or(|command| !command.comes_first())
            && let Some(check_in) = self.open()
            && self.press_answer(elapsed, &check_in, what, named.is_some())
        {
            return;
        }
        if let Some(command) = command {
            self.command(elapsed, command);
        }
    }

    /// The name of a command is an answer only where one is called so: "easier", said of a pain, means something else
    /// than a button for it.
    fn press_answer(
        &mut self,
        elapsed: Frames,
        check_in: &PlannedCheckIn,
        what: &str,
        is_name: bool,
    ) -> bool {
        let mut chars = what.chars();
        if let (Some(key), None) = (chars.next(), chars.next()) {
            return self.answer_key(elapsed, check_in, key);
        }
        let called =
            check_in.answers.iter().position(|answer| *answer.id == *what && answer.number.is_none());
        let meaning = || meaning::meaning(what, &self.plan.phrases, Some(check_in));
        let meant = match called {
            Some(i) => Meant::Answer(i),
            None if is_name => return false,
            None => match meaning() {
                Meaning::Sure(said) if !matches!(said.meant, Meant::Command(_)) => said.meant,
                _ => return false,
            },
        };
        self.act(elapsed, &meant);
        true
    }
}
