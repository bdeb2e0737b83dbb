//! The state machine of a session: (events) -> effects.
//! Owns what comes next and why. Must not know sound, devices or clocks; time reaches it as the frames that
//! the current take has run.

mod answer;
mod command;
mod cue;
mod event;
mod exercise;
mod expand;
mod hearing;
mod invite;
mod offer;
mod performance;
mod pressing;
mod reach;
mod record;
mod remember;
mod score;
mod state;
mod step;
mod stopping;
mod words;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::frames::Frames;
use crate::line::{Line, Pace};
use crate::plan::Plan;
use crate::script::FactValue;

use hearing::Doubt;
pub use hearing::Window;

pub use cue::{Cue, Fit, Length, Part, Place, Placed, Sound, chime_length};
pub use event::{Command, Cut, Effect, Event, Note, Take, Trouble};
pub use invite::{Invitation, Reaction};
pub use offer::{CutOff, Said};
pub use performance::{Do, Performance};
pub use reach::reachable;
pub use score::{Extent, Lead, Score, score};
pub use state::{Asking, Ending, Reply, State, Stopped};

pub(crate) use answer::take_planned;
pub(crate) use step::{applies, cues};

/// How a session is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Nobody can answer: every check-in waits, then takes its planned answer.
    pub recorded: bool,
    pub pace: Pace,
}

/// A word that is being said is over by then.
const WORD: Frames = Frames::from_millis(700);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Running,
    Paused,
    /// Only asides are left to be said.
    Closing(Ending),
    Closed,
}

/// What is being performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    Nothing,
    Session(u64),
    Aside(u64),
}

#[derive(Debug)]
pub struct Runner {
    plan: Arc<Plan>,
    options: Options,
    state: State,
    mode: Mode,
    now: Now,
    /// Cues of what is going on; derived from the plan and the state.
    cues: Vec<Arc<Cue>>,
    /// Cues said while the session stands still.
    asides: VecDeque<Cue>,
    /// The one being said.
    aside: Option<Cue>,
    /// How much of the current cue was performed before an aside.
    held: Frames,
    /// A first digit that a second may follow.
    digit: Option<char>,
    /// What was heard and not well enough to be acted on.
    doubt: Option<Doubt>,
    /// Somebody is speaking.
    voice: bool,
    /// How often an answer's time was made longer for a voice.
    waited: u32,
    takes: u64,
    /// Where a session was cut off, while it is asked whether to go on there.
    offered: Option<Box<CutOff>>,
    /// Whoever is asked to the session has not decided yet.
    invited: Option<invite::Invited>,
    /// Somebody writes down what is recorded, and says so.
    keeps: bool,
    /// How many records were handed out.
    records: u64,
    /// The record that is to be on disk before the session goes on.
    awaiting: Option<u64>,
    /// What was already said to be wrong.
    troubles: Vec<Trouble>,
    /// Something is to be performed next; a flag, so that no chain of empty steps can exhaust the stack.
    due: bool,
    effects: VecDeque<Effect>,
}

impl Runner {
    /// A runner that starts at the beginning.
    #[must_use]
    pub fn start(plan: Arc<Plan>, options: Options) -> Self {
        Self::start_knowing(plan, options, BTreeMap::new())
    }

    /// The same, with `facts` from earlier sessions.
    #[must_use]
    pub fn start_knowing(plan: Arc<Plan>, options: Options, facts: BTreeMap<String, FactValue>) -> Self {
        let state = State::new(plan.facts.clone()).remembering(&plan, facts);
        let state = State { pace: options.pace, ..state };
        let mut runner = Self::at(plan, options, state);
        runner.go(0);
        runner.drain();
        runner
    }

    /// A runner that goes on from `state`, a [`Note::Mark`] of an earlier run of the same plan.
    #[must_use]
    pub fn resume(plan: Arc<Plan>, options: Options, state: State) -> Self {
        let pace = if options.pace == Pace::NORMAL { state.pace } else { options.pace };
        let mut runner = Self::at(plan, options, State { pace, ..state });
        if runner.state.step >= runner.plan.steps.len() {
            runner.close(runner.state.ending);
            return runner;
        }
        runner.effects.push_back(Effect::Volume(runner.state.volume));
        runner.wait_aside(expand::LEAD_IN);
        runner.go_on();
        runner.drain();
        runner
    }

    /// Performs the rest of the step that the state stands on.
    fn go_on(&mut self) {
        self.reenter_step();
        if self.state.stopped.is_none() {
            let title = self.title(self.state.step).unwrap_or_else(|| self.plan.title.clone());
            self.aside("resuming", &[("title", &title)]);
        }
        self.next();
    }

    fn at(plan: Arc<Plan>, options: Options, state: State) -> Self {
        Self {
            plan,
            options,
            state,
            mode: Mode::Running,
            now: Now::Nothing,
            cues: Vec::new(),
            asides: VecDeque::new(),
            aside: None,
            held: Frames::ZERO,
            digit: None,
            doubt: None,
            voice: false,
            waited: 0,
            takes: 0,
            offered: None,
            invited: None,
            keeps: false,
            records: 0,
            awaiting: None,
            troubles: Vec::new(),
            due: false,
            effects: VecDeque::new(),
        }
    }

    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What is to be done next, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Takes an event; `elapsed` is how much of the current take has been performed.
    pub fn handle(&mut self, elapsed: Frames, event: Event) {
        if self.mode == Mode::Closed {
            return;
        }
        match event {
            Event::Finished(take) => self.finished(take),
            Event::Interrupt => self.interrupt(elapsed),
            Event::OutputLost(unheard) => self.output_lost(elapsed - unheard),
            Event::Voice(voice) => self.voice = voice,
            Event::Kept(record) => self.kept(record),
            _ if matches!(self.mode, Mode::Closing(_)) => {}
            Event::Command(command) => self.command(elapsed, command),
            Event::Key(key) => self.key(elapsed, key),
            Event::Said(words) => self.said(elapsed, &words, true),
            Event::Pressed(what) => self.pressed(elapsed, &what),
            Event::Heard { words, sure } => self.heard(elapsed, &words, sure),
            Event::Deaf => self.deaf(elapsed),
            Event::Trouble(trouble) => self.trouble(trouble),
        }
        self.drain();
    }

    /// Lines that will be needed soon, most urgent first, up to about `count` from no more steps than that: this is
    /// asked for between two blocks of sound.
    #[must_use]
    pub fn upcoming(&self, count: usize) -> Vec<Line> {
        let mut lines: Vec<Line> = self.asides.iter().flat_map(Cue::lines).cloned().collect();
        let ahead = self.cues.get(self.state.cue..).unwrap_or_default();
        lines.extend(ahead.iter().flat_map(|cue| cue.lines()).take(count).cloned());
        lines.extend(self.lines_of_replies());
        if self.state.stopped.is_some() {
            return lines;
        }
        let mut state = State { cue: 0, asking: None, ..self.state.clone() };
        let end = self.plan.steps.len().min(state.step + 1 + count);
        while lines.len() < count && state.step + 1 < end {
            state.step += 1;
            lines.extend(
                step::cues(&self.plan, &state, self.options.recorded).iter().flat_map(Cue::lines).cloned(),
            );
        }
        lines
    }

    /// The cue that follows the one being performed when nothing comes between.
    fn following(&self) -> Option<&Arc<Cue>> {
        let goes_on =
            self.mode == Mode::Running && matches!(self.now, Now::Session(_)) && self.asides.is_empty();
        self.cues.get(self.state.cue + 1).filter(|_| goes_on)
    }

    /// Time left as planned, the current step counted in part.
    #[must_use]
    pub fn time_left(&self) -> Frames {
        if self.state.stopped.is_some() {
            return Frames::ZERO;
        }
        let later = self.plan.estimates.iter().skip(self.state.step + 1).copied().sum();
        let step = self.plan.estimates.get(self.state.step).copied().unwrap_or_default();
        let (cue, cues) = (self.state.cue as u64, self.cues.len().max(1) as u64);
        step * cues.saturating_sub(cue) / cues + later
    }

    fn finished(&mut self, take: u64) {
        let current = matches!(self.now, Now::Aside(id) | Now::Session(id) if id == take);
        if current && self.wait_for_voice() {
            return;
        }
        match self.now {
            Now::Aside(id) if id == take => self.next(),
            Now::Session(id) if id == take => {
                self.held = Frames::ZERO;
                self.state.cue += 1;
                self.next();
            }
            _ => {}
        }
    }

    fn next(&mut self) {
        self.due = true;
    }

    fn drain(&mut self) {
        while std::mem::take(&mut self.due) {
            self.perform_next();
        }
    }

    /// The one way forward: an aside first, then the session where it stands.
    fn perform_next(&mut self) {
        self.now = Now::Nothing;
        self.aside = self.asides.pop_front();
        if let Some(cue) = self.aside.clone() {
            self.now = Now::Aside(self.takes);
            self.perform(Arc::new(cue), Frames::ZERO, true);
            return;
        }
        if let Some(doubt) = self.doubt.take() {
            return self.doubt_remains(doubt);
        }
        match self.mode {
            Mode::Paused | Mode::Closed => {}
            Mode::Running if self.awaiting.is_some() => {}
            Mode::Closing(ending) => self.close(ending),
            Mode::Running => match self.cues.get(self.state.cue).cloned() {
                Some(cue) => self.perform_session(cue),
                None => self.over(),
            },
        }
    }

    fn perform_session(&mut self, cue: Arc<Cue>) {
        self.now = Now::Session(self.takes);
        self.state.jumped &= cue.sounds.is_empty();
        if self.held == Frames::ZERO && self.offered.is_none() && self.invited.is_none() {
            self.note(Note::Mark(Box::new(self.state.clone())));
        }
        let Place { set, side, rep, reps, .. } = cue.place;
        if cue.part == Part::Work {
            self.note(Note::Place { set, side, rep, reps });
        }
        self.perform(cue, self.held, false);
    }

    fn perform(&mut self, cue: Arc<Cue>, from: Frames, aside: bool) {
        self.speak_up(&cue);
        let id = self.takes;
        self.takes += 1;
        self.effects.push_back(Effect::Perform(Take { id, cue, from, aside }));
    }

    /// Silences what sounds; the session's cue will go on from where it was, or again if it was a sentence.
    fn break_off(&mut self, elapsed: Frames, cut: Cut) {
        if let Now::Session(_) = self.now {
            let again = self.cues.get(self.state.cue).is_none_or(|cue| cue.starts_again());
            self.held = if again { Frames::ZERO } else { elapsed.max(self.held) };
        }
        self.asides.clear();
        self.doubt = None;
        self.now = Now::Nothing;
        self.effects.push_back(Effect::Cut(cut));
    }

    /// Adds a phrase to what is said while the session stands still.
    fn aside(&mut self, phrase: &str, vars: &[(&str, &str)]) {
        let mut writer = expand::Writer::new(&self.plan, &self.state);
        writer.phrase(Part::Aside, phrase, vars);
        self.asides.extend(writer.cues);
    }

    /// Adds a text of the files, filled in.
    fn aside_words(&mut self, words: &str) {
        let mut writer = expand::Writer::new(&self.plan, &self.state);
        writer.text(Part::Aside, words);
        self.asides.extend(writer.cues);
    }

    fn interrupt(&mut self, elapsed: Frames) {
        if matches!(self.mode, Mode::Closing(Ending::Interrupted)) {
            return self.close(Ending::Interrupted);
        }
        self.break_off(elapsed, Cut::Word);
        if self.state.stopped.is_some() {
            return self.end_stopped();
        }
        self.wait_aside(WORD);
        self.aside("interrupted", &[]);
        self.mode = Mode::Closing(self.cut_short(Ending::Interrupted));
        self.next();
    }

    fn wait_aside(&mut self, length: Frames) {
        let mut writer = expand::Writer::new(&self.plan, &self.state);
        writer.wait(Part::Aside, length);
        self.asides.extend(writer.cues);
    }

    fn output_lost(&mut self, elapsed: Frames) {
        let aside = match self.now {
            Now::Nothing => return,
            Now::Session(_) => None,
            Now::Aside(_) => {
                let cut_off = self.aside.take();
                Some(cut_off.into_iter().chain(std::mem::take(&mut self.asides)).collect::<Vec<_>>())
            }
        };
        let doubt = self.doubt.take();
        self.break_off(elapsed, Cut::Now);
        self.doubt = doubt;
        // In a hold nothing is said again: somebody who has waited is told that it goes on.
        if aside.is_none() && self.held > Frames::ZERO && self.state.asking.is_none() {
            self.aside("resumed", &[]);
        }
        self.asides.extend(aside.into_iter().flatten());
        self.next();
    }

    fn close(&mut self, ending: Ending) {
        self.mode = Mode::Closed;
        self.now = Now::Nothing;
        self.effects.push_back(Effect::Close(ending));
    }

    fn note(&mut self, note: Note) {
        self.effects.push_back(Effect::Note(note));
    }
}
