//! How long each step takes when every check-in gets its planned answer.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::frames::Frames;
use crate::plan::{BuildError, Chosen, Ladder, Main, Plan, PlannedExercise, What, build_chosen};
use crate::runner::{Asking, Cue, Extent, Lead, Part, Reply, State, applies, cues, score, take_planned};
use crate::script::{Filed, Library, Session};

/// Check-ins that ask one another are followed this far.
const DEEPEST: u32 = 8;

/// Plans a session and measures its steps.
///
/// # Errors
/// As [`crate::plan::build`].
pub fn plan(library: &Library, session: &Filed<Session>) -> Result<Plan, BuildError> {
    plan_chosen(library, session, &Chosen::default())
}

/// The same, with what memory has `chosen`. What grows never makes a session longer than its `minutes`: steps up that have
/// no room wait, longer times first; and if it is too long as it stands, nothing is done more than its file says.
///
/// # Errors
/// As [`plan`].
pub fn plan_chosen(library: &Library, session: &Filed<Session>, chosen: &Chosen) -> Result<Plan, BuildError> {
    let [_, most] = session.item.minutes.value.0;
    let fits = |chosen: &Chosen| measured(library, session, chosen).map(|plan| plan.minutes as f64 <= most);
    if chosen.steps_up().next().is_some() && fits(&chosen.clone().stepped_up())? {
        return measured(library, session, chosen);
    }
    let mut kept = chosen.clone().stepping_up(&BTreeSet::new());
    if !kept.standings.is_empty() && !fits(&kept)? {
        return measured(library, session, &Chosen { capped: true, ..kept });
    }
    let mut ups: Vec<&str> = chosen.steps_up().collect();
    ups.sort_by_key(|id| is_timed(library, session, id));
    let mut room = BTreeSet::new();
    for id in ups {
        room.insert(id);
        let more = chosen.clone().stepping_up(&room);
        if fits(&more.clone().stepped_up())? {
            kept = more;
        } else {
            room.remove(id);
        }
    }
    measured(library, session, &kept)
}

fn is_timed(library: &Library, session: &Filed<Session>, exercise: &str) -> bool {
    let filed = library.exercise(&session.item.language, exercise);
    let rung = filed.and_then(|filed| Ladder::of(&filed.item).rungs.first().copied());
    rung.is_some_and(|rung| matches!(rung.main, Main::Time(_)))
}

fn measured(library: &Library, session: &Filed<Session>, chosen: &Chosen) -> Result<Plan, BuildError> {
    let mut plan = build_chosen(library, session, chosen)?;
    // Twice: a text may say how many minutes the session takes.
    for _ in 0..2 {
        plan.estimates = Estimate::new(&plan).steps();
        plan.minutes = (plan.length().as_secs_f64() / 60.0).round() as u64;
    }
    Ok(plan)
}

/// What the length of an exercise depends on.
type Key = (*const PlannedExercise, usize, bool, Option<String>);

struct Estimate<'a> {
    plan: &'a Plan,
    state: State,
    /// A long session repeats few exercises.
    known: HashMap<Key, (Frames, bool)>,
}

impl<'a> Estimate<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self { plan, state: State::new(plan.facts.clone()), known: HashMap::new() }
    }

    fn steps(mut self) -> Vec<Frames> {
        (0..self.plan.steps.len()).map(|step| self.step(step)).collect()
    }

    fn step(&mut self, step: usize) -> Frames {
        if !applies(self.plan, &self.state, step) {
            return Frames::ZERO;
        }
        self.state.step = step;
        match self.plan.steps.get(step).map(|step| &step.what) {
            Some(What::CheckIn(id)) => self.asking(id, DEEPEST),
            Some(What::Exercise(exercise)) => self.exercise(exercise),
            _ => length(&cues(self.plan, &self.state, true)),
        }
    }

    fn exercise(&mut self, exercise: &Arc<PlannedExercise>) -> Frames {
        self.state.history = vec![self.state.step];
        let seen = !self.state.seen.insert(exercise.id.to_string());
        let from = self.state.position.replace(exercise.position.to_string());
        let key = (Arc::as_ptr(exercise), self.state.level(exercise), seen, from.clone());
        let (length, worked) = match self.known.get(&key) {
            Some(known) => *known,
            None => {
                let measured = self.measure(exercise, seen, from);
                self.known.insert(key, measured);
                measured
            }
        };
        let check_in = exercise.check_in.as_ref().filter(|_| worked);
        let asked = check_in.map_or(Frames::ZERO, |check_in| self.asking(check_in, DEEPEST));
        if worked {
            self.state.done.insert(self.state.step);
        }
        length + asked
    }

    fn measure(&self, exercise: &PlannedExercise, seen: bool, from: Option<String>) -> (Frames, bool) {
        let mut state = State { position: from, ..self.state.clone() };
        if !seen {
            state.seen.remove(&*exercise.id);
        }
        let cues = cues(self.plan, &state, true);
        (length(&cues), cues.iter().any(|cue| cue.part == Part::Work))
    }

    fn asking(&mut self, check_in: &str, deepest: u32) -> Frames {
        let Some(planned) = self.plan.check_ins.get(check_in).cloned() else { return Frames::ZERO };
        let asked = self.asking_part(Asking::new(check_in, None));
        self.state.recording_said = true;
        take_planned(self.plan, &mut self.state, &planned);
        let reply = Asking { reply: Some(Reply::Recorded), ..Asking::new(check_in, None) };
        let replied = self.asking_part(reply);
        let next = planned.answers.get(planned.planned).and_then(|answer| answer.outcome.ask.clone());
        let then = next.filter(|_| deepest > 0).map_or(Frames::ZERO, |next| self.asking(&next, deepest - 1));
        asked + replied + then
    }

    fn asking_part(&mut self, asking: Asking) -> Frames {
        self.state.asking = Some(asking);
        let length = length(&cues(self.plan, &self.state, true));
        self.state.asking = None;
        length
    }
}

fn length(cues: &[Cue]) -> Frames {
    cues.iter()
        .filter_map(|cue| score(cue, Lead::None, &mut |line| Some(Extent::Clip(line.estimate().into()))))
        .map(|score| score.length)
        .sum()
}
