//! Sessions by day, week, month or year: as many rows as somebody can read.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, ToSpan};

use super::session::Session;

/// A mean that can grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    sum: i64,
    pub count: u32,
}

impl Mean {
    pub(super) fn add(&mut self, value: i64) {
        self.sum = self.sum.saturating_add(value);
        self.count += 1;
    }

    /// Nothing when there was nothing.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / f64::from(self.count))
    }
}

/// What a period is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    #[default]
    Day,
    /// From Monday.
    Week,
    Month,
    Year,
}

impl Unit {
    /// The smallest that has few rows: six weeks, two years, ten years and some.
    fn of(days: i32) -> Self {
        match days {
            ..=42 => Self::Day,
            43..=740 => Self::Week,
            741..=4400 => Self::Month,
            _ => Self::Year,
        }
    }

    fn start(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.first_of_month(),
            Self::Year => day.first_of_year(),
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Year => 1.year(),
        }
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    pub start: Date,
    /// The first day after it.
    pub end: Date,
    pub sessions: u32,
    pub lasted: SignedDuration,
    pub before: Mean,
    pub after: Mean,
}

/// One after the other, those in which nothing happened too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Periods {
    pub unit: Unit,
    pub all: Vec<Period>,
}

impl Periods {
    pub(super) fn of(sessions: &[Session]) -> Self {
        let days = || sessions.iter().map(|session| session.began.day());
        let Some((first, last)) = days().min().zip(days().max()) else { return Self::default() };
        let unit = Unit::of(first.until(last).map_or(i32::MAX, |span| span.get_days()) + 1);
        let mut all: BTreeMap<Date, Period> =
            empty(unit, first, last).map(|period| (period.start, period)).collect();
        for session in sessions {
            if let Some(period) = all.get_mut(&unit.start(session.began.day())) {
                period.add(session);
            }
        }
        Self { unit, all: all.into_values().collect() }
    }
}

fn empty(unit: Unit, first: Date, last: Date) -> impl Iterator<Item = Period> {
    let starts = unit.start(first).series(unit.span()).take_while(move |start| *start <= last);
    starts.map(move |start| Period {
        start,
        end: start.saturating_add(unit.span()),
        sessions: 0,
        lasted: SignedDuration::ZERO,
        before: Mean::default(),
        after: Mean::default(),
    })
}

impl Period {
    fn add(&mut self, session: &Session) {
        self.sessions += 1;
        self.lasted = self.lasted.saturating_add(session.lasted);
        for (mean, pain) in [(&mut self.before, session.before), (&mut self.after, session.after)] {
            if let Some(pain) = pain {
                mean.add(pain);
            }
        }
    }

    /// The last day of it.
    #[must_use]
    pub fn last(&self) -> Date {
        self.end.yesterday().unwrap_or(self.start)
    }
}
