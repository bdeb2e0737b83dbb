//! Script to plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::SourceId;
use crate::frames::Frames;
use crate::script::{
    At, CheckIn, Exercise, FactValue, Filed, Form, Invitation, Library, Outcome, Phrases, Session, Step,
    Texts, Then, fold,
};

use super::chosen::Choice;
use super::dose::{merge, of_step};
use super::{
    Chosen, PhraseBook, Plan, PlannedAnswer, PlannedCheckIn, PlannedDose, PlannedExercise, PlannedInvitation,
    PlannedLevel, PlannedOutcome, PlannedStep, What, Why,
};

/// How long an answer is waited for where a check-in does not say; in neither source document.
const WAIT: Frames = Frames::from_secs(8);

/// The fact that holds how strong the pain is.
const PAIN: &str = "pain";

/// A name that leads nowhere. The check says the same with more help.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{name}`: {reason}")]
pub struct BuildError {
    pub name: String,
    pub reason: &'static str,
    /// Where, when it stands in a file.
    pub place: Option<(SourceId, Range<usize>)>,
}

/// Plans `session` of `library`.
///
/// # Errors
/// The first name that leads nowhere; `script::check` finds all of them.
pub fn build(library: &Library, session: &Filed<Session>) -> Result<Plan, BuildError> {
    build_chosen(library, session, &Chosen::default())
}

/// The same, with what memory has `chosen`.
///
/// # Errors
/// As [`build`].
pub fn build_chosen(
    library: &Library,
    session: &Filed<Session>,
    chosen: &Chosen,
) -> Result<Plan, BuildError> {
    let language = session.item.language.as_str();
    let place = Some((session.source, session.item.language.span.clone()));
    let phrases = phrases(library, language).map_err(|error| BuildError { place, ..error })?;
    let numbers = phrases.item.numbers.iter().map(|n| n.value.clone()).collect();
    let texts = Arc::new(Texts::new(numbers));
    let mut builder = Builder::new(library, language, chosen);
    builder.sources.insert(phrases.source);
    builder.push(What::Opening);
    let first = chosen.first(&session.item).filter(|ask| library.check_in(language, ask).is_some());
    for ask in first.chain(&session.item.begin) {
        let id = builder.check_in(session.source, ask)?;
        builder.push(What::CheckIn(id));
    }
    let begin = builder.steps.len();
    for (rule, words) in &chosen.advice {
        builder.push(What::Advise(rule.clone(), words.clone()));
    }
    chosen.say.iter().for_each(|say| builder.push(What::Say(say.clone())));
    builder.steps_of(session, &mut Vec::new())?;
    let finish = builder.steps.len();
    builder.check_ins_of(session, &session.item.finish)?;
    builder.push(What::Closing);
    for aside in session.item.worse.iter().chain(&session.item.stop) {
        builder.check_in(session.source, aside)?;
    }
    let resume = phrases.item.resume.as_ref();
    if let Some(resume) = resume {
        builder.check_in(phrases.source, &resume.ask)?;
    }
    let invitation = phrases.item.invitation.as_ref();
    for ask in invitation.into_iter().flat_map(|i| [&i.ask, &i.last].into_iter().chain(&i.why)) {
        builder.check_in(phrases.source, ask)?;
    }
    Ok(Plan {
        exercises: builder.planned,
        id: session.id.clone(),
        title: session.item.title.value.clone(),
        language: Arc::from(language),
        steps: builder.steps,
        begin,
        finish,
        check_ins: builder.check_ins,
        worse: session.item.worse.as_ref().map(|w| w.value.clone()),
        stop: session.item.stop.as_ref().map(|stop| stop.value.clone()),
        resume: resume.map(|resume| (resume.ask.value.clone(), resume.within.value.0)),
        invitation: invitation.map(planned_invitation),
        facts: values(&session.item.facts),
        fact_names: library.fact_names(language),
        phrases: PhraseBook::new(&phrases.item, texts.clone()),
        texts,
        estimates: Vec::new(),
        minutes: 0,
        sources: builder.sources,
    })
}

/// A session of nothing, for what is said in place of one called `id`.
///
/// # Errors
/// When there are no phrases for `language`.
pub fn wordless(library: &Library, language: &str, id: &str) -> Result<Plan, BuildError> {
    let phrases = phrases(library, language)?;
    let numbers = phrases.item.numbers.iter().map(|n| n.value.clone()).collect();
    let texts = Arc::new(Texts::new(numbers));
    Ok(Plan {
        id: id.to_owned(),
        title: String::new(),
        language: Arc::from(language),
        steps: Vec::new(),
        begin: 0,
        finish: 0,
        check_ins: BTreeMap::new(),
        worse: None,
        stop: None,
        resume: None,
        invitation: None,
        facts: BTreeMap::new(),
        fact_names: BTreeSet::new(),
        phrases: PhraseBook::new(&phrases.item, texts.clone()),
        texts,
        estimates: Vec::new(),
        minutes: 0,
        exercises: 0,
        sources: BTreeSet::from([phrases.source]),
    })
}

fn planned_invitation(invitation: &Invitation) -> PlannedInvitation {
    PlannedInvitation {
        ask: invitation.ask.value.clone(),
        last: invitation.last.value.clone(),
        why: invitation.why.as_ref().map(|why| why.value.clone()),
        again: invitation.again.0,
        times: invitation.times.value,
    }
}

fn phrases<'a>(library: &'a Library, language: &str) -> Result<&'a Filed<Phrases>, BuildError> {
    let absent = || BuildError {
        name: language.to_owned(),
        reason: "there are no phrases for this language",
        place: None,
    };
    library.phrases(language).ok_or_else(absent)
}

/// Id, form, check-in, starting level, doses of the levels, reason.
type Equal = (String, Option<Form>, Option<Arc<str>>, usize, Vec<PlannedDose>, Option<Why>);
/// Where the steps of one file stand that have a name.
type Places<'a> = HashMap<&'a str, usize>;

struct Builder<'a> {
    library: &'a Library,
    language: &'a str,
    chosen: &'a Chosen,
    /// Exercise steps so far, alternatives counted once.
    planned: usize,
    /// Whether today's pain can be known.
    pain: bool,
    /// Exercises that had a step without a level.
    plain: BTreeSet<String>,
    steps: Vec<PlannedStep>,
    check_ins: BTreeMap<String, Arc<PlannedCheckIn>>,
    sources: BTreeSet<SourceId>,
    /// Equal exercises are kept once: a long session repeats few.
    exercises: HashMap<Equal, Arc<PlannedExercise>>,
}

impl<'a> Builder<'a> {
    fn new(library: &'a Library, language: &'a str, chosen: &'a Chosen) -> Self {
        Self {
            library,
            language,
            chosen,
            planned: 0,
            pain: !chosen.standings.is_empty() && library.fact_names(language).contains(PAIN),
            plain: BTreeSet::new(),
            steps: Vec::new(),
            check_ins: BTreeMap::new(),
            sources: BTreeSet::new(),
            exercises: HashMap::new(),
        }
    }

    fn push(&mut self, what: What) {
        self.steps.push(PlannedStep { block: None, when: None, what });
    }

    fn check_ins_of(&mut self, session: &Filed<Session>, names: &[At<String>]) -> Result<(), BuildError> {
        for name in names {
            let id = self.check_in(session.source, name)?;
            self.push(What::CheckIn(id));
        }
        Ok(())
    }

    fn steps_of(&mut self, session: &'a Filed<Session>, outer: &mut Vec<&'a str>) -> Result<(), BuildError> {
        self.sources.insert(session.source);
        outer.push(&session.id);
        let mut places = Places::new();
        for step in &session.item.step {
            let first = self.steps.len();
            if let Some(name) = &step.session {
                self.include(session, step, name, outer)?;
            } else if let Some(name) = &step.exercise {
                self.exercise(session.source, name, step)?;
            } else if let Some(what) = self.what(session.source, step, &places)? {
                self.push_step(step, None, what);
            }
            places.extend(step.id.as_ref().map(|id| (id.as_str(), first)));
        }
        outer.pop();
        Ok(())
    }

    fn include(
        &mut self,
        session: &'a Filed<Session>,
        step: &Step,
        name: &At<String>,
        outer: &mut Vec<&'a str>,
    ) -> Result<(), BuildError> {
        let missing = |reason| unknown(session.source, name, reason);
        let inner = self.library.session(name, Some(self.language));
        let inner = inner.ok_or_else(|| missing("there is no such session"))?;
        if outer.contains(&inner.id.as_str()) {
            return Err(missing("the session includes itself"));
        }
        let first = self.steps.len();
        self.steps_of(inner, outer)?;
        self.qualify(first, step);
        Ok(())
    }

    /// Puts the including step's block and `when` on the steps that it brought in.
    fn qualify(&mut self, first: usize, step: &Step) {
        let added = self.steps.get_mut(first..).unwrap_or_default();
        if let (Some(block), Some(head)) = (&step.block, added.first_mut()) {
            head.block.get_or_insert_with(|| Arc::from(block.as_str()));
        }
        let Some(outer) = &step.when else { return };
        for step in added {
            let both = match &step.when {
                Some(inner) => format!("({}) and ({inner})", outer.value),
                None => outer.value.clone(),
            };
            step.when = Some(Arc::from(both));
        }
    }

    fn what(
        &mut self,
        source: SourceId,
        step: &Step,
        places: &Places<'_>,
    ) -> Result<Option<What>, BuildError> {
        Ok(if let Some(text) = &step.say {
            Some(What::Say(Arc::from(text.as_str())))
        } else if let Some(name) = &step.check_in {
            Some(What::CheckIn(self.check_in(source, name)?))
        } else if let Some(name) = &step.back_to {
            let to = places.get(name.as_str());
            Some(What::BackTo(*to.ok_or_else(|| unknown(source, name, "no earlier step is called that"))?))
        } else if let Some(chime) = &step.chime {
            Some(What::Chime(chime.value))
        } else {
            step.rest.as_ref().map(|rest| What::Rest(rest.value.0))
        })
    }

    /// `and` is one more condition.
    fn push_step(&mut self, step: &Step, and: Option<&str>, what: What) {
        let own = step.when.as_ref().map(|when| when.as_str());
        let when = match (own, and) {
            (Some(own), Some(and)) => Some(format!("({own}) and ({and})")),
            (one, other) => one.or(other).map(str::to_owned),
        };
        let block = step.block.as_deref().map(Arc::from);
        self.steps.push(PlannedStep { block, when: when.map(Arc::from), what });
    }

    /// One step, or two of which today's pain decides which is done.
    fn exercise(&mut self, source: SourceId, name: &At<String>, step: &Step) -> Result<(), BuildError> {
        let missing = |reason| unknown(source, name, reason);
        let filed = self.library.exercise(self.language, name);
        let filed = filed.ok_or_else(|| missing("there is no such exercise"))?;
        self.sources.insert(filed.source);
        let own = filed.item.check_in.as_ref().map(|name| (filed.source, name));
        let asked = step.ask.as_ref().map(|name| (source, name)).or(own);
        let asked = asked.map(|(source, name)| self.check_in(source, name)).transpose()?;
        let levels =
            levels(&filed.item, step).ok_or_else(|| missing("it has neither reps, nor hold, nor time"))?;
        let start = step.level.as_ref().or(filed.item.start.as_ref());
        let start = start
            .and_then(|start| levels.iter().position(|l| l.id.as_deref() == Some(start.as_str())))
            .unwrap_or(0);
        self.planned += 1;
        let (now, up) = self.chosen.choose((&filed.id, &filed.item), step, start, levels);
        let tests =
            asked.as_ref().and_then(|id| self.check_ins.get(&**id)).is_some_and(|c| c.tests_direction());
        if !tests && self.chosen.leaves_out(&filed.item) {
            let what = self.performed(filed, step.form, asked, now);
            self.push_step(step, Some("false"), what);
            return Ok(());
        }
        // A later form of what was just done waits until somebody stands there.
        if step.level.is_none() {
            self.plain.insert(filed.id.clone());
        } else if now.start < start && self.plain.contains(&filed.id) {
            let what = self.performed(filed, step.form, asked, now);
            self.push_step(step, Some("false"), what);
            return Ok(());
        }
        let up = up.filter(|_| self.pain);
        let pain = up.as_ref().map(|(pain, _)| format!("{PAIN} is not none and {PAIN} <= {pain}"));
        if let (Some((_, up)), Some(pain)) = (up, &pain) {
            let what = self.performed(filed, step.form, asked.clone(), up);
            self.push_step(step, Some(pain), what);
        }
        let otherwise = pain.map(|pain| format!("not ({pain})"));
        let what = self.performed(filed, step.form, asked, now);
        self.push_step(step, otherwise.as_deref(), what);
        Ok(())
    }

    fn performed(
        &mut self,
        filed: &Filed<Exercise>,
        form: Option<Form>,
        asked: Option<Arc<str>>,
        choice: Choice,
    ) -> What {
        let doses = choice.levels.iter().map(|level| level.dose.clone()).collect();
        let key = (filed.id.clone(), form, asked.clone(), choice.start, doses, choice.why.clone());
        let make = || Arc::new(planned_exercise(filed, form, asked, choice));
        What::Exercise(self.exercises.entry(key).or_insert_with(make).clone())
    }

    /// Plans the check-in `name` and all that its answers ask next.
    fn check_in(&mut self, source: SourceId, name: &At<String>) -> Result<Arc<str>, BuildError> {
        let mut open = vec![(source, name)];
        while let Some((source, name)) = open.pop() {
            if self.check_ins.contains_key(name.as_str()) {
                continue;
            }
            let filed = self.library.check_in(self.language, name);
            let filed = filed.ok_or_else(|| unknown(source, name, "there is no such check-in"))?;
            self.sources.insert(filed.source);
            let answers = filed.item.answer.iter().filter_map(|answer| answer.ask.as_ref());
            let silence = filed.item.no_answer.iter().filter_map(|outcome| outcome.ask.as_ref());
            open.extend(answers.chain(silence).map(|next| (filed.source, next)));
            self.check_ins.insert(name.value.clone(), Arc::new(planned_check_in(filed)));
        }
        Ok(Arc::from(name.as_str()))
    }
}

fn unknown(source: SourceId, name: &At<String>, reason: &'static str) -> BuildError {
    BuildError { name: name.value.clone(), reason, place: Some((source, name.span.clone())) }
}

fn levels(exercise: &Exercise, step: &Step) -> Option<Vec<PlannedLevel>> {
    let own = of_step(step);
    let plain = || PlannedLevel {
        id: None,
        say: None,
        full: arc(&exercise.full),
        brief: arc(&exercise.brief),
        switch: exercise.switch.as_ref().map(arc),
        dose: PlannedDose::NONE,
    };
    if exercise.level.is_empty() {
        return Some(vec![PlannedLevel { dose: merge(&[&exercise.dose, &own])?, ..plain() }]);
    }
    let level = |level: &At<crate::script::Level>| {
        Some(PlannedLevel {
            id: Some(arc(&level.id)),
            say: Some(arc(&level.say)),
            full: level.full.as_ref().map_or_else(|| arc(&exercise.full), arc),
            brief: level.brief.as_ref().map_or_else(|| arc(&exercise.brief), arc),
            switch: level.switch.as_ref().or(exercise.switch.as_ref()).map(arc),
            dose: merge(&[&exercise.dose, &level.dose, &own])?,
        })
    };
    exercise.level.iter().map(level).collect()
}

fn planned_exercise(
    filed: &Filed<Exercise>,
    form: Option<Form>,
    check_in: Option<Arc<str>>,
    Choice { start, levels, why }: Choice,
) -> PlannedExercise {
    let exercise = &filed.item;
    PlannedExercise {
        id: Arc::from(filed.id.as_str()),
        title: arc(&exercise.title),
        position: arc(&exercise.position),
        direction: exercise.direction.as_ref().map(arc),
        tags: exercise.tags.iter().map(arc).collect(),
        cautions: exercise.cautions.iter().map(arc).collect(),
        stop: exercise.stop.as_ref().map(arc),
        check_in,
        form,
        levels,
        start,
        why,
    }
}

fn planned_check_in(filed: &Filed<CheckIn>) -> PlannedCheckIn {
    let item = &filed.item;
    PlannedCheckIn {
        id: Arc::from(filed.id.as_str()),
        title: arc(&item.title),
        ask: arc(&item.ask),
        again: item.again.as_ref().map_or_else(|| arc(&item.ask), arc),
        wait: item.wait.as_ref().map_or(WAIT, |wait| wait.value.0),
        ask_again: item.ask_again.as_ref().map_or(1, |times| times.value),
        fact: item.fact.as_ref().map(|fact| fact.value.clone()),
        scale: item.scale.as_ref().map(|scale| scale.value),
        remember_days: item.remember_days.as_ref().map(|days| days.value),
        recorded: item.recorded.as_ref().map(arc),
        answers: item.answer.iter().map(|answer| planned_answer(answer)).collect(),
        no_answer: item.no_answer.as_ref().map_or_else(cautious, |outcome| planned_outcome(outcome)),
        planned: item.answer.iter().position(|answer| answer.planned).unwrap_or(0),
    }
}

/// A check-in without a rule for silence does not pass the check; should one be run all the same, silence
/// ends the session.
fn cautious() -> PlannedOutcome {
    PlannedOutcome { then: Some(Then::Stop), ..PlannedOutcome::default() }
}

fn planned_answer(answer: &crate::script::Answer) -> PlannedAnswer {
    let outcome = Outcome {
        say: answer.say.clone(),
        then: answer.then.clone(),
        tag: answer.tag.clone(),
        refer: answer.refer.clone(),
        set: answer.set.clone(),
        direction: answer.direction.clone(),
        ask: answer.ask.clone(),
    };
    PlannedAnswer {
        id: arc(&answer.id),
        heard: answer.heard.iter().map(|words| fold(words)).collect(),
        key: answer.key.as_ref().map(|key| key.value),
        number: answer.number.as_ref().map(|range| range.value),
        outcome: planned_outcome(&outcome),
    }
}

fn planned_outcome(outcome: &Outcome) -> PlannedOutcome {
    PlannedOutcome {
        say: outcome.say.as_ref().map(arc),
        then: outcome.then.as_ref().map(|then| then.value),
        tag: outcome.tag.as_ref().map(arc),
        refer: outcome.refer.as_ref().map(|refer| refer.value),
        set: values(&outcome.set),
        direction: outcome.direction.as_ref().map(arc),
        ask: outcome.ask.as_ref().map(arc),
    }
}

fn values(facts: &BTreeMap<At<String>, FactValue>) -> BTreeMap<String, FactValue> {
    facts.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect()
}

fn arc(text: &At<String>) -> Arc<str> {
    Arc::from(text.as_str())
}
