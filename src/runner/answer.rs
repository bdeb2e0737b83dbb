//! Questions, answers and what follows from them.

use crate::frames::Frames;
use crate::line::Line;
use crate::plan::{Plan, PlannedCheckIn, PlannedOutcome, What};
use crate::script::{FactValue, Refer, Then};

use super::cue::{Cue, Length, Part, Place};
use super::event::{Command, Cut, Note};
use super::state::{Asking, Ending, Reply, State};
use super::{Mode, Now, Runner, expand};

/// How long a second digit is waited for after a first that could begin a two-digit number.
const SECOND_DIGIT: Frames = Frames::from_millis(800);

impl Runner {
    pub(super) fn ask(&mut self, asking: Asking) {
        self.note(Note::Asked { check_in: asking.check_in.clone() });
        self.state.asking = Some(asking);
        self.begin_at(0);
    }

    /// The check-in that is open for an answer.
    pub(super) fn open(&self) -> Option<std::sync::Arc<PlannedCheckIn>> {
        let asking = self.state.asking.as_ref().filter(|asking| asking.reply.is_none())?;
        let listening = self.mode == Mode::Running && self.now != Now::Nothing;
        self.plan.check_ins.get(&asking.check_in).filter(|_| listening).cloned()
    }

    /// The prompt and its window, or the reply, have come to their end.
    pub(super) fn asking_over(&mut self) {
        let Some(asking) = self.state.asking.clone() else { return };
        if let Some(outcome) = self.outcome(&asking) {
            return self.conclude(&asking, &outcome);
        }
        if self.options.recorded {
            return self.planned_answer(asking);
        }
        self.silence(false);
    }

    /// Asks again, or takes silence for what the check-in says it means.
    pub(super) fn silence(&mut self, not_understood: bool) {
        let Some(asking) = self.state.asking.clone() else { return };
        let again = self.plan.check_ins.get(&asking.check_in).map_or(0, |check_in| check_in.ask_again);
        // Whoever stopped and says nothing wants quiet.
        if asking.attempt < again && (not_understood || self.state.stopped.is_none()) {
            self.state.asking =
                Some(Asking { attempt: asking.attempt + 1, not_understood, between: None, ..asking });
            return self.begin_at(0);
        }
        self.no_answer();
    }

    pub(super) fn no_answer(&mut self) {
        let Some(asking) = self.state.asking.clone() else { return };
        let check_in = asking.check_in.clone();
        self.note(Note::NoAnswer { check_in });
        if self.state.stopped.is_some() {
            return self.end_stopped();
        }
        let check_in = self.plan.check_ins.get(&asking.check_in).cloned();
        self.reply(asking, Reply::Silence);
        if let Some(check_in) = check_in {
            self.record_answer(&check_in, None, None);
        }
    }

    fn planned_answer(&mut self, asking: Asking) {
        if let Some(check_in) = self.plan.check_ins.get(&asking.check_in) {
            take_planned(&self.plan, &mut self.state, check_in);
        }
        // Only now: the first prompt says it, also when it is resumed.
        self.state.recording_said = true;
        self.reply(asking, Reply::Recorded);
    }

    /// Keeps the facts of an outcome, then says its reply.
    fn reply(&mut self, asking: Asking, reply: Reply) {
        let asking = Asking { reply: Some(reply), ..asking };
        if let Some(outcome) = self.outcome(&asking).filter(|_| reply != Reply::Recorded) {
            self.state.learn(&self.plan, &outcome);
        }
        self.state.asking = Some(asking);
        self.begin_at(0);
    }

    pub(super) fn outcome(&self, asking: &Asking) -> Option<PlannedOutcome> {
        let check_in = self.plan.check_ins.get(&asking.check_in)?;
        match asking.reply? {
            Reply::Answer(i) => check_in.answers.get(i).map(|answer| answer.outcome.clone()),
            Reply::Silence => Some(check_in.no_answer.clone()),
            Reply::Recorded => {
                let planned = check_in.answers.get(check_in.planned);
                Some(planned.map(|answer| answer.outcome.clone()).unwrap_or_default())
            }
        }
    }

    /// How a session ends that is cut short now: an emergency stays one, and symptoms stay symptoms, even if the
    /// words about them are not heard out.
    pub(super) fn cut_short(&mut self, otherwise: Ending) -> Ending {
        if let Mode::Closing(ending @ (Ending::Emergency | Ending::Symptoms)) = self.mode {
            return ending;
        }
        let outcome = self.state.asking.as_ref().and_then(|asking| self.outcome(asking)).unwrap_or_default();
        if outcome.refer == Some(Refer::Emergency) {
            self.note(Note::Refer(Refer::Emergency));
            return Ending::Emergency;
        }
        if self.invited.is_some() {
            return otherwise;
        }
        let stops = matches!(outcome.then, Some(Then::Stop | Then::EndGently));
        if stops || self.state.ending == Ending::Symptoms { Ending::Symptoms } else { otherwise }
    }

    fn conclude(&mut self, asking: &Asking, outcome: &PlannedOutcome) {
        if let Some(cut_off) = self.offered.take() {
            return self.decide(*cut_off, outcome);
        }
        if let Some(refer) = outcome.refer {
            self.state.refer = Some(refer);
            self.note(Note::Refer(refer));
        }
        if outcome.refer == Some(Refer::Emergency) {
            return self.close(Ending::Emergency);
        }
        if let Some(invited) = self.invited.take() {
            return self.react(invited, asking, outcome);
        }
        self.change(outcome);
        if self.state.stopped.is_some() {
            return self.after_stop(outcome);
        }
        match outcome.then.unwrap_or(Then::Continue) {
            Then::Continue | Then::Easier | Then::Harder => self.after(asking, outcome),
            // A recording would repeat for ever.
            Then::Repeat if self.options.recorded => self.after(asking, outcome),
            Then::Repeat => {
                if let Some(What::CheckIn(id)) = self.plan.steps.get(self.state.step).map(|step| &step.what) {
                    return self.ask(Asking::new(&id.clone(), None));
                }
                self.again_in_full();
                self.state.asking = None;
                self.begin_at(0);
            }
            Then::Skip | Then::SkipTag | Then::SkipDirection => self.ask_or_leave(asking, outcome),
            Then::EndGently => self.leave_for_finish(),
            Then::Stop => {
                self.settle(false);
                self.close(Ending::Symptoms);
            }
        }
    }

    /// What an outcome changes about the exercise that was asked about, and about later ones.
    fn change(&mut self, outcome: &PlannedOutcome) {
        let exercise = self.state.about(&self.plan).cloned();
        match (outcome.then, exercise) {
            (Some(Then::Easier), Some(exercise)) => _ = self.change_level(&exercise, -1),
            (Some(Then::Harder), Some(exercise)) => _ = self.change_level(&exercise, 1),
            (Some(Then::SkipTag), _) => {
                self.state.left_out_tags.extend(outcome.tag.as_ref().map(ToString::to_string));
            }
            (Some(Then::SkipDirection), Some(exercise)) => {
                self.state.left_out_directions.extend(exercise.direction.as_ref().map(ToString::to_string));
            }
            _ => {}
        }
    }

    /// The next question if there is one, else back into the step, or on.
    fn after(&mut self, asking: &Asking, outcome: &PlannedOutcome) {
        if let Some(next) = &outcome.ask {
            return self.ask(Asking::new(next, asking.back));
        }
        self.state.asking = None;
        match asking.back {
            Some(cue) => self.begin_at(cue),
            None => {
                self.expand();
                self.state.cue = self.cues.len();
                self.leave(true);
            }
        }
    }

    fn ask_or_leave(&mut self, asking: &Asking, outcome: &PlannedOutcome) {
        match &outcome.ask {
            Some(next) => self.ask(Asking::new(next, None)),
            // The work of an exercise was complete when its own check-in came.
            None => self.leave(asking.back.is_none()),
        }
    }

    /// Takes the answer with index `i`.
    pub(super) fn take_answer(&mut self, elapsed: Frames, i: usize, number: Option<i64>) {
        let Some(asking) = self.state.asking.clone() else { return };
        let Some(check_in) = self.plan.check_ins.get(&asking.check_in).cloned() else { return };
        let Some(answer) = check_in.answers.get(i) else { return };
        self.break_off(elapsed, Cut::Now);
        self.digit = None;
        self.state.unanswered = 0;
        if let Some(fact) = &check_in.fact {
            let value = number.map_or_else(|| FactValue::Word(answer.id.to_string()), FactValue::Number);
            self.state.set(fact, value);
        }
        let (id, name) = (check_in.id.to_string(), answer.id.to_string());
        self.note(Note::Answered { check_in: id, answer: name, number });
        self.reply(asking, Reply::Answer(i));
        self.record_answer(&check_in, Some(answer), number);
    }

    pub(super) fn take_number(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, number: i64) -> bool {
        let holds = |range: crate::script::NumberRange| range.contains(number);
        let answer = check_in.answers.iter().position(|answer| answer.number.is_some_and(holds));
        match answer.filter(|_| check_in.scale.is_some_and(holds)) {
            Some(i) => self.take_answer(elapsed, i, Some(number)),
            None => return false,
        }
        true
    }

    /// A key: an answer where one is awaited, else a command.
    pub(super) fn key(&mut self, elapsed: Frames, key: char) {
        let always = Command::on_key(key).filter(|command| command.comes_first());
        if let (None, Some(check_in)) = (always, self.open())
            && self.answer_key(elapsed, &check_in, key)
        {
            return;
        }
        if let Some(command) = Command::on_key(key) {
            self.command(elapsed, command);
        }
    }

    pub(super) fn answer_key(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, key: char) -> bool {
        let same = |known: char| known.to_lowercase().eq(key.to_lowercase());
        if let Some(digit) = key.to_digit(10).map(i64::from).filter(|_| check_in.scale.is_some()) {
            let first = self.digit.take().and_then(|first| first.to_digit(10)).map(i64::from);
            if let Some(first) = first
                && self.take_number(elapsed, check_in, first * 10 + digit)
            {
                return true;
            }
            return self.first_digit(elapsed, check_in, digit, key);
        }
        let answer = check_in.answers.iter().position(|answer| answer.key.is_some_and(same));
        if let Some(i) = answer {
            self.take_answer(elapsed, i, None);
        }
        answer.is_some()
    }

    /// A digit that may begin a longer number on the scale waits a moment for the next.
    fn first_digit(&mut self, elapsed: Frames, check_in: &PlannedCheckIn, digit: i64, key: char) -> bool {
        let longer = check_in.scale.is_some_and(|scale| digit > 0 && scale.0[1] >= digit * 10);
        if !longer {
            return self.take_number(elapsed, check_in, digit);
        }
        self.break_off(elapsed, Cut::Now);
        self.digit = Some(key);
        let wait = Cue {
            part: Part::Listen,
            place: Place::default(),
            sounds: Vec::new(),
            length: Length::Fixed(SECOND_DIGIT),
        };
        self.cues.truncate(self.state.cue);
        self.cues.push(wait.into());
        self.held = Frames::ZERO;
        self.next();
        true
    }

    /// A lone first digit whose time has passed is the answer.
    pub(super) fn lone_digit(&mut self) -> bool {
        let Some(digit) = self.digit.take().and_then(|digit| digit.to_digit(10)) else { return false };
        let Some(check_in) =
            self.state.asking.as_ref().and_then(|a| self.plan.check_ins.get(&a.check_in)).cloned()
        else {
            return false;
        };
        self.take_number(Frames::ZERO, &check_in, digit.into())
    }

    /// What may have to be said next in answer to an open question, and to put it again.
    pub(super) fn lines_of_replies(&self) -> Vec<Line> {
        let Some(asking) = self.state.asking.as_ref().filter(|asking| asking.reply.is_none()) else {
            return Vec::new();
        };
        let answers = self.plan.check_ins.get(&asking.check_in).map_or(0, |check_in| check_in.answers.len());
        let replies = (0..answers).map(Reply::Answer).chain([Reply::Silence]);
        let replies = replies.map(|reply| Asking { reply: Some(reply), ..asking.clone() });
        let again =
            [false, true].map(|not_understood| Asking { attempt: 1, not_understood, ..asking.clone() });
        let state = State { asking: None, ..self.state.clone() };
        let cues = replies
            .chain(again)
            .flat_map(|asking| expand::asking(&self.plan, &state, &asking, self.options.recorded));
        cues.flat_map(|cue| cue.lines().cloned().collect::<Vec<_>>()).collect()
    }
}

/// Facts as if the planned answer had been given. A number stays unknown: nobody has said one.
pub(crate) fn take_planned(plan: &Plan, state: &mut State, check_in: &PlannedCheckIn) {
    let Some(answer) = check_in.answers.get(check_in.planned) else { return };
    if let (Some(fact), None) = (&check_in.fact, answer.number) {
        state.set(fact, FactValue::Word(answer.id.to_string()));
    }
    state.learn(plan, &answer.outcome);
}
