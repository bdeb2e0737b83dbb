//! A session played with a script: what is answered to the first question, to the second, and so on. Owns the person who
//! plays and what can be answered; must not judge what follows.

use matside::plan::{PlannedCheckIn, PlannedOutcome};
use matside::runner::Command;
use matside::script::{Chime, Refer};

use crate::*;

/// What is given to one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    Words(String),
    Key(char),
    /// The question is heard out each time.
    Nothing,
    /// Words that mean nothing, each time.
    Nonsense,
}

/// What must be made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meant {
    Answer(usize, Option<i64>),
    Silence,
    Stop,
}

impl Meant {
    fn is_same_as(self, other: Self) -> bool {
        match (self, other) {
            (Self::Answer(one, _), Self::Answer(other, _)) => one == other,
            _ => self == other,
        }
    }
}

/// When "stop" is said after the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Stopped {
    #[default]
    Never,
    InTheReply,
    /// As soon as the session goes on: another way to give the same answer leads nowhere else.
    AfterTheReply,
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub given: Given,
    pub meant: Meant,
    pub stopped: Stopped,
}

/// The answers to the questions in their order; after the last the planned ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Play {
    pub given: Vec<Given>,
    pub stopped: Stopped,
    /// At which step something is asked for, as soon as its work has begun.
    pub act: Option<(usize, Command)>,
}

/// What was done, and what was given to each question.
pub(crate) struct Played {
    pub trace: Trace,
    pub given: Vec<Given>,
}

const NONSENSE: &str = "purple elephant umbrella";

struct Player<'a> {
    plan: &'a Plan,
    play: &'a Play,
    given: Vec<Given>,
    open: bool,
    step: usize,
    act: Option<(usize, Command)>,
    stop: Stopped,
}

pub(crate) fn play(plan: &Arc<Plan>, play: &Play) -> Played {
    let mut player =
        Player { plan, play, given: Vec::new(), open: false, step: 0, act: play.act, stop: play.stopped };
    let trace = live(plan, None, &mut player);
    Played { trace, given: player.given }
}

impl Person for Player<'_> {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)> {
        let event = match &entry.what {
            What::Sound(Sound::Chime(Chime::CheckIn), _) => self.answer(),
            What::Note(note) => self.notice(note),
            What::Sound(Sound::Line(_), _) => self.stop(Stopped::InTheReply),
            _ => None,
        };
        event.map(|event| (Frames::from_secs(1), event)).into_iter().collect()
    }
}

impl Player<'_> {
    fn answer(&mut self) -> Option<Event> {
        let given = self.given.last().filter(|_| self.open)?;
        match given {
            Given::Words(words) => Some(Event::Said(words.clone())),
            Given::Key(key) => Some(Event::Key(*key)),
            Given::Nothing => None,
            Given::Nonsense => Some(Event::Said(NONSENSE.into())),
        }
    }

    fn notice(&mut self, note: &Note) -> Option<Event> {
        match note {
            Note::Asked { check_in } => {
                let stop = self.stop(Stopped::AfterTheReply);
                self.open = true;
                let next = self.play.given.get(self.given.len()).cloned();
                self.given.push(next.unwrap_or_else(|| planned(self.plan, check_in)));
                stop
            }
            Note::Answered { .. } | Note::NoAnswer { .. } => {
                self.open = false;
                None
            }
            Note::Entered { step, .. } => {
                self.step = *step;
                self.stop(Stopped::AfterTheReply)
            }
            Note::Place { .. } => {
                self.act.take_if(|(step, _)| *step == self.step).map(|(_, command)| Event::Command(command))
            }
            _ => None,
        }
    }

    /// "Stop", once, when the answer that this is played for has been given and the time for it is `now`.
    fn stop(&mut self, now: Stopped) -> Option<Event> {
        let given = self.given.len() == self.play.given.len() && !self.given.is_empty() && !self.open;
        if !given || self.stop != now {
            return None;
        }
        self.stop = Stopped::Never;
        Some(Event::Command(Command::Stop))
    }
}

/// The first way to give the planned answer.
fn planned(plan: &Plan, check_in: &str) -> Given {
    let check_in = &plan.check_ins[check_in];
    ways(plan, check_in, check_in.planned).remove(0).given
}

/// Every way to give the answer `i`.
fn ways(plan: &Plan, check_in: &PlannedCheckIn, i: usize) -> Vec<Branch> {
    let answer = &check_in.answers[i];
    let way = |given, number| Branch { given, meant: Meant::Answer(i, number), stopped: Stopped::Never };
    let words = answer.heard.first().map(|words| way(Given::Words(words.clone()), None));
    let key = answer.key.map(|key| way(Given::Key(key), None));
    let ends = answer.number.into_iter().flat_map(|range| range.0);
    let number = |n: i64| plan.phrases.number(n.unsigned_abs());
    words.into_iter().chain(key).chain(ends.map(|n| way(Given::Words(number(n)), Some(n)))).collect()
}

/// Every answer, none, one that is not understood, "stop" and "worse".
pub(crate) fn branches(library: &Library, plan: &Plan, check_in: &PlannedCheckIn) -> Vec<Branch> {
    let branch = |given, meant| Branch { given, meant, stopped: Stopped::Never };
    let mut all: Vec<Branch> = (0..check_in.answers.len()).flat_map(|i| ways(plan, check_in, i)).collect();
    all.push(branch(Given::Nothing, Meant::Silence));
    all.push(branch(Given::Nonsense, Meant::Silence));
    // Its own words come before the commands. Nobody gets worse by a question, so there "worse" is no command.
    for (command, meant) in [("stop", Meant::Stop), ("worse", Meant::Silence)] {
        let words = word(library, plan, command);
        let own = check_in.answers.iter().position(|answer| answer.heard.contains(&words));
        all.push(branch(Given::Words(words), own.map_or(meant, |i| Meant::Answer(i, None))));
    }
    for i in 1..all.len() {
        if all[..i].iter().any(|earlier| earlier.meant.is_same_as(all[i].meant)) {
            all[i].stopped = Stopped::AfterTheReply;
        }
    }
    let emergency = |branch: &&Branch| {
        outcome(check_in, branch.meant).is_some_and(|outcome| outcome.refer == Some(Refer::Emergency))
    };
    let cut_short = |branch: &Branch| Branch { stopped: Stopped::InTheReply, ..branch.clone() };
    let emergencies: Vec<Branch> = all.iter().filter(emergency).map(cut_short).collect();
    all.into_iter().chain(emergencies).collect()
}

fn word(library: &Library, plan: &Plan, command: &str) -> String {
    let phrases = library.phrases(&plan.language).unwrap();
    matside::script::fold(&phrases.item.commands[command][0])
}

/// What follows from it by the file; nothing of its own after "stop".
pub(crate) fn outcome(check_in: &PlannedCheckIn, meant: Meant) -> Option<&PlannedOutcome> {
    match meant {
        Meant::Answer(i, _) => Some(&check_in.answers[i].outcome),
        Meant::Silence => Some(&check_in.no_answer),
        Meant::Stop => None,
    }
}
