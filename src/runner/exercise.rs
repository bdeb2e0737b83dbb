//! An exercise to cues: position, instructions, work on each side of each set.

use crate::frames::Frames;
use crate::plan::{Main, PlannedDose, PlannedExercise, PlannedLevel, Side};
use crate::script::{Chime, Count, FactValue, Form, Sides};

use super::cue::{Fit, Length, Part, Place, Placed, Sound};
use super::expand::{Writer, whole};
use super::state::State;
use super::words;

/// Between the last word and the start of the work, to settle; in neither source document.
const PREPARE: Frames = Frames::from_secs(2);
/// Ticks on the last seconds.
const COUNTDOWN: u64 = 3;
/// A phase of a repetition shorter than this has no tick of its own.
const TICKED: Frames = Frames::from_secs(1);

pub(super) fn write(writer: &mut Writer, exercise: &PlannedExercise) {
    let Some(level) = exercise.levels.get(writer.state.level(exercise)) else { return };
    let sides = sides(level.dose.sides, writer.state);
    if sides.is_empty() {
        let title = words::render(writer.plan, &exercise.title, &writer.vars);
        return writer.phrase(Part::Text, "side-unknown", &[("title", &title)]);
    }
    position(writer, exercise);
    dose_vars(writer, &level.dose);
    if let Some(side) = sides.first().copied().flatten() {
        words::add_side(&mut writer.vars, writer.plan, side);
    }
    instructions(writer, exercise, level);
    dose_sentences(writer, &level.dose);
    work(writer, level, &sides);
}

/// Sides in the order they come; `None` where the exercise has none.
fn sides(sides: Sides, state: &State) -> Vec<Option<Side>> {
    let affected = match state.facts.get("affected_side") {
        Some(FactValue::Word(word)) => word.as_str(),
        _ => "",
    };
    match (sides, affected) {
        (Sides::None, _) => vec![None],
        (Sides::Left, _) | (Sides::Affected, "left") | (Sides::Unaffected, "right") => vec![Some(Side::Left)],
        (Sides::Right, _) | (Sides::Affected, "right") | (Sides::Unaffected, "left") => {
            vec![Some(Side::Right)]
        }
        // The source's examples begin on the right.
        (Sides::Both, _) | (Sides::Affected, "both") => vec![Some(Side::Right), Some(Side::Left)],
        (Sides::Affected | Sides::Unaffected, _) => Vec::new(),
    }
}

/// The side that the instructions are about.
pub(super) fn first_side(exercise: &PlannedExercise, state: &State) -> Option<Side> {
    let level = exercise.levels.get(state.level(exercise))?;
    sides(level.dose.sides, state).first().copied().flatten()
}

pub(super) fn position(writer: &mut Writer, exercise: &PlannedExercise) {
    let from = writer.state.position.as_deref();
    if from == Some(&*exercise.position) {
        return;
    }
    let Some((say, least)) = writer.plan.phrases.to_position(from, &exercise.position) else { return };
    let text = words::render(writer.plan, say, &writer.vars);
    let sounds = vec![whole(Sound::Line(writer.line(&text)))];
    writer.push(Part::Move, sounds, Length::Sounds { least: *least, pause: Frames::ZERO });
}

fn dose_vars(writer: &mut Writer, dose: &PlannedDose) {
    let phrases = &writer.plan.phrases;
    let (reps, hold, time) = match dose.main {
        Main::Reps { reps, hold, .. } => (reps, hold, Frames::ZERO),
        Main::Hold(hold) => (1, hold, hold),
        Main::Time(time) => (1, Frames::ZERO, time),
    };
    let vars = [
        ("reps", phrases.number(reps.into())),
        ("sets", phrases.number(dose.sets.into())),
        ("hold", phrases.duration(hold)),
        ("time", phrases.duration(time)),
    ];
    writer.vars.extend(vars.map(|(name, text)| (name.to_owned(), minijinja::Value::from(text))));
}

fn instructions(writer: &mut Writer, exercise: &PlannedExercise, level: &PlannedLevel) {
    writer.chime(Part::Title, Chime::NextExercise);
    let title = words::render(writer.plan, &exercise.title, &writer.vars);
    writer.say(Part::Title, &as_sentence(&title));
    let known = writer.state.seen.contains(&*exercise.id) && !writer.state.in_full;
    let brief = match exercise.form {
        Some(form) if !writer.state.in_full => form == Form::Brief,
        _ => known,
    };
    if brief {
        writer.text(Part::Text, &level.brief);
    } else {
        writer.text(Part::Text, &level.full);
        for caution in &exercise.cautions {
            writer.text(Part::Text, caution);
        }
    }
    if let Some(stop) = &exercise.stop {
        writer.text(Part::Text, stop);
    }
}

/// A title falls like a sentence when a voice sees its end.
fn as_sentence(title: &str) -> String {
    if title.ends_with(['.', '!', '?']) { title.to_owned() } else { format!("{title}.") }
}

fn dose_sentences(writer: &mut Writer, dose: &PlannedDose) {
    let phrases = &writer.plan.phrases;
    let mut text = match dose.main {
        Main::Reps { reps, .. } => phrases.say("reps", &[("count", &phrases.number(reps.into()))]),
        Main::Hold(hold) => phrases.say("hold", &[("time", &phrases.duration(hold))]),
        Main::Time(time) => phrases.say("for-time", &[("time", &phrases.duration(time))]),
    };
    if dose.sides == Sides::Both {
        text = format!("{text} {}", phrases.say("each-side", &[]));
    }
    if dose.sets > 1 {
        text = format!("{text} {}", phrases.say("sets", &[("count", &phrases.number(dose.sets.into()))]));
    }
    writer.say(Part::Text, &text);
}

fn work(writer: &mut Writer, level: &PlannedLevel, sides: &[Option<Side>]) {
    for set in 1..=level.dose.sets {
        writer.place = Place { set, turn: 1, ..Place::default() };
        if set > 1 {
            between_sets(writer, &level.dose, set);
        }
        for (turn, side) in (1..).zip(sides) {
            writer.place = Place { set, turn, side: *side, ..Place::default() };
            if let (Some(side), true) = (*side, set + turn > 2) {
                switch(writer, level, side, sides.len() > 1);
            }
            writer.wait(Part::Work, PREPARE);
            one_side(writer, &level.dose);
        }
    }
}

fn between_sets(writer: &mut Writer, dose: &PlannedDose, set: u32) {
    let phrases = &writer.plan.phrases;
    let rest = phrases.say("rest", &[("time", &phrases.duration(dose.rest))]);
    let line = Placed { fit: Fit::OrNothing, ..whole(Sound::Line(writer.line(&rest))) };
    writer.push(Part::Rest, vec![line], Length::Fixed(dose.rest));
    let number = phrases.number(set.into());
    writer.phrase(Part::Text, "set", &[("number", &number)]);
}

fn switch(writer: &mut Writer, level: &PlannedLevel, side: Side, changes: bool) {
    words::add_side(&mut writer.vars, writer.plan, side);
    if !changes {
        return;
    }
    writer.chime(Part::Text, Chime::SwitchSides);
    writer.phrase(Part::Text, "switch-sides", &[]);
    if let Some(text) = &level.switch {
        writer.text(Part::Text, text);
    }
}

fn one_side(writer: &mut Writer, dose: &PlannedDose) {
    match dose.main {
        Main::Reps { reps, rise, hold, lower } => {
            writer.chime(Part::Work, Chime::HoldStart);
            let pace = |length: Frames| length * 100 / u64::from(writer.state.pace.as_percent());
            let phases = [pace(rise), pace(hold), pace(lower)];
            for rep in 1..=reps {
                writer.place = Place { rep, reps, ..writer.place };
                repetition(writer, dose.count, rep, phases);
            }
        }
        Main::Hold(length) | Main::Time(length) => timed(writer, dose, length),
    }
    writer.chime(Part::Work, Chime::HoldEnd);
}

fn repetition(writer: &mut Writer, count: Count, rep: u32, [rise, hold, lower]: [Frames; 3]) {
    let tick = |at| Placed { at, sound: Sound::Chime(Chime::Tick), fit: Fit::Whole };
    let mut sounds = Vec::new();
    match count {
        Count::Aloud => {
            let word = writer.plan.phrases.number(rep.into());
            sounds.push(Placed { fit: Fit::OrTick, ..whole(Sound::Line(writer.line(&word))) });
        }
        Count::Ticks => sounds.push(tick(Frames::ZERO)),
        Count::Silent => {}
    }
    if count != Count::Silent && rise >= TICKED && hold >= TICKED {
        sounds.push(tick(rise));
        sounds.push(tick(rise + hold));
    }
    writer.push(Part::Work, sounds, Length::Fixed(rise + hold + lower));
}

fn timed(writer: &mut Writer, dose: &PlannedDose, length: Frames) {
    let mut sounds = vec![whole(Sound::Chime(Chime::HoldStart))];
    if dose.halfway {
        let line = writer.line(&writer.plan.phrases.say("halfway", &[]));
        sounds.push(Placed { at: length / 2, sound: Sound::Line(line), fit: Fit::OrNothing });
    }
    let second = Frames::from_secs(1);
    if dose.countdown && length > second * (COUNTDOWN + 2) {
        for left in (1..=COUNTDOWN).rev() {
            let at = length - second * left;
            sounds.push(Placed { at, sound: Sound::Chime(Chime::Tick), fit: Fit::Whole });
        }
    }
    writer.place.rep = 1;
    writer.push(Part::Work, sounds, Length::Fixed(length));
}
