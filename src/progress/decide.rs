//! What becomes of one exercise: one rung up, one down, or as it was, and why.

use jiff::civil::Date;

use crate::plan::Why;
use crate::script::Course as Then;

use super::{Applied, Rules};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Up,
    Stay,
    Down,
}

/// What is decided about an exercise, and what led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Where it stood before.
    pub rung: usize,
    pub step: Move,
    pub because: Because,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// It was done for the first time.
    Began,
    /// The programme's criterion holds after these good sessions.
    Advance(Vec<Date>),
    /// Somebody said "worse" in it.
    Worse(Date),
    /// Somebody asked for an easier form of it.
    Easier(Date),
    /// A rule of the programme: its id, its words, the days that led to it.
    Rule { id: String, then: Then, says: std::sync::Arc<str>, days: Vec<Date> },
    /// The phase has no stepping up.
    Phase(String),
    /// So many good sessions are not enough yet.
    NotYet(Vec<Date>),
    /// There is nothing above, or below.
    End,
}

impl Because {
    /// In a few words, for somebody who asks while it is being done.
    pub(super) fn why(&self) -> Why {
        match self {
            Self::Advance(days) => Why::Phrase("why-more", days.len() as u64),
            Self::Worse(_) | Self::Easier(_) => Why::Phrase("why-less", 0),
            Self::Rule { says, then, .. } => {
                Why::Words(says.clone(), if *then == Then::StepDown { "why-less" } else { "why-same" })
            }
            Self::NotYet(_) => Why::Phrase("why-not-yet", 0),
            Self::Began | Self::Phase(_) | Self::End => Why::Phrase("why-same", 0),
        }
    }
}

/// Where an exercise stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Stand {
    pub rung: usize,
    /// Good sessions in a row in which it was done as it stands.
    pub good: Vec<Date>,
    pub worse: Option<Date>,
    pub easier: Option<Date>,
}

/// All that is known about the day.
pub(super) struct Day<'a, 'b> {
    pub rules: &'b Rules<'a>,
    pub applied: &'b [Applied<'a>],
    /// The phase, if it has no stepping up.
    pub still: Option<&'b str>,
    pub known: &'b std::collections::BTreeMap<String, crate::script::FactValue>,
}

impl Day<'_, '_> {
    /// Of an exercise with so many rungs.
    pub fn decide(&self, stand: &Stand, rungs: usize) -> Decision {
        let decision = |step, because| Decision { rung: stand.rung, step, because };
        if let Some(because) = self.down(stand) {
            let step = if stand.rung == 0 { Move::Stay } else { Move::Down };
            return decision(step, because);
        }
        if let Some(because) = self.holds_still() {
            return decision(Move::Stay, because);
        }
        if stand.rung + 1 >= rungs {
            return decision(Move::Stay, Because::End);
        }
        if self.advances(stand) {
            return decision(Move::Up, Because::Advance(stand.good.clone()));
        }
        decision(Move::Stay, Because::NotYet(stand.good.clone()))
    }

    fn down(&self, stand: &Stand) -> Option<Because> {
        let worse = stand.worse.map(Because::Worse).or(stand.easier.map(Because::Easier));
        worse.or_else(|| self.rule(&[Then::StepDown]))
    }

    fn holds_still(&self) -> Option<Because> {
        let phase = self.still.map(|phase| Because::Phase(phase.to_owned()));
        phase.or_else(|| self.rule(&[Then::Hold, Then::Rest, Then::Refer]))
    }

    fn rule(&self, then: &[Then]) -> Option<Because> {
        let applied = self.applied.iter().find(|applied| then.contains(&applied.rule.then.value))?;
        let id = applied.rule.id.value.clone();
        let then = applied.rule.then.value;
        Some(Because::Rule { id, then, says: applied.says.clone(), days: applied.days.clone() })
    }

    /// The criterion, with the good sessions of this exercise. No session at all is never enough.
    fn advances(&self, stand: &Stand) -> bool {
        let Some(advance) = &self.rules.guide.programme.advance else { return false };
        let mut known = self.known.clone();
        let good = i64::try_from(stand.good.len()).unwrap_or(i64::MAX);
        known.insert("good_in_a_row".to_owned(), crate::script::FactValue::Number(good));
        good > 0 && self.rules.holds(&advance.when, &known)
    }
}
