//! What a person asks for while a session runs.

use std::sync::Arc;

use crate::frames::Frames;
use crate::history::What;
use crate::line::Pace;
use crate::plan::{Plan, PlannedExercise, Side, Why};
use crate::script::Chime;

use super::cue::{Cue, Part};
use super::event::{Command, Cut, Effect, Note};
use super::exercise::first_side;
use super::expand::Writer;
use super::state::{Asking, State};
use super::{Mode, Runner, words};

/// Decibels of one step, and how far it goes.
const VOLUME_STEP: i8 = 3;
const VOLUME: std::ops::RangeInclusive<i8> = -24..=6;
/// Silence after being told to stop, before anything else is said: it was heard, and it counts.
pub(super) const BREATH: Frames = Frames::from_millis(250);
/// Percent of one step of pace.
const PACE_STEP: u16 = 10;

impl Runner {
    pub(super) fn command(&mut self, elapsed: Frames, command: Command) {
        if self.mode == Mode::Paused {
            return self.command_while_paused(elapsed, command);
        }
        if self.state.stopped.is_some()
            && matches!(command, Command::Easier | Command::Harder | Command::HowLong | Command::Why)
        {
            return;
        }
        self.asked_for(command);
        match command {
            Command::Pause => self.pause(elapsed),
            Command::Resume => {}
            Command::Stop => self.stop(elapsed),
            Command::Skip => self.skip(elapsed),
            Command::Back => self.back(elapsed),
            Command::Repeat => self.repeat(elapsed),
            Command::Easier => self.level(elapsed, -1),
            Command::Harder => self.level(elapsed, 1),
            Command::Worse => self.worse(elapsed),
            Command::HowLong => self.how_long(elapsed),
            Command::Louder => self.volume(VOLUME_STEP),
            Command::Softer => self.volume(-VOLUME_STEP),
            Command::Slower => self.pace(elapsed, self.state.pace.as_percent().saturating_sub(PACE_STEP)),
            Command::Faster => self.pace(elapsed, self.state.pace.as_percent() + PACE_STEP),
            Command::Help => self.help(elapsed),
            Command::Why => self.why(elapsed),
        }
    }

    /// Notes what leaves no other trace. "Worse" says it itself, and to go on is nothing where nothing was paused.
    fn asked_for(&mut self, command: Command) {
        let nothing = command == Command::Resume && self.mode != Mode::Paused;
        if command != Command::Worse && !nothing {
            let about = self.exercise().map(|exercise| exercise.id.to_string());
            self.record(What::Note { note: command.name().to_owned(), about });
        }
    }

    fn command_while_paused(&mut self, elapsed: Frames, command: Command) {
        // One key does both.
        let command = if command == Command::Pause { Command::Resume } else { command };
        if matches!(command, Command::Resume | Command::Stop | Command::Louder | Command::Softer) {
            self.asked_for(command);
        }
        match command {
            Command::Resume => {
                self.break_off(elapsed, Cut::Now);
                self.mode = Mode::Running;
                self.note(Note::Resumed);
                self.aside("resumed", &[]);
                self.next();
            }
            Command::Stop => self.stop(elapsed),
            // Pausing is what many do when it hurts.
            Command::Worse if self.state.asking.is_none() => {
                self.mode = Mode::Running;
                self.note(Note::Resumed);
                self.worse(elapsed);
            }
            Command::Louder => self.volume(VOLUME_STEP),
            Command::Softer => self.volume(-VOLUME_STEP),
            Command::Help => self.note(Note::Help),
            _ => {}
        }
    }

    fn pause(&mut self, elapsed: Frames) {
        self.break_off(elapsed, Cut::Now);
        self.mode = Mode::Paused;
        self.note(Note::Paused);
        self.wait_aside(BREATH);
        self.aside_chime(Chime::Pause);
        self.aside("paused", &[]);
        self.next();
    }

    pub(super) fn aside_chime(&mut self, chime: Chime) {
        let mut writer = Writer::new(&self.plan, &self.state);
        writer.chime(Part::Aside, chime);
        self.asides.extend(writer.cues);
    }

    /// Skipping a question is no answer to it.
    fn skip(&mut self, elapsed: Frames) {
        if self.state.asking.as_ref().is_some_and(|asking| asking.reply.is_none()) {
            self.break_off(elapsed, Cut::Now);
            return self.no_answer();
        }
        if self.state.asking.is_none() {
            self.break_off(elapsed, Cut::Now);
            self.leave(false);
        }
    }

    /// To the start of the exercise when its work has begun, else to the exercise before it. Never past a question.
    fn back(&mut self, elapsed: Frames) {
        if self.state.asking.is_some() {
            return;
        }
        self.break_off(elapsed, Cut::Now);
        let begun = self.cues.iter().take(self.state.cue + 1).any(|cue| cue.part == Part::Work);
        if !begun && self.exercise().is_some() {
            self.state.history.pop();
        }
        match self.state.history.pop() {
            Some(step) => {
                self.settle(false);
                self.go(step);
            }
            None => {
                self.aside("nothing-back", &[]);
                self.reenter();
            }
        }
    }

    /// Goes on with the cue that was broken off.
    fn reenter(&mut self) {
        if self.exercise().is_some() {
            self.state.history.push(self.state.step);
        }
        self.next();
    }

    fn repeat(&mut self, elapsed: Frames) {
        self.break_off(elapsed, Cut::Now);
        if self.state.asking.is_none() {
            self.again_in_full();
        }
        self.begin_at(0);
    }

    fn level(&mut self, elapsed: Frames, by: isize) {
        let Some(exercise) = self.exercise() else { return };
        let cue = self.cues.get(self.state.cue);
        let place = cue.map(|cue| (cue.part, cue.place.order()));
        // Before the work, the instructions are about the first side.
        let side = cue.and_then(|cue| cue.place.side).or_else(|| first_side(&exercise, &self.state));
        self.break_off(elapsed, Cut::Now);
        if !self.change_level(&exercise, by) {
            self.aside(if by < 0 { "easiest" } else { "hardest" }, &[]);
            return self.next();
        }
        self.asides.extend(words_of_level(&self.plan, &self.state, &exercise, side));
        if self.state.asking.is_some() {
            return self.next();
        }
        self.expand();
        self.held = Frames::ZERO;
        self.state.cue = same_place(&self.cues, place, self.state.cue);
        self.next();
    }

    /// Whether there was another level to go to.
    pub(super) fn change_level(&mut self, exercise: &PlannedExercise, by: isize) -> bool {
        let level = self.state.level(exercise).checked_add_signed(by);
        let Some((level, planned)) = level.and_then(|level| Some((level, exercise.levels.get(level)?)))
        else {
            return false;
        };
        let id = planned.id.as_deref().unwrap_or_default().to_owned();
        self.state.levels.insert(exercise.id.to_string(), level);
        self.note(Note::Level { exercise: exercise.id.to_string(), level: id.clone() });
        self.record(What::Level { exercise: exercise.id.to_string(), level: id });
        true
    }

    /// Something hurts more: silence at once, let go, then the question that the session has for it.
    fn worse(&mut self, elapsed: Frames) {
        if self.state.asking.is_some() {
            return;
        }
        self.break_off(elapsed, Cut::Now);
        let exercise = self.exercise().map(|exercise| exercise.id.to_string());
        self.note(Note::Worse { exercise: exercise.clone() });
        self.record(What::Note { note: "worse".into(), about: exercise });
        self.wait_aside(BREATH);
        self.aside("worse", &[]);
        match self.plan.worse.clone() {
            // Going on after "worse" means going on with this very cue.
            Some(check_in) => self.ask(Asking::new(&check_in, Some(self.state.cue))),
            None => self.leave(false),
        }
    }

    fn help(&mut self, elapsed: Frames) {
        self.note(Note::Help);
        self.break_off(elapsed, Cut::Now);
        self.aside("help", &[]);
        self.next();
    }

    fn how_long(&mut self, elapsed: Frames) {
        let left = self.time_left();
        self.break_off(elapsed, Cut::Now);
        if left < Frames::from_secs(60) {
            self.aside("almost-done", &[]);
        } else {
            let time = self.plan.phrases.minutes(left);
            self.aside("time-left", &[("time", &time)]);
        }
        self.next();
    }

    /// Why the exercise is done as it is today.
    fn why(&mut self, elapsed: Frames) {
        let why = self.exercise().and_then(|exercise| exercise.why.clone());
        self.break_off(elapsed, Cut::Now);
        match why {
            None => self.aside("why-written", &[]),
            Some(Why::Phrase(phrase, count)) => {
                let count = self.plan.phrases.number(count);
                self.aside(phrase, &[("count", &count)]);
            }
            Some(Why::Words(words, _)) => {
                self.aside_words(&words);
            }
        }
        self.next();
    }

    fn volume(&mut self, by: i8) {
        self.state.volume = (self.state.volume + by).clamp(*VOLUME.start(), *VOLUME.end());
        self.effects.push_back(Effect::Volume(self.state.volume));
    }

    /// The words and the repetitions change speed; holds and times do not.
    fn pace(&mut self, elapsed: Frames, percent: u16) {
        self.break_off(elapsed, Cut::Now);
        self.state.pace = Pace::percent(percent);
        self.expand();
        self.next();
    }
}

/// What the level that `exercise` is on now says of itself.
pub(super) fn words_of_level(
    plan: &Plan,
    state: &State,
    exercise: &PlannedExercise,
    side: Option<Side>,
) -> Vec<Cue> {
    let mut writer = Writer::new(plan, state);
    if let Some(side) = side {
        words::add_side(&mut writer.vars, plan, side);
    }
    let level = exercise.levels.get(state.level(exercise));
    if let Some(say) = level.and_then(|level| level.say.as_ref()) {
        writer.text(Part::Aside, say);
    }
    writer.cues
}

/// The first cue of the new cues at the place of the old one, or after it.
fn same_place(cues: &[Arc<Cue>], place: Option<(Part, (u32, u32, u32))>, otherwise: usize) -> usize {
    match place {
        Some((part, order)) if order.0 > 0 => cues
            .iter()
            .position(|cue| {
                let here = cue.place.order();
                here >= order && ((here.0, here.1) != (order.0, order.1) || cue.part == part)
            })
            .unwrap_or_else(|| cues.len().saturating_sub(1)),
        // In the instructions: those of the new level, from the first that differ.
        Some((Part::Text, _)) => cues.iter().position(|cue| cue.part == Part::Text).unwrap_or(otherwise),
        _ => otherwise,
    }
}
