//! Every way through every shipped session: each question it can ask, with each answer, none, one that is not understood,
//! "stop" and "worse"; and what must follow by the files.

use std::collections::{BTreeMap, BTreeSet};

use matside::plan::{PlannedCheckIn, PlannedExercise, PlannedOutcome, What as Step};
use matside::runner::Command;
use matside::script::{Chime, FactValue, Refer, Then};
use minijinja::Value;

use crate::played::{Branch, Given, Meant, Play, Played, branches, outcome, play};
use crate::spoken::{Values, sentences};
use crate::style;
use crate::*;

#[test]
fn every_answer_to_every_question_has_its_consequence() {
    let library = altered(&two_repetitions);
    let plans = library.sessions().map(|session| Arc::new(timeline::plan(&library, session).unwrap()));
    let plans: Vec<_> = plans.collect();
    let found = std::thread::scope(|scope| {
        let tours: Vec<_> = plans
            .into_iter()
            .map(|plan| {
                let library = &library;
                (plan.id.clone(), scope.spawn(move || tour(library, &plan)))
            })
            .collect();
        tours.into_iter().map(|(id, tour)| (id, tour.join().unwrap())).collect::<Vec<_>>()
    });
    let mut complaints = Vec::new();
    let mut reached = BTreeSet::new();
    for (id, tour) in found {
        println!("{id}: {} ways through", tour.plays);
        complaints.extend(tour.complaints);
        reached.extend(tour.reached);
    }
    for check_in in library.check_ins() {
        let answers = check_in.item.answer.iter().map(|answer| answer.id.value.clone());
        for answer in answers.chain(["no answer".to_owned()]) {
            let key = (check_in.item.language.value.clone(), check_in.id.clone(), answer);
            if !reached.contains(&key) {
                complaints
                    .push(format!("no session comes to `{}` of the check-in `{}` ({})", key.2, key.1, key.0));
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

/// How often something is repeated changes nothing in what is asked, and costs most of the time.
fn two_repetitions(text: &str) -> String {
    let counted = |line: &&str| {
        line.strip_prefix("reps = ").is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
    };
    let short = text.lines().map(|line| if counted(&line) { "reps = 2" } else { line });
    short.collect::<Vec<_>>().join("\n")
}

/// Language, check-in, answer.
type Reached = BTreeSet<(String, String, String)>;

#[derive(Default)]
struct Tour {
    plays: usize,
    reached: Reached,
    said: BTreeSet<Arc<str>>,
    complaints: Vec<String>,
}

/// A way through, and the branch on which it leaves the one that it comes from, if any.
struct Way {
    play: Play,
    branch: Option<Branch>,
}

/// All ways through a session. A question is answered in every way once for each situation in which it is asked.
fn tour(library: &Library, plan: &Arc<Plan>) -> Tour {
    let mut tour = Tour::default();
    let mut situations = BTreeSet::new();
    let mut ways: Vec<Way> = acts(plan).into_iter().map(|play| Way { play, branch: None }).collect();
    while let Some(way) = ways.pop() {
        let played = play(plan, &way.play);
        tour.plays += 1;
        tour.note(plan, &way, &played);
        for (n, situation) in
            questions(plan, &played.trace).into_iter().enumerate().skip(way.play.given.len())
        {
            if !situations.insert(situation.clone()) {
                continue;
            }
            for branch in branches(library, plan, &plan.check_ins[&situation.check_in]) {
                let given = played.given[..n].iter().cloned().chain([branch.given.clone()]).collect();
                let play = Play { given, stopped: branch.stopped, act: way.play.act };
                ways.push(Way { play, branch: Some(branch) });
            }
        }
    }
    for line in &tour.said {
        let found = sentences(line).iter().flat_map(|sentence| style::judge(&plan.language, sentence)).next();
        let why = found.or_else(|| line.contains(" ,").then(|| "something is missing".to_owned()));
        tour.complaints.extend(why.map(|why| format!("{}: {why}: {line}", plan.id)));
    }
    tour
}

impl Tour {
    fn note(&mut self, plan: &Plan, way: &Way, played: &Played) {
        self.said.extend(played.trace.entries.iter().filter_map(|entry| match &entry.what {
            What::Sound(Sound::Line(line), _) => Some(line.text.clone()),
            _ => None,
        }));
        for note in played.trace.entries.iter().filter_map(note) {
            let (check_in, answer) = match note {
                Note::Answered { check_in, answer, .. } => (check_in, answer.as_str()),
                Note::NoAnswer { check_in } => (check_in, "no answer"),
                _ => continue,
            };
            self.reached.insert((plan.language.to_string(), check_in.clone(), answer.to_owned()));
        }
        let found = judge(plan, way, played);
        self.complaints.extend(
            found.err().map(|why| format!("{}: {:?} {:?}: {why}", plan.id, way.play.act, way.play.given)),
        );
    }
}

/// Nothing special; "worse" in the first exercise of each direction, and in the last; "stop" in the first.
fn acts(plan: &Plan) -> Vec<Play> {
    let mut acts = vec![None];
    let mut directions = BTreeSet::new();
    for (step, planned) in plan.steps.iter().enumerate() {
        if let Step::Exercise(exercise) = &planned.what {
            acts.extend(directions.is_empty().then_some(Some((step, Command::Stop))));
            let new = directions.insert(exercise.direction.clone());
            acts.extend(new.then_some(Some((step, Command::Worse))));
        }
    }
    acts.into_iter().map(|act| Play { act, ..Play::default() }).collect()
}

/// What makes a difference to what follows an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Situation {
    check_in: String,
    finish: bool,
    direction: Option<String>,
    /// In an exercise, or as a step of its own.
    exercise: bool,
    worse: bool,
}

/// The situation of each question of a trace, in their order.
fn questions(plan: &Plan, trace: &Trace) -> Vec<Situation> {
    let (mut step, mut worse, mut direction) = (0, false, None);
    let mut all = Vec::new();
    for note in trace.entries.iter().filter_map(note) {
        match note {
            Note::Entered { step: entered, .. } => {
                (step, worse) = (*entered, false);
                if let Some(exercise) = exercise(plan, step) {
                    direction = exercise.direction.as_deref().map(str::to_owned);
                }
            }
            Note::Worse { .. } => worse = true,
            Note::Asked { check_in } => all.push(Situation {
                check_in: check_in.clone(),
                finish: step >= plan.finish,
                direction: direction.clone(),
                exercise: exercise(plan, step).is_some(),
                worse,
            }),
            _ => {}
        }
    }
    all
}

fn exercise(plan: &Plan, step: usize) -> Option<&Arc<PlannedExercise>> {
    match &plan.steps.get(step)?.what {
        Step::Exercise(exercise) => Some(exercise),
        _ => None,
    }
}

fn judge(plan: &Plan, way: &Way, played: &Played) -> Result<(), String> {
    let trace = &played.trace;
    ensure(trace.ending != Ending::Interrupted, || "it does not end".into())?;
    match &way.branch {
        Some(branch) => Follow::new(plan, trace, way.play.given.len() - 1, branch)?.judge(),
        None => Ok(()),
    }
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// What followed one branch.
struct Follow<'a> {
    plan: &'a Plan,
    ending: Ending,
    branch: &'a Branch,
    check_in: &'a PlannedCheckIn,
    /// From the question to what was made of the answer.
    asked: &'a [Entry],
    /// After that.
    after: &'a [Entry],
    step: usize,
    /// The exercise that the question is about.
    about: Option<&'a PlannedExercise>,
    /// When the question was put, and when the reply began.
    before: Option<&'a State>,
    state: Option<&'a State>,
}

impl<'a> Follow<'a> {
    /// Of the question `n` of `trace`.
    fn new(plan: &'a Plan, trace: &'a Trace, n: usize, branch: &'a Branch) -> Result<Self, String> {
        let entries = &trace.entries;
        let asks =
            entries.iter().enumerate().filter(|(_, entry)| matches!(note(entry), Some(Note::Asked { .. })));
        let at = asks.map(|(at, _)| at).nth(n).ok_or("the question was not put")?;
        let Some(Note::Asked { check_in }) = note(&entries[at]) else { return Err("no question".into()) };
        let over = |entry: &Entry| {
            matches!(note(entry), Some(Note::Answered { .. } | Note::NoAnswer { .. } | Note::Asked { .. }))
        };
        let made = entries[at + 1..].iter().position(over).map_or(entries.len(), |made| at + 1 + made);
        let entered: Vec<usize> = entries[..at].iter().filter_map(entered).collect();
        let about = entered.iter().rev().find_map(|step| exercise(plan, *step));
        Ok(Self {
            plan,
            ending: trace.ending,
            branch,
            check_in: &plan.check_ins[check_in],
            asked: &entries[at..entries.len().min(made + 1)],
            after: entries.get(made + 1..).unwrap_or_default(),
            step: entered.last().copied().unwrap_or_default(),
            about: about.map(|exercise| &**exercise),
            before: entries[at..made].iter().find_map(mark),
            state: entries.get(made + 1..).unwrap_or_default().iter().find_map(mark),
        })
    }

    fn judge(&self) -> Result<(), String> {
        let Some(outcome) = outcome(self.check_in, self.branch.meant) else { return self.stopped() };
        self.meaning()?;
        if self.branch.stopped {
            return ensure(self.ending == Ending::Emergency, || format!("ended as {:?}", self.ending));
        }
        self.facts(outcome)?;
        self.reply(outcome)?;
        let referred = self.after.iter().filter_map(note).find_map(|note| match note {
            Note::Refer(refer) => Some(*refer),
            _ => None,
        });
        ensure(outcome.refer.is_none() || referred == outcome.refer, || format!("referred: {referred:?}"))?;
        if outcome.refer == Some(Refer::Emergency) {
            return self.ends(Ending::Emergency);
        }
        self.consequence(outcome)
    }

    /// Silence at once, goodbye, and nothing more.
    fn stopped(&self) -> Result<(), String> {
        let said: Vec<String> = self.asked.iter().filter_map(text).map(str::to_owned).collect();
        let goodbye = sentences(&self.plan.phrases.say("stopped", &[]));
        ensure(said.ends_with(&goodbye), || format!("no goodbye: {said:?}"))?;
        let early = matches!(self.ending, Ending::EndedEarly | Ending::Symptoms);
        ensure(early && self.after.is_empty(), || format!("{:?}, and then {:?}", self.ending, self.after))
    }

    /// The answer was taken for what it is; a question that got none was put as often as it says.
    fn meaning(&self) -> Result<(), String> {
        let made = self.asked.last().and_then(note);
        let right = match (self.branch.meant, made) {
            (Meant::Answer(i, n), Some(Note::Answered { answer, number, .. })) => {
                **answer == *self.check_in.answers[i].id && *number == n
            }
            (Meant::Silence, Some(Note::NoAnswer { .. })) => true,
            _ => false,
        };
        ensure(right, || format!("taken for {made:?}, not for {:?}", self.branch.meant))?;
        if self.branch.meant != Meant::Silence {
            return Ok(());
        }
        let chimes = self
            .asked
            .iter()
            .filter(|entry| matches!(entry.what, What::Sound(Sound::Chime(Chime::CheckIn), _)));
        let (times, wanted) = (chimes.count(), self.check_in.ask_again as usize + 1);
        ensure(times == wanted, || format!("put {times} times, not {wanted} times"))?;
        let sorry = sentences(&self.plan.phrases.say("not-understood", &[]));
        let said = self.asked.iter().filter_map(text).filter(|line| sorry[0] == **line).count();
        let wanted = if self.branch.given == Given::Nonsense { wanted - 1 } else { 0 };
        ensure(said == wanted, || format!("`{}` {said} times, not {wanted} times", sorry[0]))
    }

    fn facts(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        let Some(state) = self.state else { return Ok(()) };
        let own = self.check_in.fact.clone().and_then(|fact| match self.branch.meant {
            Meant::Answer(_, Some(n)) => Some((fact, FactValue::Number(n))),
            Meant::Answer(i, None) => Some((fact, FactValue::Word(self.check_in.answers[i].id.to_string()))),
            _ => None,
        });
        let mut wanted: BTreeMap<String, FactValue> = own.into_iter().collect();
        wanted.extend(outcome.set.clone());
        for (fact, value) in wanted {
            let found = state.facts.get(&fact);
            ensure(found == Some(&value), || format!("`{fact}` is {found:?}, not {value:?}"))?;
        }
        Ok(())
    }

    /// The reply is what is said next.
    fn reply(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        let (Some(say), Some(state)) = (&outcome.say, self.state) else {
            return ensure(outcome.say.is_none(), || "nothing was replied".into());
        };
        let reply = self.plan.texts.render(say, &self.vars(state)).map_err(|error| error.to_string())?;
        let reply = sentences(&reply);
        let said: Vec<_> = self.after.iter().filter_map(text).take(reply.len()).collect();
        ensure(said == reply, || format!("said {said:?}, not {reply:?}"))
    }

    fn vars(&self, state: &State) -> Values {
        let names = self.plan.fact_names.iter().flat_map(|name| [name.clone(), format!("first_{name}")]);
        let facts = names
            .map(|name| (name.clone(), state.facts.get(&name).cloned().map_or(Value::from(()), Value::from)));
        let counts = [
            ("done", state.done.len()),
            ("planned", self.plan.exercises),
            ("minutes", self.plan.minutes as usize),
        ];
        let direction = self.about.and_then(|exercise| exercise.direction.as_deref());
        let direction = direction.and_then(|direction| self.plan.phrases.direction(direction));
        let counts = counts.map(|(name, n)| (name.to_owned(), Value::from(n)));
        let direction = ("direction".to_owned(), direction.map_or(Value::from(()), Value::from));
        facts.chain(counts).chain([direction]).collect()
    }

    fn consequence(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        match outcome.then.unwrap_or(Then::Continue) {
            Then::Stop => return self.ends(Ending::Symptoms),
            Then::EndGently => return self.ends_gently(),
            Then::Continue => {}
            Then::Easier => self.level(-1)?,
            Then::Harder => self.level(1)?,
            Then::Repeat => return self.again(),
            Then::Skip => self.left(outcome)?,
            Then::SkipTag => {
                self.left(outcome)?;
                let tag = outcome.tag.as_deref().unwrap_or_default();
                self.never(&format!("the tag `{tag}`"), |exercise| {
                    exercise.tags.iter().any(|t| **t == *tag)
                })?;
            }
            Then::SkipDirection => {
                self.left(outcome)?;
                let direction = self.about.and_then(|exercise| exercise.direction.clone());
                let same =
                    |exercise: &PlannedExercise| direction.is_some() && exercise.direction == direction;
                self.never(&format!("the direction {direction:?}"), same)?;
            }
        }
        if let Some(next) = &outcome.ask {
            let asked = self.after.iter().filter_map(note).find_map(|note| match note {
                Note::Asked { check_in } => Some(check_in.as_str()),
                _ => None,
            });
            ensure(asked == Some(&**next), || format!("asked {asked:?} next, not `{next}`"))?;
        }
        self.goes_on()
    }

    /// Nothing is asked or begun any more.
    fn ends(&self, ending: Ending) -> Result<(), String> {
        ensure(self.ending == ending, || format!("ended as {:?}, not as {ending:?}", self.ending))?;
        let more = self
            .after
            .iter()
            .filter_map(note)
            .find(|note| matches!(note, Note::Entered { .. } | Note::Asked { .. }));
        ensure(more.is_none(), || format!("after the end: {more:?}"))
    }

    /// The next thing is the finish, all of it.
    fn ends_gently(&self) -> Result<(), String> {
        let entered: Vec<usize> = self.after.iter().filter_map(entered).collect();
        let wanted: Vec<usize> = ((self.step + 1).max(self.plan.finish)..self.plan.steps.len()).collect();
        ensure(entered == wanted, || format!("went on with the steps {entered:?}, not {wanted:?}"))?;
        ensure(self.ending == Ending::Symptoms, || format!("ended as {:?}", self.ending))
    }

    /// The session comes to its last chime.
    fn goes_on(&self) -> Result<(), String> {
        let last = self.after.iter().filter_map(entered).last();
        let closing = self.plan.steps.len() - 1;
        ensure(last == Some(closing), || {
            format!("the last step was {last:?}, not {closing}; {:?}", self.ending)
        })
    }

    fn level(&self, by: isize) -> Result<(), String> {
        let (Some(exercise), Some(before)) = (self.about, self.before) else { return Ok(()) };
        let wanted =
            before.level(exercise).checked_add_signed(by).and_then(|level| exercise.levels.get(level));
        let found = self.after.iter().filter_map(note).find_map(|note| match note {
            Note::Level { level, .. } => Some(level.as_str()),
            _ => None,
        });
        let wanted = wanted.and_then(|level| level.id.as_deref());
        ensure(wanted.is_none() || found == wanted, || format!("went to the level {found:?}, not {wanted:?}"))
    }

    /// The exercise, or the question that is a step of its own, comes once more.
    fn again(&self) -> Result<(), String> {
        let again = self.after.iter().filter_map(note).take_while(|note| !matches!(note, Note::Left { .. }));
        let own = exercise(self.plan, self.step).is_some();
        let mut again = again.filter(|note| match note {
            Note::Place { .. } => own,
            Note::Asked { .. } => !own,
            _ => false,
        });
        ensure(again.next().is_some(), || "nothing was repeated".into())?;
        self.goes_on()
    }

    /// Nothing of the step comes after the reply.
    fn left(&self, outcome: &PlannedOutcome) -> Result<(), String> {
        if outcome.ask.is_some() {
            return Ok(());
        }
        let more = self.after.iter().filter_map(note).take_while(|note| !matches!(note, Note::Left { .. }));
        let more: Vec<_> =
            more.filter(|note| matches!(note, Note::Place { .. } | Note::Asked { .. })).collect();
        ensure(more.is_empty(), || format!("the step goes on: {more:?}"))
    }

    fn never(&self, what: &str, kind: impl Fn(&PlannedExercise) -> bool) -> Result<(), String> {
        let mut exercises =
            self.after.iter().filter_map(entered).filter_map(|step| exercise(self.plan, step));
        let found = exercises.find(|exercise| kind(exercise));
        ensure(found.is_none(), || format!("`{}` of {what} comes all the same", found.unwrap().id))
    }
}

fn entered(entry: &Entry) -> Option<usize> {
    match note(entry) {
        Some(Note::Entered { step, .. }) => Some(*step),
        _ => None,
    }
}

fn mark(entry: &Entry) -> Option<&State> {
    match note(entry) {
        Some(Note::Mark(state)) => Some(state),
        _ => None,
    }
}
