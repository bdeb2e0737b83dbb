//! What memory has chosen, in a session: the rung, today's pain, directions left out, and why.

use matside::plan::{Chosen, Ladder, Main, Standing, What as Step, Why};

use crate::*;

const SESSION: &str = r#"
format = 1
language = "en"
title = "Chosen"
minutes = [1, 20]
begin = ["pain-now"]

[[step]]
exercise = "bird-dog"

[[step]]
exercise = "knee-to-chest"
when = "flexion != 'worse'"

[[step]]
exercise = "press-up"
level = "forearms"
reps = 3
ask = "direction-moved"

[[step]]
exercise = "cat-cow"
"#;

fn standing(rung: usize, up: Option<i64>) -> Standing {
    let up = up.map(|pain| (pain, Why::Phrase("why-more", 3)));
    Standing { rung, up, why: Why::Phrase("why-same", 0) }
}

fn chosen(standings: &[(&str, Standing)]) -> Chosen {
    let standings = standings.iter().map(|(id, standing)| ((*id).to_owned(), standing.clone()));
    Chosen { standings: standings.collect(), ..Chosen::default() }
}

fn with(chosen: &Chosen) -> Arc<Plan> {
    let library = library(&[("chosen.toml", SESSION)]);
    let session = library.session("chosen", None).unwrap();
    Arc::new(timeline::plan_chosen(&library, session, chosen).unwrap())
}

fn rung(exercise: &str, level: &str, amount: u64) -> usize {
    let library = library(&[]);
    let ladder = Ladder::of(&library.exercise("en", exercise).unwrap().item);
    ladder.below(ladder.level(Some(level)).unwrap(), amount).unwrap()
}

/// Repetitions, or seconds, of what was really done, and on which level.
fn done(plan: &Arc<Plan>, pain: &'static str) -> Vec<(String, String, u64)> {
    let answers =
        vec![("pain-now", pain), ("direction-moved", "the same"), ("where-did-it-move", "the same")];
    let mut somebody = Somebody { answers, acts: vec![] };
    let trace = live(plan, None, &mut somebody);
    let entered = trace.entries.iter().filter_map(note).filter_map(|note| match note {
        Note::Entered { step, .. } => Some(&plan.steps[*step].what),
        _ => None,
    });
    let exercises = entered.filter_map(|what| match what {
        Step::Exercise(exercise) => Some(exercise),
        _ => None,
    });
    let amount = |main: Main| match main {
        Main::Reps { reps, .. } => reps.into(),
        Main::Hold(length) | Main::Time(length) => length.as_millis() / 1000,
    };
    let level = |exercise: &matside::plan::PlannedExercise| {
        let level = &exercise.levels[exercise.start];
        (level.id.as_deref().unwrap_or_default().to_owned(), amount(level.dose.main))
    };
    let row = |exercise: &Arc<matside::plan::PlannedExercise>| {
        let (id, amount) = level(exercise);
        (exercise.id.to_string(), id, amount)
    };
    exercises.map(row).collect()
}

fn first(plan: &Arc<Plan>, pain: &'static str) -> (String, u64) {
    let (_, level, amount) = done(plan, pain).remove(0);
    (level, amount)
}

#[test]
fn more_pain_than_last_time_and_unknown_pain_take_no_step_up() {
    let at = rung("bird-dog", "arm-only", 9);
    let plan = with(&chosen(&[("bird-dog", standing(at, Some(4)))]));
    assert_eq!(first(&plan, "four"), ("arm-only".into(), 10));
    assert_eq!(first(&plan, "five"), ("arm-only".into(), 9));
    assert_eq!(first(&plan, "nothing to be understood"), ("arm-only".into(), 9));
    assert_eq!(plan.exercises, 4, "two ways to do it are one exercise");
}

#[test]
fn the_next_level_follows_the_end_of_the_dose() {
    let plan = with(&chosen(&[("bird-dog", standing(rung("bird-dog", "leg-only", 8), None))]));
    assert_eq!(first(&plan, "zero"), ("leg-only".into(), 8));
}

#[test]
fn a_step_that_names_its_level_is_never_more_than_written() {
    let high = standing(rung("press-up", "straight-arms", 10), None);
    let press = |chosen: &Chosen| done(&with(chosen), "two").into_iter().find(|done| done.0 == "press-up");
    assert_eq!(press(&chosen(&[("press-up", high)])).unwrap(), ("press-up".into(), "forearms".into(), 3));
}

#[test]
fn a_direction_that_is_left_out_comes_only_in_a_test() {
    let left_out = ["extension".to_owned()].into();
    let plan = with(&Chosen { left_out, ..Chosen::default() });
    let ids: Vec<String> = done(&plan, "two").into_iter().map(|done| done.0).collect();
    assert_eq!(ids, ["bird-dog", "knee-to-chest", "press-up"], "cat-cow bends back as well");
}

#[test]
fn what_has_grown_makes_no_session_longer_than_it_may_be() {
    let of = |most: u64, standings: &[(&str, Standing)]| {
        let step = "[[step]]\nexercise = \"short-walk\"\n";
        let head = format!("format = 1\nlanguage = \"en\"\ntitle = \"A\"\nminutes = [1, {most}]\n\n{step}");
        let library = library(&[("walk.toml", &head)]);
        let session = library.session("walk", None).unwrap();
        timeline::plan_chosen(&library, session, &chosen(standings)).unwrap().minutes
    };
    let grown = [("short-walk", standing(rung("short-walk", "slow", 600_000), None))];
    assert_eq!((of(20, &[]), of(20, &grown)), (5, 10));
    assert_eq!(of(9, &grown), 5);
}

#[test]
fn why_is_answered_in_the_middle_of_an_exercise() {
    let heard = |chosen: &Chosen, words: &str| {
        let acts = vec![("arm reaches forward", 500, Event::Said(words.into()))];
        let mut somebody = Somebody { answers: vec![("pain-now", "two"), ("direction-moved", "same")], acts };
        let trace = live(&with(chosen), None, &mut somebody);
        lines(&trace).iter().any(|line| line.contains("three times in a row"))
    };
    let up = chosen(&[("bird-dog", standing(1, Some(5)))]);
    assert!(heard(&up, "why"));
    assert!(!heard(&up, "how long"));
    assert!(!heard(&Chosen::default(), "why"));
}

#[test]
fn a_rule_is_told_before_the_first_step() {
    let say = Some("That was too much, so today we do less.".into());
    let plan = with(&Chosen { say, ..Chosen::default() });
    let trace = live(&plan, None, &mut Somebody { answers: vec![("pain-now", "two")], acts: vec![] });
    let said = lines(&trace);
    let at = said.iter().position(|line| line.contains("too much")).unwrap();
    let begins = said.iter().position(|line| line.contains("arm reaches")).unwrap();
    assert!(at < begins, "{said:?}");
}
