//! Each question over all sessions: how often which answer was given, and how often none.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::history::{Answer, Sitting, What};

use super::names::Names;
use super::periods::Mean;

/// Answers that are numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    pub mean: Mean,
    pub lowest: i64,
    pub highest: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub id: String,
    pub title: String,
    /// By the id of the answer.
    pub answers: BTreeMap<String, u32>,
    pub numbers: Option<Numbers>,
    /// Nobody answered, or nothing that was understood.
    pub silent: u32,
    /// When it was last put.
    pub last: Date,
}

pub(super) fn count(sittings: &[Sitting], names: &Names) -> Vec<Question> {
    let mut all: BTreeMap<&str, Question> = BTreeMap::new();
    for row in sittings.iter().flat_map(|sitting| &sitting.rows) {
        let What::Answer(answer) = &row.what else { continue };
        let day = row.when.day();
        let question = all.entry(&answer.check_in).or_insert_with(|| Question::new(answer, names, day));
        question.add(answer, day);
    }
    let mut questions: Vec<Question> = all.into_values().collect();
    questions.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
    questions
}

impl Question {
    fn new(answer: &Answer, names: &Names, last: Date) -> Self {
        let (id, title) = (answer.check_in.clone(), names.check_in(&answer.check_in));
        Self { id, title, answers: BTreeMap::new(), numbers: None, silent: 0, last }
    }

    fn add(&mut self, answer: &Answer, day: Date) {
        self.last = day;
        match (&answer.answer, answer.number) {
            (None, _) => self.silent += 1,
            (Some(_), Some(number)) => self.number(number),
            (Some(word), None) => match self.answers.get_mut(word) {
                Some(count) => *count += 1,
                None => drop(self.answers.insert(word.clone(), 1)),
            },
        }
    }

    fn number(&mut self, number: i64) {
        let fresh = Numbers { mean: Mean::default(), lowest: number, highest: number };
        let numbers = self.numbers.get_or_insert(fresh);
        numbers.mean.add(number);
        numbers.lowest = numbers.lowest.min(number);
        numbers.highest = numbers.highest.max(number);
    }
}
