//! What must follow an answer by the files, held against what did follow.

use std::collections::BTreeMap;

use matside::plan::{PlannedCheckIn, PlannedExercise, PlannedOutcome, What as Step};
use matside::script::{Chime, FactValue, Refer, Then, direction_fact};
use minijinja::Value;

use crate::played::{Branch, Given, Meant, Stopped, outcome};
use crate::spoken::{Values, sentences};
use crate::*;

pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

pub(crate) fn exercise(plan: &Plan, step: usize) -> Option<&Arc<PlannedExercise>> {
    match &plan.steps.get(step)?.what {
        Step::Exercise(exercise) => Some(exercise),
        _ => None,
    }
}

/// What followed one branch.
pub(crate) struct Follow<'a> {
    plan: &'a Plan,
    ending: Ending,
    branch: &'a Branch,
    check_in: &'a PlannedCheckIn,
    /// From the question to what was made of the answer.
    asked: &'a [Entry],
    /// After that.
    after: &'a [Entry],
    step: usize,
    /// The exercise that the question is about.
    about: Option<&'a PlannedExercise>,
    /// When the question was put, and when the reply began.
    before: Option<&'a State>,
    state: Option<&'a State>,
}

impl<'a> Follow<'a> {
    /// Of the question `n` of `trace`, which is `wanted`.
    pub fn new(
        plan: &'a Plan,
        trace: &'a Trace,
        (n, wanted): (usize, &str),
        branch: &'a Branch,
    ) -> Result<Self, String> {
        let entries = &trace.entries;
        let asks =
            entries.iter().enumerate().filter(|(_, entry)| matches!(note(entry), Some(Note::Asked { .. })));
        let at = asks.map(|(at, _)| at).nth(n).ok_or("the question was not put")?;
        let Some(Note::Asked { check_in }) = note(&entries[at]) else { return Err("no question".into()) };
        ensure(check_in == wanted, || format!("asked `{check_in}`, not `{wanted}`"))?;
        let over = |entry: &Entry| {
            matches!(note(entry), Some(Note::Answered { .. } | Note::NoAnswer { .. } | Note::Asked { .. }))
        };
        let made = entries[at + 1..].iter().position(over).map_or(entries.len(), |made| at + 1 + made);
        let entered: Vec<usize> = entries[..at].iter().filter_map(entered).collect();
        let about = entered.iter().rev().find_map(|step| exercise(plan, *step));
        Ok(Self {
            plan,
            ending: trace.ending,
            branch,
            check_in: &plan.check_ins[check_in],
            asked: &entries[at..entries.len().min(made + 1)],
            after: entries.get(made + 1..).unwrap_or_default(),
            step: entered.last().copied().unwrap_or_default(),
            about: about.map(|exercise| &**exercise),
            before: entries[at..made].iter().find_map(mark),
            state: entries.get(made + 1..).unwrap_or_default().iter().find_map(mark),
        })
    }

    pub fn judge(&self) -> Result<(), String> {
        let Some(outcome) = outcome(self.check_in, self.branch.meant) else { return self.stopped() };
        self.meaning()?;
        if self.after_stop() && self.branch.meant == Meant::Silence {
            return self.silent();
        }
        if self.branch.stopped == Stopped::InTheReply {
            return ensure(self.ending == Ending::Emergency, || format!("ended as {:?}", self.ending));
        }
        self.facts(outcome)?;
        self.reply(outcome)?;
        let referred = self.after.iter().filter_map(note).find_map(|note| match note {
            Note::Refer(refer) => Some(*refer),
            _ => None,
        });
        ensure(outcome.refer.is_none() || referred == outcome.refer, || format!("referred: {referred:?}"))?;
        if outcome.refer == Some(Refer::Emergency) {
            return self.ends(Ending::Emergency);
        }
        if self.branch.stopped == Stopped::AfterTheReply {
            return Ok(());
        }
        self.next_question(outcome)?;
        match self.after_stop() {
            true if outcome.ask.is_none() => self.ends(Ending::EndedEarly),
            true => Ok(()),
            false => self.consequence(outcome),
        }
    }

    /// The question is the one after "stop", or follows from it.
    fn after_stop(&self) -> bool {
        self.before.is_some_and(|state| state.stopped.is_some())
    }

    /// Silence at once and goodbye; then at most the question for whoever stops, and never anything else.
    fn stopped(&self) -> Result<(), String> {
        if self.after_stop() {
            return self.silent();
        }
        let entries = || self.asked.iter().chain(self.after);
        let said: Vec<&str> =
            entries().skip_while(|entry| entry.what != What::Cut).filter_map(text).collect();
        let goodbye = sentences(&self.plan.phrases.say("stopped", &[]));
        ensure(said.len() >= goodbye.len() && said[..goodbye.len()] == goodbye, || {
            format!("no goodbye: {said:?}")
        })?;
        let asked = entries().skip(1).filter_map(note).find_map(|note| match note {
            Note::Asked { check_in } => Some(check_in),
            _ => None,
        });
        let wanted = self.plan.stop.as_ref().filter(|_| self.ending == Ending::EndedEarly);
        ensure(asked == wanted, || format!("asked {asked:?}, not {wanted:?}"))?;
        let early = matches!(self.ending, Ending::EndedEarly | Ending::Symptoms);
        ensure(early, || format!("ended as {:?}", self.ending))?;
        ensure(entries().all(|entry| entered(entry).is_none()), || "something begins after the stop".into())
    }

    /// Nothing sounds any more.
    fn silent(&self) -> Result<(), String> {
        let sound = self.after.iter().find(|entry| matches!(entry.what, What::Sound(..)));
        ensure(sound.is_none(), || format!("heard after the end: {sound:?}"))?;
        self.ends(Ending::EndedEarly)
    }

    /// The answer was taken for what it is; a question that got none was put as often as it says.
    fn meaning(&self) -> Result<(), String> {
        let made = self.asked.last().and_then(note);
        let right = match (self.branch.meant, made) {
            (Meant::Answer(i, n), Some(Note::Answered { answer, number, .. })) => {
                **answer == *self.check_in.answers[i].id && *number == n
            }
            (Meant::Silence, Some(Note::NoAnswer { .. })) => true,
            _ => false,
        };
        ensure(right, || format!("taken for {made:?}, not for {:?}", self.branch.meant))?;
        if self.branch.meant != Meant::Silence {
            return Ok(());
        }
        let chimes = self
            .asked
            .iter()
            .filter(|entry| matches!(entry.what, What::Sound(Sound::Chime(Chime::CheckIn), _)));
        // Whoever has stopped is asked once more only after words that were not understood.
        let once = self.after_stop() && self.branch.given != Given::Nonsense;
        let (times, wanted) = (chimes.count(), if once { 1 } else { self.check_in.ask_again as usize + 1 });
        ensure(times == wanted, || format!("put {times} times, not {wanted} times"))?;
        let sorry = sentences(&self.plan.phrases.say("not-understood", &[]));
        let said = self.asked.iter().filter_map(text).filter(|line| sorry[0] == **line).count();
        let wanted = if self.branch.given == Given::Nonsense { wanted - 1 } else { 0 };
        ensure(said == wanted, || format!("`{}` {said} times, not {wanted} times", sorry[0]))
    }

    fn facts(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        let Some(state) = self.state else { return Ok(()) };
        let own = self.check_in.fact.clone().and_then(|fact| match self.branch.meant {
            Meant::Answer(_, Some(n)) => Some((fact, FactValue::Number(n))),
            Meant::Answer(i, None) => Some((fact, FactValue::Word(self.check_in.answers[i].id.to_string()))),
            _ => None,
        });
        let mut wanted: BTreeMap<String, FactValue> = own.into_iter().collect();
        wanted.extend(outcome.set.clone());
        let direction = self.about.and_then(|exercise| exercise.direction.as_deref()).map(direction_fact);
        let said = outcome.direction.as_ref().map(|said| FactValue::Word(said.to_string()));
        wanted.extend(direction.zip(said));
        for (fact, value) in wanted {
            let found = state.facts.get(&fact);
            ensure(found == Some(&value), || format!("`{fact}` is {found:?}, not {value:?}"))?;
        }
        Ok(())
    }

    /// The reply is what is said next.
    fn reply(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        let (Some(say), Some(state)) = (&outcome.say, self.state) else {
            return ensure(outcome.say.is_none(), || "nothing was replied".into());
        };
        let reply = self.plan.texts.render(say, &self.vars(state)).map_err(|error| error.to_string())?;
        let reply = sentences(&reply);
        let said: Vec<_> = self.after.iter().filter_map(text).take(reply.len()).collect();
        ensure(said == reply, || format!("said {said:?}, not {reply:?}"))
    }

    fn vars(&self, state: &State) -> Values {
        let names = self.plan.fact_names.iter().flat_map(|name| [name.clone(), format!("first_{name}")]);
        let facts = names
            .map(|name| (name.clone(), state.facts.get(&name).cloned().map_or(Value::from(()), Value::from)));
        let counts = [
            ("done", state.done.len()),
            ("planned", self.plan.exercises),
            ("minutes", self.plan.minutes as usize),
        ];
        let direction = self.about.and_then(|exercise| exercise.direction.as_deref());
        let direction = direction.and_then(|direction| self.plan.phrases.direction(direction));
        let counts = counts.map(|(name, n)| (name.to_owned(), Value::from(n)));
        let direction = ("direction".to_owned(), direction.map_or(Value::from(()), Value::from));
        facts.chain(counts).chain([direction]).collect()
    }

    fn consequence(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        match outcome.then.unwrap_or(Then::Continue) {
            Then::Stop => return self.ends(Ending::Symptoms),
            Then::EndGently => return self.ends_gently(),
            Then::Continue => {}
            Then::Easier => self.level(-1)?,
            Then::Harder => self.level(1)?,
            Then::Repeat => return self.again(),
            Then::Skip => self.left(outcome)?,
            Then::SkipTag => {
                self.left(outcome)?;
                let tag = outcome.tag.as_deref().unwrap_or_default();
                self.never(&format!("the tag `{tag}`"), |exercise| {
                    exercise.tags.iter().any(|t| **t == *tag)
                })?;
            }
            Then::SkipDirection => {
                self.left(outcome)?;
                let direction = self.about.and_then(|exercise| exercise.direction.clone());
                let same =
                    |exercise: &PlannedExercise| direction.is_some() && exercise.direction == direction;
                self.never(&format!("the direction {direction:?}"), same)?;
            }
        }
        self.goes_on()
    }

    fn next_question(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        let ends =
            matches!(outcome.then, Some(Then::Stop | Then::EndGently | Then::Repeat)) && !self.after_stop();
        let Some(next) = outcome.ask.as_ref().filter(|_| !ends) else { return Ok(()) };
        let asked = self.after.iter().filter_map(note).find_map(|note| match note {
            Note::Asked { check_in } => Some(check_in.as_str()),
            _ => None,
        });
        ensure(asked == Some(&**next), || format!("asked {asked:?} next, not `{next}`"))
    }

    /// Nothing is asked or begun any more.
    fn ends(&self, ending: Ending) -> Result<(), String> {
        ensure(self.ending == ending, || format!("ended as {:?}, not as {ending:?}", self.ending))?;
        let more = self
            .after
            .iter()
            .filter_map(note)
            .find(|note| matches!(note, Note::Entered { .. } | Note::Asked { .. }));
        ensure(more.is_none(), || format!("after the end: {more:?}"))
    }

    /// The next thing is the finish, all of it.
    fn ends_gently(&self) -> Result<(), String> {
        let entered: Vec<usize> = self.after.iter().filter_map(entered).collect();
        let wanted: Vec<usize> = ((self.step + 1).max(self.plan.finish)..self.plan.steps.len()).collect();
        ensure(entered == wanted, || format!("went on with the steps {entered:?}, not {wanted:?}"))?;
        ensure(self.ending == Ending::Symptoms, || format!("ended as {:?}", self.ending))
    }

    /// The session comes to its last chime.
    fn goes_on(&self) -> Result<(), String> {
        let last = self.after.iter().filter_map(entered).next_back();
        let closing = self.plan.steps.len() - 1;
        ensure(last == Some(closing), || {
            format!("the last step was {last:?}, not {closing}; {:?}", self.ending)
        })
    }

    fn level(&self, by: isize) -> Result<(), String> {
        let (Some(exercise), Some(before)) = (self.about, self.before) else { return Ok(()) };
        let wanted =
            before.level(exercise).checked_add_signed(by).and_then(|level| exercise.levels.get(level));
        let found = self.after.iter().filter_map(note).find_map(|note| match note {
            Note::Level { level, .. } => Some(level.as_str()),
            _ => None,
        });
        let wanted = wanted.and_then(|level| level.id.as_deref());
        ensure(wanted.is_none() || found == wanted, || format!("went to the level {found:?}, not {wanted:?}"))
    }

    /// The exercise, or the question that is a step of its own, comes once more.
    fn again(&self) -> Result<(), String> {
        let again = self.after.iter().filter_map(note).take_while(|note| !matches!(note, Note::Left { .. }));
        let own = exercise(self.plan, self.step).is_some();
        let mut again = again.filter(|note| match note {
            Note::Place { .. } => own,
            Note::Asked { .. } => !own,
            _ => false,
        });
        ensure(again.next().is_some(), || "nothing was repeated".into())?;
        self.goes_on()
    }

    /// Nothing of the step comes after the reply.
    fn left(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        if outcome.ask.is_some() {
            return Ok(());
        }
        let more = self.after.iter().filter_map(note).take_while(|note| !matches!(note, Note::Left { .. }));
        let more: Vec<_> =
            more.filter(|note| matches!(note, Note::Place { .. } | Note::Asked { .. })).collect();
        ensure(more.is_empty(), || format!("the step goes on: {more:?}"))
    }

    fn never(&self, what: &str, kind: impl Fn(&PlannedExercise) -> bool) -> Result<(), String> {
        let mut exercises =
            self.after.iter().filter_map(entered).filter_map(|step| exercise(self.plan, step));
        let found = exercises.find(|exercise| kind(exercise));
        ensure(found.is_none(), || format!("`{}` of {what} comes all the same", found.unwrap().id))
    }
}

fn entered(entry: &Entry) -> Option<usize> {
    match note(entry) {
        Some(Note::Entered { step, .. }) => Some(*step),
        _ => None,
    }
}

pub(crate) fn mark(entry: &Entry) -> Option<&State> {
    match note(entry) {
        Some(Note::Mark(state)) => Some(state),
        _ => None,
    }
}
