//! What a session leaves for later ones: handed out as records, and waited for where that was promised.
//! Must not know where they are kept.

use crate::history::{ADVISED, Answer, Take, What as Happened};
use crate::plan::{Main, PlannedAnswer, PlannedCheckIn, PlannedExercise, PlannedOutcome, What};
use crate::script::{Refer, Then};

use super::event::{Note, Trouble};
use super::{Mode, Now, Runner};

impl Runner {
    /// The same, for somebody who answers every [`Note::Record`] with [`super::Event::Kept`]: no reply is said before.
    #[must_use]
    pub fn keeping(self) -> Self {
        Self { keeps: true, ..self }
    }

    pub(super) fn record(&mut self, what: Happened) {
        if !self.options.recorded {
            self.records += 1;
            self.note(Note::Record(Box::new(what)));
        }
    }

    /// Hands out what was answered, the facts being set and the reply not yet said, with the state that follows from it.
    pub(super) fn record_answer(
        &mut self,
        check_in: &PlannedCheckIn,
        answer: Option<&PlannedAnswer>,
        number: Option<i64>,
    ) {
        let outcome = answer.map_or(&check_in.no_answer, |answer| &answer.outcome);
        let own = check_in.fact.as_ref().filter(|_| answer.is_some());
        let own_value = own.and_then(|fact| Some((fact.clone(), self.state.facts.get(fact)?.clone())));
        let set = self.state.facts_of(&self.plan, outcome);
        let days = check_in.remember_days.filter(|_| answer.is_some());
        let ends = ends(outcome);
        // After an answer that ends the session what it is about is no longer true as it was, whichever question found
        // that out: it is to be asked again.
        let no_longer = own.filter(|_| days.is_some()).into_iter().chain(set.keys());
        let forgets = no_longer.filter(|_| ends && answer.is_some()).cloned().collect();
        self.record(Happened::Answer(Answer {
            check_in: check_in.id.to_string(),
            answer: answer.map(|answer| answer.id.to_string()),
            number,
            exercise: self.state.about(&self.plan).map(|exercise| exercise.id.to_string()),
            facts: own_value.into_iter().chain(set).collect(),
            days: days.filter(|_| !ends && self.state.stopped.is_none()),
            forgets,
            then: outcome.then,
            refer: outcome.refer,
        }));
        if self.keeps {
            self.awaiting = Some(self.records);
            if self.offered.is_none() && self.invited.is_none() {
                // So that whoever goes on after a power cut is not asked again.
                self.note(Note::Mark(Box::new(self.state.clone())));
            }
        }
    }

    pub(super) fn record_take(&mut self, exercise: &PlannedExercise, completed: bool) {
        let Some(level) = exercise.levels.get(self.state.level(exercise)) else { return };
        let (reps, hold) = match level.dose.main {
            Main::Reps { reps, .. } => (Some(reps), None),
            Main::Hold(length) | Main::Time(length) => (None, Some(length.as_millis())),
        };
        self.record(Happened::Take(Take {
            exercise: exercise.id.to_string(),
            level: level.id.as_deref().map(str::to_owned),
            direction: exercise.direction.as_deref().map(str::to_owned),
            sets: level.dose.sets,
            reps,
            hold,
            completed,
            // Whoever has the playhead fills it in.
            lasted: 0,
        }));
    }

    /// Advice was heard to its end.
    pub(super) fn record_advice(&mut self) {
        let what = self.plan.steps.get(self.state.step).map(|step| &step.what);
        if let Some(What::Advise(rule, _)) = what {
            let about = Some(rule.to_string());
            self.record(Happened::Note { note: ADVISED.to_owned(), about });
        }
    }

    pub(super) fn kept(&mut self, record: u64) {
        if self.awaiting.is_some_and(|awaited| record >= awaited) {
            self.awaiting = None;
            if self.now == Now::Nothing && self.mode == Mode::Running {
                self.next();
            }
        }
    }

    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if self.troubles.contains(&trouble) {
            return;
        }
        self.troubles.push(trouble);
        self.aside(
            match trouble {
                Trouble::Damaged => "memory-damaged",
                Trouble::NotKept => "not-kept",
                Trouble::Noisy => "noisy-room",
                Trouble::TooLoud => "too-loud",
            },
            &[],
        );
        if self.now == Now::Nothing {
            self.next();
        }
    }
}

fn ends(outcome: &PlannedOutcome) -> bool {
    matches!(outcome.then, Some(Then::Stop | Then::EndGently)) || outcome.refer == Some(Refer::Emergency)
}
