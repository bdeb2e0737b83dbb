//! A start by the clock: whether it is carried out at all, and the invitation before it. Whatever keeps it from starting is
//! noted in the journal and not said.

use anyhow::Context;
use jiff::Zoned;
use jiff::civil::Date;

use crate::history::{DONE, Ending, History, INVITED, MISSED, NOT_TODAY, QUIET_HOURS, RUNNING, What};
use crate::journal::JournalError;
use crate::runner::{Invitation, Options, Reaction, Runner};
use crate::schedule::{Missed, Quiet, When, is_late, latest};

use super::super::{Exit, places};
use super::memory::{self, Memory};
use super::snooze::Snoozed;
use super::start::Start;
use super::{Senses, Show, perform};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Ring and ask first: start, later, or not today
    #[arg(long)]
    invite: bool,
    /// Days and time of a start by the clock; one that comes much later was missed
    #[arg(long, value_name = "WHEN")]
    due: Option<When>,
    /// What is done about a start that was missed: skip, next (made up the same day) or ask (the same, asking first)
    #[arg(long, value_name = "WHAT", default_value_t, requires = "due")]
    missed: Missed,
    /// Hours in which nothing starts by the clock, as in 22:00-07:00
    #[arg(long, value_name = "FROM-TO")]
    quiet_hours: Option<Quiet>,
    /// How often it was put off, and until when
    #[arg(long, hide = true, value_name = "N@TIME")]
    pub snoozed: Option<Snoozed>,
}

/// What becomes of a start by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Go {
        missed: bool,
    },
    /// Not now, and what is to be noted.
    Leave(Option<&'static str>),
}

/// How the invitation was answered.
pub enum Invited {
    Start,
    Later(Snoozed),
    Over(Exit),
}

impl Args {
    /// Nobody may be there who started it.
    pub fn by_clock(&self) -> bool {
        self.invite || self.due.is_some() || self.snoozed.is_some()
    }

    pub fn is_quiet(&self, now: &Zoned) -> bool {
        self.by_clock() && self.quiet_hours.is_some_and(|quiet| quiet.holds(now.time()))
    }

    fn call(&self, history: &History, session: &str, now: &Zoned) -> Call {
        let due = self.due.as_ref().filter(|_| self.snoozed.is_none()).and_then(|when| latest(when, now));
        let late = match (&due, &self.snoozed) {
            (Some(due), _) => is_late(due.at.timestamp(), now),
            (None, Some(snoozed)) => is_late(snoozed.until, now),
            (None, None) => false,
        };
        if let Some(due) = &due {
            let another_day = due.at.date() != now.date();
            if late && another_day || was_heeded(history, session, due.at.timestamp()) {
                return Call::Leave(None);
            }
        }
        if late && (self.missed == Missed::Skip || self.snoozed.is_some()) {
            return Call::Leave(Some(MISSED));
        }
        if self.is_quiet(now) {
            return Call::Leave(Some(QUIET_HOURS));
        }
        match over_for_today(history, session, now.date()) {
            Some(gate) => Call::Leave(Some(gate)),
            None => Call::Go { missed: late },
        }
    }

    fn asks(&self, missed: bool) -> bool {
        self.invite || self.snoozed.is_some() || missed && self.missed == Missed::Ask
    }
}

/// Whether something became of the start that was `due`: a session, of any kind for `today`, or a reason not to. An
/// invitation that a power cut ended is neither.
fn was_heeded(history: &History, asked: &str, due: jiff::Timestamp) -> bool {
    let decides = |what: &What| match what {
        What::Session { session, .. } => session == asked || asked == super::TODAY,
        What::Refusal { session, .. } => session == asked,
        _ => false,
    };
    history.rows.iter().any(|row| row.when.at >= due && decides(&row.what))
}

/// Why there is no more of `session` today: it was done, ended for symptoms, or was not wanted.
fn over_for_today(history: &History, session: &str, today: Date) -> Option<&'static str> {
    let sittings = history.sittings();
    let of_today = sittings.iter().filter(|sitting| sitting.name == session && sitting.began.day() == today);
    let over = |ending: Ending| matches!(ending, Ending::Done | Ending::Symptoms);
    if of_today.filter_map(crate::history::Sitting::ending).any(over) {
        return Some(DONE);
    }
    let declines = |what: &What| matches!(what, What::Refusal { gate, session: asked } if gate == NOT_TODAY && asked == session);
    let mut rows = history.rows.iter().filter(|row| row.when.day() == today);
    rows.any(|row| declines(&row.what)).then_some(NOT_TODAY)
}

/// What holds the device and the memory of the person for as long as a session runs.
pub struct Turn {
    _turn: Option<crate::journal::Lock>,
    pub memory: Memory,
}

impl Turn {
    /// Takes both; nothing where a start by the clock finds another session running.
    ///
    /// # Errors
    /// When another session is running, and there is no home.
    pub fn take(args: &Args, session: &str) -> anyhow::Result<Option<Self>> {
        let path = places::state().context(places::NO_STATE)?;
        let taken = memory::turn().and_then(|turn| Ok(Self { _turn: turn, memory: Memory::open(&path)? }));
        match taken {
            Err(JournalError::Locked { .. }) if args.by_clock() => {
                leave(Some(RUNNING), session);
                Ok(None)
            }
            taken => Ok(Some(taken?)),
        }
    }
}

/// Whether a start by the clock is late, where it is carried out; nothing where it is not, which is noted.
pub fn call(args: &Args, turn: &Turn, session: &str) -> Option<bool> {
    if !args.by_clock() {
        return Some(false);
    }
    match args.call(&turn.memory.history, session, &Zoned::now()) {
        Call::Go { missed } => Some(missed),
        Call::Leave(gate) => {
            leave(gate, session);
            None
        }
    }
}

fn leave(gate: Option<&str>, session: &str) {
    if let Some(gate) = gate {
        memory::note(What::Refusal { gate: gate.to_owned(), session: session.to_owned() });
    }
}

/// Asks whoever is there, if that is wanted and there is a session.
///
/// # Errors
/// As for a session.
pub fn invite(
    args: &super::Args,
    asked: &str,
    start: &Start,
    missed: bool,
    senses: &mut Senses,
) -> anyhow::Result<Invited> {
    let planned = start.plan.invitation.as_ref();
    let wanted = args.invite.asks(missed) && matches!(start.begun, What::Session { .. });
    let Some(planned) = planned.filter(|_| wanted) else { return Ok(Invited::Start) };
    let times = args.invite.snoozed.map_or(0, |snoozed| snoozed.times);
    let invitation = Invitation { session: asked, missed, last: times >= planned.times };
    let options = Options { recorded: false, pace: args.speech.pace() };
    let Some(runner) = Runner::invite(&start.plan, options, invitation) else {
        return Ok(Invited::Start);
    };
    let journal = memory::beside();
    let runner = if journal.is_some() { runner.keeping() } else { runner };
    let begun = What::Note { note: INVITED.to_owned(), about: Some(asked.to_owned()) };
    let show = Show { plan: start.plan.clone(), runner, begun, advised: Vec::new(), journal, trouble: None };
    let performed = perform(args, show, senses)?;
    Ok(match (performed.exit, performed.reaction) {
        (Exit::Done, Some(Reaction::Start)) => Invited::Start,
        (Exit::Done, Some(Reaction::Later)) => Invited::Later(Snoozed::after(times + 1, planned.again)),
        (exit, _) => Invited::Over(exit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Moment, Row};

    const DUE: &str = "Mon-Sat 07:30";

    fn args(missed: &str) -> Args {
        let (due, quiet_hours) = (DUE.parse().ok(), "22:00-07:00".parse().ok());
        Args { invite: true, due, missed: missed.parse().unwrap(), quiet_hours, snoozed: None }
    }

    fn at(time: &str) -> Zoned {
        format!("2026-11-21T{time}[Europe/Berlin]").parse().unwrap()
    }

    fn history(rows: &[(&str, What)]) -> History {
        let row = |(seq, (time, what)): (i64, &(&str, What))| {
            let session = matches!(what, What::Session { .. } | What::Ending { .. }).then_some(1);
            Row { seq, session, when: Moment::from(&at(time)), what: what.clone() }
        };
        History { rows: (1..).zip(rows).map(row).collect() }
    }

    fn session(name: &str) -> What {
        let (session, language) = (name.to_owned(), "en".to_owned());
        What::Session { session, language, digest: String::new(), resumes: None }
    }

    fn refused(gate: &str) -> What {
        What::Refusal { gate: gate.to_owned(), session: "gentle".to_owned() }
    }

    fn call(missed: &str, rows: &[(&str, What)], now: &str) -> Call {
        args(missed).call(&history(rows), "gentle", &at(now))
    }

    const GO: Call = Call::Go { missed: false };

    #[test]
    fn a_start_in_time_is_carried_out() {
        assert_eq!(call("skip", &[], "07:30:01"), GO);
        assert_eq!(call("ask", &[("06:00", session("gentle"))], "07:30:01"), GO);
    }

    #[test]
    fn one_that_was_missed_is_lost_or_made_up_on_the_same_day() {
        assert_eq!(call("skip", &[], "09:00"), Call::Leave(Some(MISSED)));
        for missed in ["next", "ask"] {
            assert_eq!(call(missed, &[], "09:00"), Call::Go { missed: true });
            // Of yesterday.
            assert_eq!(call(missed, &[], "07:10"), Call::Leave(None));
        }
    }

    #[test]
    fn what_something_became_of_was_not_missed() {
        let ended =
            || vec![("08:00", session("gentle")), ("08:10", What::Ending { ending: Ending::EndedEarly })];
        assert_eq!(call("ask", &ended(), "09:00"), Call::Leave(None));
        assert_eq!(call("ask", &[("07:30:01", refused(QUIET_HOURS))], "09:00"), Call::Leave(None));
        let invited = What::Note { note: INVITED.to_owned(), about: Some("gentle".to_owned()) };
        assert_eq!(call("ask", &[("07:30:01", invited)], "09:00"), Call::Go { missed: true });
        assert_eq!(call("ask", &[("08:00", session("other"))], "09:00"), Call::Go { missed: true });
        let any = args("ask").call(&history(&[("08:00", session("other"))]), "today", &at("09:00"));
        assert_eq!(any, Call::Leave(None));
    }

    #[test]
    fn quiet_hours_and_what_is_over_for_today_keep_it_quiet() {
        assert_eq!(call("ask", &[], "22:10"), Call::Leave(Some(QUIET_HOURS)));
        for (ending, expected) in [
            (Ending::Done, Call::Leave(Some(DONE))),
            (Ending::Symptoms, Call::Leave(Some(DONE))),
            (Ending::EndedEarly, GO),
            (Ending::Interrupted, GO),
        ] {
            let rows = [("07:10", session("gentle")), ("07:20", What::Ending { ending })];
            assert_eq!(call("skip", &rows, "07:30:01"), expected, "{ending:?}");
        }
        assert_eq!(call("skip", &[("07:10", refused(NOT_TODAY))], "07:30:01"), Call::Leave(Some(NOT_TODAY)));
        assert_eq!(call("skip", &[("07:10", refused(QUIET_HOURS))], "07:30:01"), GO);
    }

    #[test]
    fn one_that_was_put_off_asks_again_unless_the_device_slept() {
        let snoozed = "1@2026-11-21T07:45:00+01:00".parse().ok();
        let args = Args { snoozed, ..args("skip") };
        let rows = [("07:30:01", What::Note { note: INVITED.to_owned(), about: Some("gentle".to_owned()) })];
        assert_eq!(args.call(&history(&rows), "gentle", &at("07:45:01")), GO);
        assert_eq!(args.call(&history(&rows), "gentle", &at("09:45")), Call::Leave(Some(MISSED)));
    }
}
