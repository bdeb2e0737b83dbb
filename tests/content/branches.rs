//! Every way through every shipped session: each question it can ask, with each answer, none, one that is not understood,
//! "stop" and "worse".

use std::collections::BTreeSet;

use matside::plan::What as Step;
use matside::runner::Command;

use crate::follow::{Follow, ensure, exercise, mark};
use crate::played::{Branch, Play, Played, Stopped, branches, play};
use crate::spoken::sentences;
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
    complaints.extend(unreached(&library, &reached));
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

/// Answers that no session comes to.
pub(crate) fn unreached(library: &Library, reached: &Reached) -> Vec<String> {
    let mut complaints = Vec::new();
    // These stand before a session: tests/session/offer.rs and invite.rs.
    let before = |id: &str| {
        library.all_phrases().any(|phrases| {
            let resume = phrases.item.resume.iter().map(|resume| &resume.ask);
            let invitation = phrases.item.invitation.iter();
            let invitation = invitation.flat_map(|it| [&it.ask, &it.last].into_iter().chain(&it.why));
            resume.chain(invitation).any(|ask| ask.value == id)
        })
    };
    for check_in in library.check_ins().filter(|check_in| !before(&check_in.id)) {
        let answers = check_in.item.answer.iter().map(|answer| answer.id.value.as_str());
        for answer in answers.chain(["no answer"]) {
            let language = &check_in.item.language.value;
            if !reached.contains(&(language.clone(), check_in.id.clone(), answer.to_owned())) {
                complaints.push(format!("{language}: no session comes to `{answer}` of `{}`", check_in.id));
            }
        }
    }
    complaints
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
pub(crate) type Reached = BTreeSet<(String, String, String)>;

#[derive(Default)]
pub(crate) struct Tour {
    plays: usize,
    pub reached: Reached,
    said: BTreeSet<Arc<str>>,
    complaints: Vec<String>,
}

/// A way through, and the branch on which it leaves the one that it comes from, if any.
pub(crate) struct Way {
    pub play: Play,
    pub branch: Option<(String, Branch)>,
}

/// All ways through a session. A question is answered in every way once for each situation in which it is asked.
pub(crate) fn tour(library: &Library, plan: &Arc<Plan>) -> Tour {
    let mut tour = Tour::default();
    let mut situations = BTreeSet::new();
    let mut ways: Vec<Way> = acts(plan).into_iter().map(|play| Way { play, branch: None }).collect();
    while let Some(way) = ways.pop() {
        let played = play(plan, &way.play);
        tour.plays += 1;
        tour.note(plan, &way, &played);
        if way.play.stopped != Stopped::Never {
            continue;
        }
        for (n, situation) in
            questions(plan, &played.trace).into_iter().enumerate().skip(way.play.given.len())
        {
            if !situations.insert(situation.clone()) {
                continue;
            }
            for branch in branches(library, plan, &plan.check_ins[&situation.check_in]) {
                let given = played.given[..n].iter().cloned().chain([branch.given.clone()]).collect();
                let play = Play { given, stopped: branch.stopped, act: way.play.act };
                ways.push(Way { play, branch: Some((situation.check_in.clone(), branch)) });
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
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Situation {
    check_in: String,
    /// After "stop". Then nothing else makes any.
    stopped: bool,
    worse: bool,
    finish: bool,
    /// In an exercise, or as a step of its own.
    exercise: bool,
    direction: Option<String>,
}

/// The situation of each question of a trace, in their order.
fn questions(plan: &Plan, trace: &Trace) -> Vec<Situation> {
    let mut all = Vec::new();
    let mut now = Situation::default();
    for (at, entry) in trace.entries.iter().enumerate() {
        match note(entry) {
            Some(Note::Entered { step, .. }) => {
                let exercise = exercise(plan, *step);
                let direction = exercise.map(|exercise| exercise.direction.as_deref().map(str::to_owned));
                now = Situation {
                    finish: *step >= plan.finish,
                    exercise: exercise.is_some(),
                    direction: direction.unwrap_or(now.direction),
                    ..Situation::default()
                };
            }
            Some(Note::Worse { .. }) => now.worse = true,
            Some(Note::Asked { check_in }) => {
                let state = trace.entries[at..].iter().find_map(mark);
                let stopped = state.is_some_and(|state| state.stopped.is_some());
                let now = if stopped { Situation { stopped, ..Situation::default() } } else { now.clone() };
                all.push(Situation { check_in: check_in.clone(), ..now });
            }
            _ => {}
        }
    }
    all
}

pub(crate) fn judge(plan: &Plan, way: &Way, played: &Played) -> Result<(), String> {
    let trace = &played.trace;
    ensure(trace.ending != Ending::Interrupted, || "it does not end".into())?;
    let Some((check_in, branch)) = &way.branch else { return Ok(()) };
    Follow::new(plan, trace, (way.play.given.len() - 1, check_in), branch)?.judge()
}
