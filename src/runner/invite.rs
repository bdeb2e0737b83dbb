//! The invitation to a session that starts by itself: it rings softly, says what it is and how long, and asks. Owns what an
//! answer to that means; must not know when it is put again.

use std::sync::Arc;

use crate::frames::Frames;
use crate::history::{NO_ANSWER, NOT_TODAY, What};
use crate::plan::{Plan, PlannedOutcome};
use crate::script::{Chime, Then};

use super::cue::Cue;
use super::event::{Effect, Note};
use super::state::{Asking, Ending, Reply, State};
use super::{Mode, Options, Runner, expand};

/// How much softer than the words it rings, in decibels, and the pause between two rings and before the words. Ours.
const SOFT: i8 = -9;
const PAUSE: Frames = Frames::from_secs(3);
const RINGS: usize = 2;
pub(super) const LATER: &str = "invitation-later";

/// How somebody is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Invitation<'a> {
    /// The session as it was asked for: its name, or `today`.
    pub session: &'a str,
    /// It is late, since it was missed.
    pub missed: bool,
    /// It cannot be put off any more.
    pub last: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    Start,
    Later,
    NotToday,
    /// Nobody said anything that was understood.
    NoAnswer,
}

/// An invitation that is open.
#[derive(Debug)]
pub(super) struct Invited {
    session: String,
    /// It is ringing, softly.
    soft: bool,
    /// Decided; only the reason is still asked for.
    reaction: Option<Reaction>,
}

impl Runner {
    /// A runner that asks somebody to the session of `plan`, tells with [`Note::Invited`] what was said to that, and ends;
    /// the session itself is for another one. Nothing where the phrases have no invitation.
    #[must_use]
    pub fn invite(plan: &Arc<Plan>, options: Options, invitation: Invitation) -> Option<Self> {
        let planned = plan.invitation.as_ref()?;
        let check_in = if invitation.last { planned.last.clone() } else { planned.ask.clone() };
        let state = State { pace: options.pace, ..State::new(plan.facts.clone()) };
        let (phrase, time) = words(plan, invitation.missed);
        let mut runner = Self::at(plan.clone(), options, state);
        runner.invited = Some(Invited { session: invitation.session.to_owned(), soft: true, reaction: None });
        runner.effects.push_back(Effect::Volume(SOFT));
        runner.wait_aside(expand::LEAD_IN);
        for _ in 0..RINGS {
            runner.aside_chime(Chime::Begin);
            runner.wait_aside(PAUSE);
        }
        runner.aside(phrase, &[("title", &plan.title), ("time", &time)]);
        runner.ask(Asking::new(&check_in, None));
        runner.drain();
        Some(runner)
    }

    /// The first words are as loud as any.
    pub(super) fn speak_up(&mut self, cue: &Cue) {
        let ringing = self.invited.as_mut().filter(|invited| invited.soft && cue.lines().next().is_some());
        if let Some(invited) = ringing {
            invited.soft = false;
            self.effects.push_back(Effect::Volume(self.state.volume));
        }
    }

    /// An answer, or none, was replied to.
    pub(super) fn react(&mut self, invited: Invited, asking: &Asking, outcome: &PlannedOutcome) {
        let said = match (asking.reply, outcome.then) {
            (Some(Reply::Silence), _) => Reaction::NoAnswer,
            (_, Some(Then::Repeat)) => Reaction::Later,
            (_, Some(Then::Stop | Then::EndGently)) => Reaction::NotToday,
            _ => Reaction::Start,
        };
        let reaction = invited.reaction.unwrap_or(said);
        let why = self.plan.invitation.as_ref().and_then(|invitation| invitation.why.clone());
        let why = why.filter(|_| invited.reaction.is_none() && said == Reaction::NotToday);
        self.invited = Some(Invited { reaction: Some(reaction), ..invited });
        match why {
            Some(check_in) => self.ask(Asking::new(&check_in, None)),
            None => self.decide_on(reaction),
        }
    }

    /// "Stop" is "not today", and no more questions.
    pub(super) fn decline(&mut self) {
        if self.cut_short(Ending::Done) == Ending::Emergency {
            return self.close(Ending::Emergency);
        }
        self.decide_on(Reaction::NotToday);
    }

    fn decide_on(&mut self, reaction: Reaction) {
        let gate = match reaction {
            Reaction::NotToday => Some(NOT_TODAY),
            Reaction::NoAnswer => Some(NO_ANSWER),
            Reaction::Start | Reaction::Later => None,
        };
        let session = self.invited.as_ref().map(|invited| invited.session.clone()).unwrap_or_default();
        if let Some(gate) = gate {
            self.record(What::Refusal { gate: gate.to_owned(), session });
        }
        if reaction == Reaction::Later {
            let again = self.plan.invitation.as_ref().map(|invitation| invitation.again).unwrap_or_default();
            let time = self.plan.phrases.duration(again);
            self.aside(LATER, &[("time", &time)]);
        }
        self.note(Note::Invited(reaction));
        self.state.asking = None;
        self.mode = Mode::Closing(Ending::Done);
        self.next();
    }
}

/// The phrase that says what it is, and the length that it names.
pub(super) fn words(plan: &Plan, missed: bool) -> (&'static str, String) {
    (if missed { "invitation-missed" } else { "invitation" }, plan.phrases.minutes(plan.length()))
}
