//! Facts that later sessions are to know, each for some days: read off the answers.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::script::FactValue;

use super::{Answer, History, What};

/// A fact, when it was told, and for how many days.
type Kept<'a> = BTreeMap<&'a str, (&'a FactValue, Timestamp, u32)>;

impl History {
    /// The facts that are still valid at `now`. A newer answer stands in for an older one. A clock that was set back
    /// says nothing about how old an answer is: then none is valid.
    #[must_use]
    pub fn remembered(&self, now: Timestamp) -> BTreeMap<String, FactValue> {
        if self.latest().is_some_and(|latest| now < latest) {
            return BTreeMap::new();
        }
        let valid = self.kept().into_iter().filter(|(_, (_, since, days))| is_valid(*since, *days, now));
        valid.map(|(name, (value, ..))| (name.to_owned(), value.clone())).collect()
    }

    /// The same, and what has expired.
    #[must_use]
    pub fn ever_remembered(&self) -> BTreeMap<String, FactValue> {
        self.kept().into_iter().map(|(name, (value, ..))| (name.to_owned(), value.clone())).collect()
    }

    fn kept(&self) -> Kept<'_> {
        let mut kept = Kept::new();
        for row in &self.rows {
            if let What::Answer(answer) = &row.what {
                take(&mut kept, answer, row.when.at);
            }
        }
        kept
    }
}

fn take<'a>(kept: &mut Kept<'a>, answer: &'a Answer, at: Timestamp) {
    kept.retain(|name, _| !answer.forgets.contains(*name));
    if let Some(days) = answer.days {
        kept.extend(answer.facts.iter().map(|(name, value)| (name.as_str(), (value, at, days))));
    }
}

fn is_valid(since: Timestamp, days: u32, now: Timestamp) -> bool {
    let longest = SignedDuration::from_hours(24 * i64::from(days));
    (SignedDuration::ZERO..=longest).contains(&now.duration_since(since))
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;

    use super::super::{Moment, Row};
    use super::*;

    type Facts = BTreeMap<String, FactValue>;

    fn day(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
    }

    fn facts(facts: &[(&str, i64)]) -> Facts {
        facts.iter().map(|(name, value)| ((*name).to_owned(), FactValue::Number(*value))).collect()
    }

    fn kept(set: &[(&str, i64)], days: u32) -> Answer {
        Answer { facts: facts(set), days: Some(days), ..Answer::default() }
    }

    fn history(answers: Vec<(i64, Answer)>) -> History {
        let row = |(seq, (at, answer))| {
            let when = Moment { at: day(at), offset: Offset::UTC };
            Row { seq, session: None, when, what: What::Answer(answer) }
        };
        History { rows: (1..).zip(answers).map(row).collect() }
    }

    #[test]
    fn facts_are_known_for_their_days() {
        let history = history(vec![(100, kept(&[("a", 1)], 30)), (101, kept(&[("b", 2)], 10))]);
        assert_eq!(history.remembered(day(111)), facts(&[("a", 1), ("b", 2)]));
        assert_eq!(history.remembered(day(112)), facts(&[("a", 1)]));
        assert_eq!(history.remembered(day(130)), facts(&[("a", 1)]));
        assert_eq!(history.remembered(day(131)), Facts::new());
        assert_eq!(history.remembered(day(99)), Facts::new(), "the clock was set back");
        assert_eq!(history.remembered(day(100)), Facts::new(), "to after the first answer");
    }

    #[test]
    fn an_answer_that_is_for_today_only_is_not_known_tomorrow() {
        let today = Answer { facts: facts(&[("a", 1)]), ..Answer::default() };
        assert_eq!(history(vec![(0, today)]).remembered(day(0)), Facts::new());
    }

    #[test]
    fn a_fact_can_be_taken_back() {
        let back = Answer { forgets: ["a".into()].into(), facts: facts(&[("a", 3)]), ..Answer::default() };
        let history = history(vec![(0, kept(&[("a", 1), ("b", 2)], 30)), (1, back)]);
        assert_eq!(history.remembered(day(1)), facts(&[("b", 2)]));
    }

    #[test]
    fn a_newer_answer_stands_in_for_the_older() {
        let history = history(vec![(0, kept(&[("a", 1)], 2)), (3, kept(&[("a", 5)], 30))]);
        assert_eq!(history.remembered(day(20)), facts(&[("a", 5)]));
    }
}
