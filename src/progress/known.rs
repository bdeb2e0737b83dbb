//! Measures: what the sessions so far come to, as the expressions of a programme know it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::script::FactValue;

use super::sitting::{Judged, Verdict};

/// The fact and the measure that hold how strong the pain is.
pub(super) const PAIN: &str = "pain";
/// The same for soreness from the session before.
const SORE: &str = "sore";

/// What is carried on from session to session.
#[derive(Clone, Debug, Default)]
pub(super) struct Measures {
    /// The first session, whatever became of it.
    start: Option<Date>,
    start_pain: Option<i64>,
    /// When the pain was last lower than at the start.
    better: Option<Date>,
    /// The strongest of the last session; nothing once somebody was silent about it.
    pain: Option<i64>,
    sore: Option<Date>,
    /// Of the last session in which something was done, and of what was said since.
    facts: BTreeMap<String, FactValue>,
    pub phase: Option<String>,
    /// Days of the good sessions in a row, and of those in which the pain spread.
    pub good: Vec<Date>,
    pub spread: Vec<Date>,
    /// Days on which something was done, each once.
    pub days: Vec<Date>,
}

impl Measures {
    pub fn take(&mut self, judged: &Judged) {
        self.start.get_or_insert(judged.day);
        if judged.practised {
            self.facts.clear();
            self.days.push(judged.day);
            self.days.dedup();
            self.count(judged);
        }
        self.facts.retain(|name, _| !judged.silent.contains(name));
        self.facts.extend(judged.facts.clone());
        if let Some(last) = judged.pains.last() {
            self.pain = last.and_then(|_| judged.pains.iter().copied().flatten().max());
        }
        for pain in judged.pains.iter().copied().flatten() {
            if pain < *self.start_pain.get_or_insert(pain) {
                self.better = Some(judged.day);
            }
        }
        match judged.facts.get(SORE) {
            Some(FactValue::Flag(true)) => self.sore = Some(judged.day),
            Some(_) => self.sore = None,
            None => {}
        }
    }

    fn count(&mut self, judged: &Judged) {
        if judged.verdict != Verdict::Open {
            let (good, day) = (judged.verdict == Verdict::Good, judged.day);
            let grow = |run: &mut Vec<Date>, on: bool| if on { run.push(day) } else { run.clear() };
            grow(&mut self.good, good);
            grow(&mut self.spread, judged.spread);
        }
    }

    /// Facts and measures on `day`, `remembered` facts below those of the last session.
    pub fn known(&self, day: Date, remembered: BTreeMap<String, FactValue>) -> BTreeMap<String, FactValue> {
        let since = |earlier: Date| FactValue::Number(days_between(earlier, day));
        let count = |run: &[Date]| FactValue::Number(i64::try_from(run.len()).unwrap_or(i64::MAX));
        let mut known = remembered;
        known.extend(self.facts.clone());
        known.remove(PAIN);
        let start = self.start.unwrap_or(day);
        let last = self.days.last().map(|last| since(*last));
        let measures = [
            ("good_in_a_row", Some(count(&self.good))),
            ("spread_in_a_row", Some(count(&self.spread))),
            ("days_since_start", Some(since(start))),
            ("days_since_better", Some(since(self.better.unwrap_or(start)))),
            ("days_since_session", last),
            // One day of rest: the day on which it was said.
            (SORE, Some(FactValue::Flag(self.sore == Some(day)))),
            (PAIN, self.pain.map(FactValue::Number)),
            ("phase", self.phase.clone().map(FactValue::Word)),
            ("worse_in_a_row", Some(FactValue::Number(0))),
        ];
        known.extend(measures.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        known
    }
}

/// A clock that was set back counts as no time at all.
pub(super) fn days_between(earlier: Date, later: Date) -> i64 {
    earlier.until(later).map_or(0, |span| i64::from(span.get_days())).max(0)
}
