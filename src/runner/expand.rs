//! A step, or a question, to cues. A pure function of the plan and the state, so that a bookmark finds its cue again.

use minijinja::Value;

use crate::frames::Frames;
use crate::line::Line;
use crate::plan::{Plan, PlannedCheckIn, What};
use crate::script::Chime;

use super::cue::{Cue, Fit, Length, Part, Place, Placed, Sound, chime_length};
use super::state::{Asking, Reply, State};
use super::words::{self, Vars};

/// After a sentence.
const SENTENCE_PAUSE: Frames = Frames::from_millis(350);
/// Silence that wakes a sleeping speaker before the first sound.
pub(super) const LEAD_IN: Frames = Frames::from_millis(400);
/// Nobody speaks to a recording; this is time to think of the answer.
const RECORDED_WAIT: Frames = Frames::from_secs(2);

/// Writes cues one after the other.
pub(super) struct Writer<'a> {
    pub plan: &'a Plan,
    pub state: &'a State,
    pub vars: Vars,
    pub place: Place,
    pub cues: Vec<Cue>,
}

impl<'a> Writer<'a> {
    pub fn new(plan: &'a Plan, state: &'a State) -> Self {
        let vars = words::vars(plan, state);
        Self { plan, state, vars, place: Place::default(), cues: Vec::new() }
    }

    pub fn push(&mut self, part: Part, sounds: Vec<Placed>, length: Length) {
        self.cues.push(Cue { part, place: self.place, sounds, length });
    }

    /// A text of the session, filled in.
    pub fn text(&mut self, part: Part, template: &str) {
        let text = words::render(self.plan, template, &self.vars);
        self.say(part, &text);
    }

    /// A phrase of the engine.
    pub fn phrase(&mut self, part: Part, name: &str, vars: &[(&str, &str)]) {
        let text = self.plan.phrases.say(name, vars);
        self.say(part, &text);
    }

    pub fn say(&mut self, part: Part, text: &str) {
        for line in words::lines(self.plan, self.state, text) {
            let sounds = vec![whole(Sound::Line(line))];
            self.push(part, sounds, Length::Sounds { least: Frames::ZERO, pause: SENTENCE_PAUSE });
        }
    }

    pub fn chime(&mut self, part: Part, chime: Chime) {
        self.push(part, vec![whole(Sound::Chime(chime))], Length::Fixed(chime_length(chime)));
    }

    pub fn wait(&mut self, part: Part, length: Frames) {
        self.push(part, Vec::new(), Length::Fixed(length));
    }

    pub fn line(&self, text: &str) -> Line {
        words::line(self.plan, self.state, text)
    }
}

pub(super) fn whole(sound: Sound) -> Placed {
    Placed { at: Frames::ZERO, sound, fit: Fit::Whole }
}

/// The cues of the step that `state` stands on.
#[must_use]
pub(super) fn step(plan: &Plan, state: &State) -> Vec<Cue> {
    let mut writer = Writer::new(plan, state);
    match plan.steps.get(state.step).map(|step| &step.what) {
        Some(What::Opening) => {
            writer.wait(Part::Opening, LEAD_IN);
            writer.chime(Part::Opening, Chime::Begin);
        }
        Some(What::Exercise(exercise)) => super::exercise::write(&mut writer, exercise),
        Some(What::Say(text) | What::Advise(_, text)) => writer.text(Part::Text, text),
        Some(What::Chime(chime)) => writer.chime(Part::Text, *chime),
        Some(What::Rest(length)) => writer.wait(Part::Rest, *length),
        Some(What::Closing) => writer.chime(Part::Closing, Chime::End),
        Some(What::CheckIn(_) | What::BackTo(_)) | None => {}
    }
    writer.cues
}

/// The cues of a question, or of the reply to it.
#[must_use]
pub(super) fn asking(plan: &Plan, state: &State, asking: &Asking, recorded: bool) -> Vec<Cue> {
    let Some(check_in) = plan.check_ins.get(&asking.check_in) else { return Vec::new() };
    let mut writer = Writer::new(plan, state);
    let direction = state.about(plan).and_then(|exercise| exercise.direction.as_deref());
    let direction = direction.and_then(|direction| plan.phrases.direction(direction));
    writer.vars.insert("direction".into(), direction.map_or(Value::from(()), Value::from));
    let say = match asking.reply {
        None => {
            prompt(&mut writer, check_in, asking, recorded);
            None
        }
        Some(Reply::Answer(i)) => check_in.answers.get(i).and_then(|answer| answer.outcome.say.as_ref()),
        Some(Reply::Silence) => check_in.no_answer.say.as_ref(),
        Some(Reply::Recorded) => check_in.recorded.as_ref(),
    };
    if let Some(text) = say {
        writer.text(Part::Reply, text);
    }
    writer.cues
}

fn which(writer: &mut Writer, first: i64, second: i64) {
    let [first, second] = [first, second].map(|number| words::number(writer.plan, number));
    writer.phrase(Part::Prompt, "which-number", &[("first", &first), ("second", &second)]);
}

fn prompt(writer: &mut Writer, check_in: &PlannedCheckIn, asking: &Asking, recorded: bool) {
    if recorded && !writer.state.recording_said {
        writer.phrase(Part::Prompt, "recording", &[]);
    }
    if asking.not_understood {
        writer.phrase(Part::Prompt, "not-understood", &[]);
    }
    match asking.between {
        Some((first, second)) => which(writer, first, second),
        None => writer.text(Part::Prompt, if asking.attempt == 0 { &check_in.ask } else { &check_in.again }),
    }
    writer.chime(Part::Prompt, Chime::CheckIn);
    let wait = if recorded { check_in.wait.min(RECORDED_WAIT) } else { check_in.wait };
    writer.wait(Part::Listen, wait);
}
