//! What one session says about the person: whether it was a good one, what hurt, what was learnt.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::history::{Answer, Ending, Sitting, Take, What};
use crate::script::{FactValue, Refer};

use super::{Rules, directions::Felt, known::PAIN};

/// The note that somebody said "worse".
const SAID_WORSE: &str = "worse";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    Bad,
    /// It was cut short without a complaint, and says nothing.
    Open,
}

pub(super) struct Judged<'a> {
    pub name: &'a str,
    pub day: Date,
    /// Something was done, or began to hurt.
    pub practised: bool,
    pub verdict: Verdict,
    pub spread: bool,
    /// The last value of each fact.
    pub facts: BTreeMap<String, FactValue>,
    /// Facts whose question got no answer after they were last told.
    pub silent: BTreeSet<String>,
    /// In the order in which it was told, or not told.
    pub pains: Vec<Option<i64>>,
    pub takes: Vec<&'a Take>,
    /// Exercises in which somebody said "worse".
    pub worse: BTreeSet<&'a str>,
    /// Level that an exercise was changed to, the last one of each.
    pub levels: BTreeMap<&'a str, &'a str>,
    /// By direction, with whether it was a test.
    pub felt: BTreeMap<String, (Felt, bool)>,
}

impl<'a> Judged<'a> {
    pub fn new(rules: &Rules, sitting: &Sitting<'a>) -> Self {
        let mut judged = Self {
            name: sitting.name,
            day: sitting.began.day(),
            practised: false,
            verdict: Verdict::Open,
            spread: false,
            facts: BTreeMap::new(),
            silent: BTreeSet::new(),
            pains: Vec::new(),
            takes: sitting.takes().collect(),
            worse: BTreeSet::new(),
            levels: BTreeMap::new(),
            felt: super::directions::felt(rules.guide, sitting),
        };
        let mut all = BTreeMap::new();
        for row in &sitting.rows {
            judged.row(rules, &row.what, &mut all);
        }
        all.extend(judged.facts.clone());
        let holds = |criterion: &crate::script::Advance| rules.holds(&criterion.when, &all);
        let programme = rules.guide.programme;
        judged.spread = programme.spread.as_ref().is_some_and(|spread| holds(spread));
        let said_worse = sitting.rows.iter().any(|row| is_worse(&row.what));
        judged.practised = judged.spread || said_worse || judged.takes.iter().any(|take| take.completed);
        let hurt = judged.spread || said_worse;
        judged.verdict = verdict(sitting, hurt, programme.good.as_ref().is_none_or(|good| holds(good)));
        judged
    }

    /// `all` takes the first value of each fact.
    fn row(&mut self, rules: &Rules, what: &'a What, all: &mut BTreeMap<String, FactValue>) {
        match what {
            What::Answer(answer) => self.answer(rules, answer, all),
            What::Note { note, about: Some(about) } if note == SAID_WORSE => {
                self.worse.insert(about);
            }
            What::Level { exercise, level } => {
                self.levels.insert(exercise, level);
            }
            _ => {}
        }
    }

    fn answer(&mut self, rules: &Rules, answer: &Answer, all: &mut BTreeMap<String, FactValue>) {
        let language = &rules.guide.programme.language.value;
        let asked = rules.guide.library.check_in(language, &answer.check_in);
        let own = asked.and_then(|filed| filed.item.fact.as_ref()).filter(|_| answer.answer.is_none());
        if let Some(own) = own {
            self.facts.remove(&own.value);
            self.silent.insert(own.value.clone());
        }
        match answer.facts.get(PAIN) {
            Some(FactValue::Number(pain)) => self.pains.push(Some(*pain)),
            _ if own.is_some_and(|own| own.value == PAIN) => self.pains.push(None),
            _ => {}
        }
        for (name, value) in &answer.facts {
            all.entry(format!("first_{name}")).or_insert_with(|| value.clone());
            self.silent.remove(name);
            self.facts.insert(name.clone(), value.clone());
        }
    }
}

fn is_worse(what: &What) -> bool {
    matches!(what, What::Note { note, .. } if note == SAID_WORSE)
}

fn verdict(sitting: &Sitting, hurt: bool, good: bool) -> Verdict {
    let ending = sitting.ending();
    let complained = |answer: &Answer| matches!(answer.refer, Some(Refer::Professional | Refer::Emergency));
    match ending {
        _ if hurt => Verdict::Bad,
        Some(Ending::Done) if good => Verdict::Good,
        Some(Ending::Done | Ending::Symptoms | Ending::Emergency) => Verdict::Bad,
        Some(Ending::EndedEarly | Ending::Interrupted) | None if sitting.answers().any(complained) => {
            Verdict::Bad
        }
        Some(Ending::EndedEarly | Ending::Interrupted) | None => Verdict::Open,
    }
}
