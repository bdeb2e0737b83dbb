//! Buttons: what a press means at this moment. Must not know which button it was.

use crate::frames::Frames;
use crate::meaning::{self, Meaning, Meant};
use crate::plan::PlannedCheckIn;

use super::Runner;
use super::event::Command;

impl Runner {
    /// The first of several meanings that is an answer where one is awaited, else the first that is a command, else
    /// nothing: unlike words that were not understood, a button that means nothing now is not asked about.
    pub(super) fn pressed(&mut self, elapsed: Frames, what: &str) {
        let all = || what.split('/').map(str::trim);
        if !all().any(|what| self.press_first(elapsed, what))
            && let Some(command) = all().find_map(|what| self.commanded(what))
        {
            self.command(elapsed, command);
        }
    }

    /// The command of this name, or that these words give.
    fn commanded(&self, what: &str) -> Option<Command> {
        Command::named(what).or_else(|| self.plan.phrases.command(what).and_then(Command::named))
    }

    /// Whether this settled what is open, or is a command that waits for nothing.
    fn press_first(&mut self, elapsed: Frames, what: &str) -> bool {
        match (self.doubt.clone(), meaning::confirms(what, &self.plan.phrases)) {
            (Some(doubt), Some(true)) => self.act(elapsed, &doubt.said.meant),
            (Some(_), Some(false)) => self.not_said(elapsed),
            _ => match self.commanded(what).filter(|command| command.comes_first()) {
                Some(command) => self.command(elapsed, command),
                None => return self.open().is_some_and(|open| self.press_answer(elapsed, &open, what)),
            },
        }
        true
    }

    /// The name of a command is an answer only where one is called so: "easier", said of a pain, means something else
    /// than a button for it.
    fn press_answer(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, what: &str) -> bool {
        let mut chars = what.chars();
        if let (Some(key), None) = (chars.next(), chars.next()) {
            return self.answer_key(elapsed, check_in, key);
        }
        let called =
            check_in.answers.iter().position(|answer| *answer.id == *what && answer.number.is_none());
        let meaning = || meaning::meaning(what, &self.plan.phrases, Some(check_in));
        let meant = match called {
            Some(i) => Meant::Answer(i),
            None if Command::named(what).is_some() => return false,
            None => match meaning() {
                Meaning::Sure(said) if !matches!(said.meant, Meant::Command(_)) => said.meant,
                _ => return false,
            },
        };
        self.act(elapsed, &meant);
        true
    }
}
