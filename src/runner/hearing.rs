//! Words, typed or heard: what is done about them, and about those that are not clear.

use crate::frames::Frames;
use crate::meaning::{self, Meaning, Meant, Said, Told, Vocabulary};
use crate::plan::{Plan, PlannedCheckIn, PlannedOutcome};
use crate::script::{Chime, Refer, Then};

use super::cue::{Cue, Length, Part, Place};
use super::event::{Command, Cut, Note};
use super::state::Asking;
use super::{Mode, Now, Runner, words};

/// Time to answer "did you say …?"; in neither source document.
const DOUBT: Frames = Frames::from_secs(6);
/// A window does not close on somebody who speaks: it is held open in steps, for eight seconds at most.
const WAIT: Frames = Frames::from_millis(500);
const WAITS: u32 = 16;
/// Asked for while a question is open. The others are about an exercise.
const IN_QUESTIONS: [Command; 10] = [
    Command::Pause,
    Command::Skip,
    Command::Repeat,
    Command::HowLong,
    Command::Louder,
    Command::Softer,
    Command::Slower,
    Command::Faster,
    Command::Stop,
    Command::Help,
];

/// Something that was heard, and is to be confirmed before anything follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) said: Said,
}

impl Runner {
    /// Words that are surely these: an answer where one is awaited, else a command.
    pub(super) fn said(&mut self, elapsed: Frames, words: &str, sure: bool) {
        let check_in = self.open();
        let meaning = meaning::meaning(words, &self.plan.phrases, check_in.as_deref());
        match (meaning, check_in) {
            (Meaning::Sure(said), _) if sure => self.act(elapsed, &said.meant),
            (Meaning::Sure(said), check_in) => self.unsure(elapsed, check_in.as_deref(), &[said], words),
            (Meaning::Rounded(said), Some(check_in)) => self.round(elapsed, &check_in, &said, sure),
            (Meaning::Between(first, second), Some(check_in)) => {
                self.which(elapsed, &check_in, [first, second], words);
            }
            (Meaning::Unsure(all), Some(check_in)) => {
                let key = single(words).filter(|_| all.is_empty());
                if !key.is_some_and(|key| self.answer_key(elapsed, &check_in, key)) {
                    self.unsure(elapsed, Some(&check_in), &all, words);
                }
            }
            (Meaning::Unsure(all), None) => self.unsure(elapsed, None, &all, words),
            (Meaning::Nothing, _) | (Meaning::Rounded(_) | Meaning::Between(..), None) => {}
        }
    }

    /// Words out of the air, which somebody else may have said.
    pub(super) fn heard(&mut self, elapsed: Frames, words: &str, sure: bool) {
        if let Some(doubt) = self.doubt.clone() {
            match meaning::confirms(words, &self.plan.phrases) {
                Some(true) => return self.act(elapsed, &doubt.said.meant),
                Some(false) => return self.not_said(elapsed),
                None => {}
            }
        }
        let check_in = self.open();
        let meaning = meaning::meaning(words, &self.plan.phrases, check_in.as_deref());
        if self.mode == Mode::Paused && !ends_pause(&meaning) {
            return;
        }
        match (meaning, check_in) {
            // Nobody is sent to a hospital by a word from the radio. Saying it twice is enough.
            (Meaning::Sure(said), Some(check_in))
                if is_emergency(&check_in, &said.meant) && !self.is_doubted(&said) =>
            {
                self.doubt(elapsed, said);
            }
            (Meaning::Unsure(all), Some(_)) if all.is_empty() && !has_words(words) => {}
            _ => self.said(elapsed, words, sure),
        }
    }

    fn is_doubted(&self, said: &Said) -> bool {
        self.doubt.as_ref().is_some_and(|doubt| doubt.said.meant == said.meant)
    }

    pub(super) fn act(&mut self, elapsed: Frames, meant: &Meant) {
        match (meant, self.open()) {
            (Meant::Answer(i), Some(_)) => self.take_answer(elapsed, *i, None),
            (Meant::Number(number), Some(check_in)) => _ = self.take_number(elapsed, &check_in, *number),
            (Meant::Command(name), _) => {
                if let Some(command) = Command::named(name) {
                    self.command(elapsed, command);
                }
            }
            (_, None) => {}
        }
    }

    /// Not clear: what would be serious is asked about, anything else is asked for again.
    fn unsure(&mut self, elapsed: Frames, check_in: Option<&PlannedCheckIn>, all: &[Said], words: &str) {
        let serious = all.iter().find(|said| self.is_serious(check_in, &said.meant));
        match (serious.cloned(), check_in) {
            (Some(said), _) => self.doubt(elapsed, said),
            (None, Some(check_in)) => self.not_understood(elapsed, check_in, words),
            (None, None) => {}
        }
    }

    fn not_understood(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, words: &str) {
        let note = Note::NotUnderstood { check_in: check_in.id.to_string(), words: words.to_owned() };
        self.break_off(elapsed, Cut::Now);
        self.note(note);
        self.silence(true);
    }

    fn round(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, said: &Said, sure: bool) {
        let Meant::Number(number) = said.meant else { return };
        if !sure || !self.take_number(elapsed, check_in, number) {
            return self.unsure(elapsed, Some(check_in), std::slice::from_ref(said), &said.words);
        }
        let number = words::number(&self.plan, number);
        self.aside("rounded", &[("number", &number)]);
    }

    fn which(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, numbers: [i64; 2], words: &str) {
        let asked = self.state.asking.as_ref().is_some_and(|asking| asking.attempt < check_in.ask_again);
        self.not_understood(elapsed, check_in, words);
        if let Some(asking) = self.state.asking.as_mut().filter(|_| asked) {
            asking.not_understood = false;
            asking.between = Some((numbers[0], numbers[1]));
            self.begin_at(0);
        }
    }

    fn is_serious(&self, check_in: Option<&PlannedCheckIn>, meant: &Meant) -> bool {
        let Meant::Command(name) = meant else {
            let outcome = check_in.and_then(|check_in| answer(check_in, meant)).map(|answer| &answer.outcome);
            return outcome.is_some_and(is_serious);
        };
        let asking = self.state.asking.is_some();
        matches!(Command::named(name), Some(Command::Stop))
            || matches!(Command::named(name), Some(Command::Worse)) && !asking
    }

    /// "Did you say …?"
    fn doubt(&mut self, elapsed: Frames, said: Said) {
        self.break_off(elapsed, Cut::Now);
        let words = match said.meant {
            Meant::Number(number) => words::number(&self.plan, number),
            _ => said.words.clone(),
        };
        self.note(Note::Doubted { words: words.clone() });
        self.aside("did-you-say", &[("words", &words)]);
        self.aside_chime(Chime::CheckIn);
        self.asides.push_back(listening(DOUBT));
        self.doubt = Some(Doubt { said });
        self.waited = 0;
        self.next();
    }

    /// Nobody said yes or no. What may be harm is taken for it; a question is put again.
    pub(super) fn doubt_remains(&mut self, doubt: Doubt) {
        match doubt.said.meant {
            Meant::Command(name) => match Command::named(&name) {
                Some(Command::Stop) => self.command(Frames::ZERO, Command::Pause),
                Some(command) => self.command(Frames::ZERO, command),
                None => self.next(),
            },
            Meant::Answer(_) | Meant::Number(_) => self.silence(true),
        }
    }

    /// "No, I did not say that": the question again, or on with the session.
    pub(super) fn not_said(&mut self, elapsed: Frames) {
        self.break_off(elapsed, Cut::Now);
        if let Some(asking) = self.state.asking.clone().filter(|asking| asking.reply.is_none()) {
            self.state.asking = Some(Asking { not_understood: false, between: None, ..asking });
            return self.begin_at(0);
        }
        self.next();
    }

    /// Whether the window that has just passed is held open for somebody who speaks.
    pub(super) fn wait_for_voice(&mut self) -> bool {
        let part = match self.now {
            Now::Aside(_) => self.aside.as_ref().map(|cue| cue.part),
            Now::Session(_) => self.cues.get(self.state.cue).map(|cue| cue.part),
            Now::Nothing => None,
        };
        let waits = part == Some(Part::Listen) && self.voice && self.waited < WAITS && self.digit.is_none();
        if waits {
            self.waited += 1;
            let aside = matches!(self.now, Now::Aside(_));
            self.now = if aside { Now::Aside(self.takes) } else { Now::Session(self.takes) };
            self.perform(listening(WAIT).into(), Frames::ZERO, aside);
        }
        waits
    }

    /// Once, at the next word's end: the keys are still there.
    pub(super) fn deaf(&mut self, elapsed: Frames) {
        if self.mode == Mode::Paused {
            return;
        }
        self.break_off(elapsed, Cut::Now);
        self.aside("cannot-hear", &[]);
        self.next();
    }

    /// What decides about the words that may be said now; cheap to look at often.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            check_in: self.open().map(|check_in| check_in.id.clone()),
            doubt: self.doubt.is_some(),
            asking: self.state.asking.is_some(),
            paused: self.mode == Mode::Paused,
            over: matches!(self.mode, Mode::Closing(_) | Mode::Closed),
        }
    }
}

/// What decides about the words that may be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Open for an answer.
    check_in: Option<std::sync::Arc<str>>,
    doubt: bool,
    asking: bool,
    paused: bool,
    over: bool,
}

impl Window {
    /// An answer is waited for.
    #[must_use]
    pub fn is_question(&self) -> bool {
        self.check_in.is_some() || self.doubt
    }

    /// What `words` tell at this moment.
    #[must_use]
    pub fn told(&self, words: &str, plan: &Plan) -> Option<Told> {
        if let Some(yes) = meaning::confirms(words, &plan.phrases).filter(|_| self.doubt) {
            return Some(Told::Confirms(yes));
        }
        meaning::told(words, &plan.phrases, self.check_in(plan))
    }

    fn check_in<'a>(&self, plan: &'a Plan) -> Option<&'a PlannedCheckIn> {
        self.check_in.as_ref().and_then(|id| plan.check_ins.get(&**id)).map(|check_in| &**check_in)
    }

    fn allows(&self, name: &str) -> bool {
        let Some(command) = Command::named(name).filter(|_| !self.over) else { return false };
        match command {
            Command::Stop => true,
            _ if self.paused => command == Command::Resume,
            _ => command != Command::Resume && (!self.asking || IN_QUESTIONS.contains(&command)),
        }
    }

    /// What may be said now.
    #[must_use]
    pub fn vocabulary(&self, plan: &Plan) -> Vocabulary {
        let phrases = &plan.phrases;
        let check_in = self.check_in(plan);
        let mut all = meaning::vocabulary(phrases, check_in, &|name| self.allows(name));
        if self.doubt {
            let hearing = phrases.hearing();
            all.extend(meaning::likelier(&hearing.yes).chain(meaning::likelier(&hearing.no)));
        }
        let urgent = |name: &str| matches!(Command::named(name), Some(Command::Stop | Command::Worse));
        let is_answer = |words: &str| {
            let mut answers = check_in.iter().flat_map(|check_in| &check_in.answers);
            answers.any(|answer| answer.heard.iter().any(|heard| heard == words))
        };
        let urgent =
            phrases.commands().filter(|(words, name)| urgent(name) && self.allows(name) && !is_answer(words));
        let urgent = urgent.map(|(words, _)| words.to_owned()).collect();
        Vocabulary { urgent, phrases: all, question: self.is_question() }
    }
}

fn listening(length: Frames) -> Cue {
    Cue { part: Part::Listen, place: Place::default(), sounds: Vec::new(), length: Length::Fixed(length) }
}

fn answer<'a>(check_in: &'a PlannedCheckIn, meant: &Meant) -> Option<&'a crate::plan::PlannedAnswer> {
    match meant {
        Meant::Answer(i) => check_in.answers.get(*i),
        Meant::Number(number) => {
            check_in.answers.iter().find(|answer| answer.number.is_some_and(|range| range.contains(*number)))
        }
        Meant::Command(_) => None,
    }
}

pub(super) fn is_serious(outcome: &PlannedOutcome) -> bool {
    outcome.refer.is_some() || matches!(outcome.then, Some(Then::Stop | Then::EndGently))
}

fn is_emergency(check_in: &PlannedCheckIn, meant: &Meant) -> bool {
    answer(check_in, meant).is_some_and(|answer| answer.outcome.refer == Some(Refer::Emergency))
}

/// While paused, only these are heard.
fn ends_pause(meaning: &Meaning) -> bool {
    let Meaning::Sure(Said { meant: Meant::Command(name), .. }) = meaning else { return false };
    matches!(Command::named(name), Some(Command::Resume | Command::Stop))
}

/// Whether there is a word in it at all, beside speech that was none of the expected phrases.
fn has_words(words: &str) -> bool {
    words.split(' ').any(|word| !word.is_empty() && word != "[unk]")
}

/// The character of a text that is one character long.
fn single(text: &str) -> Option<char> {
    let mut chars = text.trim().chars();
    chars.next().filter(|_| chars.next().is_none())
}
