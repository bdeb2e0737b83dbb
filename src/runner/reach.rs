//! Every line that a plan can speak, whatever is answered or asked for: what can be made ahead of time.
//! Owns the ways in which a text varies. Must not judge which of them come together: it names too many, never too few.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::frames::Frames;
use crate::line::{Line, Pace};
use crate::plan::{Plan, PlannedCheckIn, PlannedExercise, PlannedOutcome, Side, What, Why};
use crate::script::{FactValue, NumberRange, Sides, direction_fact};

use super::cue::{Cue, Part};
use super::expand::Writer;
use super::state::{Asking, Reply, State};
use super::{command, hearing, invite, step, words};

/// Phrases said while the session stands still that hold nothing but themselves.
const ASIDES: [&str; 14] = [
    "paused",
    "resumed",
    "stopped",
    "interrupted",
    "worse",
    "easiest",
    "hardest",
    "nothing-back",
    "almost-done",
    "help",
    "cannot-hear",
    "noisy-room",
    "too-loud",
    "why-written",
];
/// A text with more forms than this is made ahead in as many; the others are spoken when they come.
const MOST_FORMS: usize = 20_000;

/// The lines of `plan` at `pace`, roughly in the order in which they come, each once: of every answer, level, side and
/// number, of questions put again, of a recording, and of what is said when somebody asks for something. Facts that
/// were remembered have the values that this plan's own questions give them.
#[must_use]
pub fn reachable(plan: &Plan, pace: Pace) -> Vec<Line> {
    let state = State { pace, ..State::new(plan.facts.clone()) };
    let mut reach = Reach { plan, state, facts: facts(plan), lines: Vec::new(), seen: HashSet::new() };
    reach.steps();
    for check_in in plan.check_ins.values() {
        reach.check_in(check_in);
    }
    reach.asides();
    reach.doubts();
    reach.lines
}

struct Reach<'a> {
    plan: &'a Plan,
    state: State,
    /// Values that each fact can have.
    facts: BTreeMap<String, Vec<FactValue>>,
    lines: Vec<Line>,
    seen: HashSet<Line>,
}

impl Reach<'_> {
    fn add(&mut self, cues: &[Cue]) {
        let new = cues.iter().flat_map(Cue::lines).filter(|line| self.seen.insert((*line).clone()));
        self.lines.extend(new.cloned());
    }

    fn steps(&mut self) {
        let mut known = HashSet::new();
        for (index, planned) in self.plan.steps.iter().enumerate() {
            self.state.step = index;
            match &planned.what {
                What::Exercise(exercise) if known.insert(Arc::as_ptr(exercise)) => self.exercise(exercise),
                What::Say(text) | What::Advise(_, text) => self.vary(&[text], &[], |reach, state| {
                    reach.add(&step::cues(reach.plan, state, false));
                }),
                _ => {}
            }
        }
    }

    fn exercise(&mut self, exercise: &PlannedExercise) {
        self.change_of_position(exercise);
        self.state.position = Some(exercise.position.to_string());
        for (i, level) in exercise.levels.iter().enumerate() {
            self.state.levels.insert(exercise.id.to_string(), i);
            let mut full = vec![&*exercise.title, &*level.full];
            full.extend(
                exercise.cautions.iter().chain(&exercise.stop).chain(&level.switch).map(|text| &**text),
            );
            let sided = matches!(level.dose.sides, Sides::Affected | Sides::Unaffected);
            let also: &[&str] = if sided { &["affected_side"] } else { &[] };
            self.state.in_full = true;
            self.vary(&full, also, |reach, state| reach.add(&step::cues(reach.plan, state, false)));
            self.state.in_full = false;
            self.state.seen = [exercise.id.to_string()].into();
            self.vary(&[&level.brief], also, |reach, state| reach.add(&step::cues(reach.plan, state, false)));
            self.level(exercise);
        }
        let fresh = State::new(self.plan.facts.clone());
        self.state = State { pace: self.state.pace, step: self.state.step, ..fresh };
    }

    fn change_of_position(&mut self, exercise: &PlannedExercise) {
        let positions: BTreeSet<Option<String>> = exercises(self.plan)
            .map(|(_, exercise)| Some(exercise.position.to_string()))
            .chain([None])
            .collect();
        for from in positions {
            let say = self.plan.phrases.to_position(from.as_deref(), &exercise.position);
            let texts: Vec<&str> = say.iter().map(|(say, _)| &**say).collect();
            self.state.position = from;
            self.vary(&texts, &[], |reach, state| {
                let mut writer = Writer::new(reach.plan, state);
                super::exercise::position(&mut writer, exercise);
                let cues = writer.cues;
                reach.add(&cues);
            });
        }
    }

    /// What is said when this level is asked for.
    fn level(&mut self, exercise: &PlannedExercise) {
        let level = exercise.levels.get(self.state.level(exercise));
        let texts: Vec<&str> = level.and_then(|level| level.say.as_deref()).into_iter().collect();
        for side in [None, Some(Side::Left), Some(Side::Right)] {
            self.vary(&texts, &[], |reach, state| {
                reach.add(&command::words_of_level(reach.plan, state, exercise, side));
            });
        }
    }

    fn check_in(&mut self, check_in: &PlannedCheckIn) {
        let new = || Asking::new(&check_in.id, None);
        self.asking(&check_in.ask, &new(), false);
        self.asking(&check_in.ask, &new(), true);
        for not_understood in [false, true] {
            self.asking(&check_in.again, &Asking { attempt: 1, not_understood, ..new() }, false);
        }
        let answers = check_in.answers.iter().map(|answer| &answer.outcome.say).enumerate();
        let answers = answers.map(|(i, say)| (Reply::Answer(i), say));
        let others = [(Reply::Silence, &check_in.no_answer.say), (Reply::Recorded, &check_in.recorded)];
        for (reply, say) in answers.chain(others) {
            let say = say.as_deref().unwrap_or_default();
            self.asking(say, &Asking { reply: Some(reply), ..new() }, false);
        }
    }

    /// Everything that `asking`, which says `text`, can be.
    fn asking(&mut self, text: &str, asking: &Asking, recorded: bool) {
        let names = self.plan.texts.names_in_text(text).unwrap_or_default();
        let about = if names.contains("direction") { self.subjects() } else { vec![None] };
        for about in about {
            self.state.history = about.into_iter().collect();
            self.vary(&[text], &[], |reach, state| {
                let state = State { asking: Some(asking.clone()), ..state.clone() };
                reach.add(&step::cues(reach.plan, &state, recorded));
            });
        }
        self.state.history.clear();
    }

    /// Steps that a question can be about, one for each direction, and none.
    fn subjects(&self) -> Vec<Option<usize>> {
        let mut directions = HashSet::new();
        let new = exercises(self.plan).filter(|(_, exercise)| directions.insert(exercise.direction.clone()));
        new.map(|(step, _)| Some(step)).chain([None]).collect()
    }

    /// What is asked about words that were not clear.
    fn doubts(&mut self) {
        let commands = self.plan.phrases.commands().filter(|(_, name)| ["stop", "worse"].contains(name));
        let mut words: Vec<String> = commands.map(|(words, _)| words.to_owned()).collect();
        let answers = self.plan.check_ins.values().flat_map(|check_in| &check_in.answers);
        let serious = answers.filter(|answer| hearing::is_serious(&answer.outcome));
        words.extend(serious.flat_map(|answer| answer.heard.clone()));
        for words in words {
            self.aside("did-you-say", &[("words", &words)]);
        }
        let scales: Vec<_> = self.plan.check_ins.values().filter_map(|check_in| check_in.scale).collect();
        for NumberRange([low, high]) in scales.into_iter().filter(|scale| scale.0[1] - scale.0[0] <= 10) {
            let word = |number| words::number(self.plan, number);
            let words: Vec<String> = (low..=high).map(word).collect();
            for number in &words {
                self.aside("rounded", &[("number", number)]);
                self.aside("did-you-say", &[("words", number)]);
            }
            for pair in words.windows(2) {
                if let [first, second] = pair {
                    self.aside("which-number", &[("first", first), ("second", second)]);
                }
            }
        }
    }

    fn asides(&mut self) {
        for name in ASIDES {
            self.aside(name, &[]);
        }
        let minute = Frames::from_secs(60);
        for minutes in 1..=(self.plan.length() + minute / 2).0 / minute.0 {
            let time = self.plan.phrases.minutes(minute * minutes);
            self.aside("time-left", &[("time", &time)]);
        }
        let check_ins = self.plan.check_ins.values().map(|check_in| check_in.title.to_string());
        let titles: BTreeSet<String> = check_ins.chain([self.plan.title.clone()]).collect();
        for title in titles {
            self.aside("resuming", &[("title", &title)]);
        }
        self.invitation();
        for (_, exercise) in exercises(self.plan) {
            self.why(exercise.why.as_ref());
            self.vary(&[&exercise.title], &[], |reach, state| {
                let title = words::render(reach.plan, &exercise.title, &words::vars(reach.plan, state));
                reach.aside("resuming", &[("title", &title)]);
            });
        }
    }

    fn invitation(&mut self) {
        let Some(invitation) = &self.plan.invitation else { return };
        for missed in [false, true] {
            let (phrase, time) = invite::words(self.plan, missed);
            self.aside(phrase, &[("title", &self.plan.title), ("time", &time)]);
        }
        let later = self.plan.phrases.duration(invitation.again);
        self.aside(invite::LATER, &[("time", &later)]);
    }

    fn why(&mut self, why: Option<&Why>) {
        match why {
            None => {}
            Some(Why::Phrase(phrase, count)) => {
                self.aside(phrase, &[("count", &self.plan.phrases.number(*count))]);
            }
            Some(Why::Words(words, _)) => {
                let mut writer = Writer::new(self.plan, &self.state);
                writer.text(Part::Aside, words);
                let cues = writer.cues;
                self.add(&cues);
            }
        }
    }

    fn aside(&mut self, phrase: &str, vars: &[(&str, &str)]) {
        let mut writer = Writer::new(self.plan, &self.state);
        writer.phrase(Part::Aside, phrase, vars);
        let cues = writer.cues;
        self.add(&cues);
    }

    /// Visits every state in which one of `texts` may read differently, or a fact of `also` differs.
    fn vary(&mut self, texts: &[&str], also: &[&str], mut visit: impl FnMut(&mut Self, &State)) {
        for names in self.names(texts, also) {
            let values: Vec<(&String, Vec<Option<FactValue>>)> =
                names.iter().map(|name| (name, self.values(name))).collect();
            let forms = values.iter().fold(1_usize, |forms, (_, values)| forms.saturating_mul(values.len()));
            for form in 0..forms.min(MOST_FORMS) {
                let state = with(self.state.clone(), &values, form);
                visit(self, &state);
            }
        }
    }

    /// For each text the names in it that change. Different texts need no common states.
    fn names(&self, texts: &[&str], also: &[&str]) -> BTreeSet<BTreeSet<String>> {
        let also: BTreeSet<String> = also.iter().map(|name| (*name).to_owned()).collect();
        let of_text = |text: &&str| {
            let names = self.plan.texts.names_in_text(text).unwrap_or_default();
            names.into_iter().filter(|name| self.values(name).len() > 1).chain(also.clone()).collect()
        };
        texts.iter().map(of_text).chain([also.clone()]).collect()
    }

    /// Unset, and every value that the fact can have.
    fn values(&self, name: &str) -> Vec<Option<FactValue>> {
        if name == "done" {
            let most = i64::try_from(self.plan.exercises).unwrap_or(i64::MAX);
            return (0..=most).map(|done| Some(FactValue::Number(done))).collect();
        }
        let fact = self.facts.get(name).or_else(|| self.facts.get(name.strip_prefix("first_")?));
        fact.into_iter().flatten().cloned().map(Some).chain([None]).collect()
    }
}

/// `state` with the `form`th combination of `values`.
fn with(mut state: State, values: &[(&String, Vec<Option<FactValue>>)], mut form: usize) -> State {
    for (name, values) in values {
        let value = values.get(form % values.len().max(1)).cloned().flatten();
        form /= values.len().max(1);
        match (name.as_str(), value) {
            ("done", Some(FactValue::Number(done))) => {
                state.done = (0..usize::try_from(done).unwrap_or(0)).collect();
            }
            (_, Some(value)) => _ = state.facts.insert((*name).clone(), value),
            (_, None) => _ = state.facts.remove(*name),
        }
    }
    state
}

fn exercises(plan: &Plan) -> impl Iterator<Item = (usize, &Arc<PlannedExercise>)> {
    plan.steps.iter().enumerate().filter_map(|(i, step)| match &step.what {
        What::Exercise(exercise) => Some((i, exercise)),
        _ => None,
    })
}

/// Every value that an answer, or none, can give each fact.
fn facts(plan: &Plan) -> BTreeMap<String, Vec<FactValue>> {
    let mut facts: BTreeMap<String, Vec<FactValue>> = BTreeMap::new();
    let mut add = |name: &str, value: FactValue| {
        let values = facts.entry(name.to_owned()).or_default();
        if !values.contains(&value) {
            values.push(value);
        }
    };
    plan.facts.iter().for_each(|(name, value)| add(name, value.clone()));
    // It decides which sides are worked on, and may come from another session.
    for side in ["left", "right", "both"] {
        add("affected_side", FactValue::Word(side.into()));
    }
    for check_in in plan.check_ins.values() {
        for (name, value) in own_fact(check_in) {
            add(name, value);
        }
        let outcomes = check_in.answers.iter().map(|answer| &answer.outcome).chain([&check_in.no_answer]);
        for (name, value) in outcomes.flat_map(|outcome| set_by(plan, outcome)) {
            add(&name, value);
        }
    }
    facts
}

fn own_fact(check_in: &PlannedCheckIn) -> Vec<(&str, FactValue)> {
    let Some(fact) = &check_in.fact else { return Vec::new() };
    let words = check_in.answers.iter().filter(|answer| answer.number.is_none());
    let words = words.map(|answer| FactValue::Word(answer.id.to_string()));
    let scale = check_in.scale.map(|scale| scale.0[0]..=scale.0[1]);
    let numbers = scale.into_iter().flatten().map(FactValue::Number);
    words.chain(numbers).map(|value| (fact.as_str(), value)).collect()
}

fn set_by(plan: &Plan, outcome: &PlannedOutcome) -> Vec<(String, FactValue)> {
    let directions: BTreeSet<&str> =
        exercises(plan).filter_map(|(_, exercise)| exercise.direction.as_deref()).collect();
    let value = outcome.direction.as_ref().map(|value| FactValue::Word(value.to_string()));
    let directed =
        directions.into_iter().filter_map(|direction| Some((direction_fact(direction), value.clone()?)));
    outcome.set.clone().into_iter().chain(directed).collect()
}
