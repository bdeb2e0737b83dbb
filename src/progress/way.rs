//! The way from the first session to now, one session after the other. What was decided before a session counts as
//! carried out once something was done in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::history::{Moment, Sitting, Take};
use crate::plan::Ladder;
use crate::script::{Course, FactValue, Phase};

use super::decide::{Because, Day, Decision, Move, Stand};
use super::directions::{Direction, LeftOut};
use super::known::Measures;
use super::sitting::{Judged, Verdict};
use super::{Applied, Change, Guide, Progress, Rules};

pub(super) struct Way<'a> {
    rules: Rules<'a>,
    measures: Measures,
    ladders: BTreeMap<String, Ladder>,
    stands: BTreeMap<String, Stand>,
    directions: BTreeMap<String, Direction>,
    changes: Vec<Change>,
    /// Name and day of each session in which something was done.
    done: Vec<(String, Date)>,
    /// By rule that gives advice: the number of the last session before which it did not hold.
    pub lapsed: BTreeMap<String, i64>,
}

/// What applies at one moment.
struct Situation<'a> {
    known: BTreeMap<String, FactValue>,
    phase: Option<&'a Phase>,
    rules: Vec<Applied<'a>>,
    decisions: BTreeMap<String, Decision>,
}

impl<'a> Way<'a> {
    pub fn new(guide: Guide<'a>) -> Self {
        let language = &guide.programme.language.value;
        let exercises = guide.library.exercises().filter(|filed| filed.item.language.value == *language);
        let ladders = exercises.map(|filed| (filed.id.clone(), Ladder::of(&filed.item)));
        Self {
            rules: Rules::new(guide),
            measures: Measures::default(),
            ladders: ladders.collect(),
            stands: BTreeMap::new(),
            directions: BTreeMap::new(),
            changes: Vec::new(),
            done: Vec::new(),
            lapsed: BTreeMap::new(),
        }
    }

    pub fn sitting(&mut self, sitting: &Sitting) {
        let judged = Judged::new(&self.rules, sitting);
        if judged.practised {
            let situation = self.situation(judged.day, BTreeMap::new());
            self.measures.phase = situation.phase.map(|phase| phase.id.value.clone());
            self.lapse(sitting, &situation.rules);
            self.carry_out(&judged, situation.decisions);
            self.done.push((judged.name.to_owned(), judged.day));
        }
        self.measures.take(&judged);
        for (direction, felt) in &judged.felt {
            self.directions.entry(direction.clone()).or_default().take(judged.day, *felt);
        }
        self.learn(&judged);
    }

    fn lapse(&mut self, sitting: &Sitting, applied: &[Applied]) {
        let Some(first) = sitting.rows.first() else { return };
        let over = |id: &str| applied.iter().all(|applied| applied.rule.id.value != id);
        let rules = self.rules.guide.programme.rule.iter();
        let advice = rules.filter(|rule| rule.then.value == Course::Refer).map(|rule| &rule.id.value);
        self.lapsed.extend(advice.filter(|id| over(id)).map(|id| (id.clone(), first.seq)));
    }

    fn situation(&self, day: Date, remembered: BTreeMap<String, FactValue>) -> Situation<'a> {
        let known = self.measures.known(day, remembered);
        let phase = self.rules.phase(&known);
        let rules = self.applied(&known);
        let still = phase.filter(|phase| phase.advance == Some(false)).map(|phase| phase.id.as_str());
        let day = Day { rules: &self.rules, applied: &rules, still, known: &known };
        let decide = |(id, stand): (&String, &Stand)| {
            let rungs = self.ladders.get(id)?.rungs.len();
            Some((id.clone(), day.decide(stand, rungs)))
        };
        let decisions = self.stands.iter().filter_map(decide).collect();
        Situation { known, phase, rules, decisions }
    }

    fn applied(&self, known: &BTreeMap<String, FactValue>) -> Vec<Applied<'a>> {
        let rules = self.rules.guide.programme.rule.iter().map(|rule| &rule.value);
        let holding = rules.filter(|rule| self.rules.holds(&rule.when, known));
        let applied = holding.map(|rule| {
            let spread = self.rules.uses(&rule.when, "spread_in_a_row") && !self.measures.spread.is_empty();
            let last = self.measures.days.last().copied().into_iter().collect();
            let days = if spread { self.measures.spread.clone() } else { last };
            Applied { rule, says: self.rules.says(&rule.say, known), days }
        });
        applied.collect()
    }

    /// A step down counts whatever was done then. A step up counts once it was really taken.
    fn carry_out(&mut self, judged: &Judged, decisions: BTreeMap<String, Decision>) {
        for (id, decision) in decisions {
            let Some((stand, ladder)) = self.stands.get_mut(&id).zip(self.ladders.get(&id)) else { continue };
            let reached = |take: &&&Take| rung(ladder, take).is_some_and(|rung| rung > stand.rung);
            match decision.step {
                Move::Up
                    if judged.takes.iter().filter(|take| take.exercise == id).any(|take| reached(&take)) =>
                {
                    stand.rung += 1;
                }
                Move::Down => stand.rung -= 1,
                // At the lowest rung there is no way down, and nothing more to come of it.
                Move::Stay => {
                    (stand.worse, stand.easier) = (None, None);
                    continue;
                }
                Move::Up => continue,
            }
            *stand = Stand { rung: stand.rung, ..Stand::default() };
            self.changes.push(Change { day: judged.day, exercise: id, decision });
        }
    }

    /// What the session itself says about its exercises.
    fn learn(&mut self, judged: &Judged) {
        if judged.verdict == Verdict::Bad {
            self.stands.values_mut().for_each(|stand| stand.good.clear());
        }
        let done: BTreeSet<&str> = judged.takes.iter().map(|take| take.exercise.as_str()).collect();
        for id in done {
            self.learn_exercise(judged, id);
        }
    }

    fn learn_exercise(&mut self, judged: &Judged, id: &str) {
        let Some(ladder) = self.ladders.get(id) else { return };
        let takes = || judged.takes.iter().filter(|take| take.exercise == id);
        if !self.stands.contains_key(id) {
            let Some(first) = takes().filter_map(|take| rung(ladder, take)).min() else { return };
            self.stands.insert(id.to_owned(), Stand { rung: first, ..Stand::default() });
            let decision = Decision { rung: first, step: Move::Stay, because: Because::Began };
            self.changes.push(Change { day: judged.day, exercise: id.to_owned(), decision });
        }
        let Some(stand) = self.stands.get_mut(id) else { return };
        if judged.worse.contains(id) {
            stand.worse = Some(judged.day);
        }
        let level = judged.levels.get(id).and_then(|level| ladder.level(Some(level)));
        let stood = ladder.rungs.get(stand.rung).map(|rung| rung.level);
        if level.zip(stood).is_some_and(|(level, stood)| level < stood) {
            stand.easier = Some(judged.day);
        }
        if judged.verdict == Verdict::Good && takes().any(|take| take.completed) {
            stand.good.push(judged.day);
        }
    }

    pub fn progress(self, now: Moment, remembered: BTreeMap<String, FactValue>) -> Progress<'a> {
        let day = now.day();
        let tested = remembered.keys().cloned().collect();
        let Situation { known, phase, rules, decisions } = self.situation(day, remembered);
        let left_out = self.left_out(day, &known);
        let today = self.done.iter().filter(|(_, done)| *done == day).map(|(name, _)| name.clone());
        Progress {
            now,
            phase,
            rules,
            decisions,
            left_out,
            done_today: today.collect(),
            last: self.done.last().map(|(name, _)| name.clone()),
            days: self.measures.days,
            emergency: false,
            advice: Vec::new(),
            ask: Vec::new(),
            tested,
            known,
            ladders: self.ladders,
            changes: self.changes,
        }
    }

    fn left_out(&self, day: Date, known: &BTreeMap<String, FactValue>) -> BTreeMap<String, LeftOut> {
        let repeated = |direction: &Direction| {
            let count = i64::try_from(direction.worse.len()).unwrap_or(i64::MAX);
            let known =
                known.clone().into_iter().chain([("worse_in_a_row".to_owned(), FactValue::Number(count))]);
            let criterion = self.rules.guide.programme.leave_out.as_ref();
            count > 0 && criterion.is_some_and(|until| self.rules.holds(&until.when, &known.collect()))
        };
        let left = self.directions.iter().filter_map(|(name, direction)| {
            if repeated(direction) {
                let tested = direction.tested == direction.worse.last().copied();
                return Some((name.clone(), LeftOut::UntilTested { worse: direction.worse.clone(), tested }));
            }
            (direction.left == Some(day)).then(|| (name.clone(), LeftOut::ForTheDay))
        });
        left.collect()
    }
}

/// The rung that a take was on, or the next one below.
fn rung(ladder: &Ladder, take: &Take) -> Option<usize> {
    let amount = take.reps.map(u64::from).or(take.hold)?;
    ladder.below(ladder.level(take.level.as_deref())?, amount)
}
