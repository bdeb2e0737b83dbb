//! The axis of time: periods side by side, some of them named.

use std::ops::Range;

use jiff::civil::Date;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use crate::report::{Period, Periods};

use super::super::tables::name;

/// So many names have room side by side.
pub const TICKS: usize = 7;

/// Days since 1970, with the names of some of them.
pub struct Time {
    range: Range<f64>,
    names: Vec<(f64, String)>,
}

impl Time {
    pub fn of(periods: &Periods) -> Self {
        let (from, to) = ends(periods).unwrap_or((0.0, 1.0));
        let every = periods.all.len().div_ceil(TICKS).max(1);
        let named = periods.all.iter().step_by(every);
        let names = named.map(|period| (middle(period), name(periods.unit, period.start)));
        Self { range: from..to, names: names.collect() }
    }
}

pub fn ends(periods: &Periods) -> Option<(f64, f64)> {
    Some((span(periods.all.first()?).0, span(periods.all.last()?).1))
}

pub fn span(period: &Period) -> (f64, f64) {
    (day(period.start), day(period.end))
}

pub fn middle(period: &Period) -> f64 {
    let (from, to) = span(period);
    f64::midpoint(from, to)
}

fn day(date: Date) -> f64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    f64::from(epoch.until(date).map_or(0, |span| span.get_days()))
}

impl Ranged for Time {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (left, right): (i32, i32)) -> i32 {
        let part = (value - self.range.start) / (self.range.end - self.range.start);
        left + (f64::from(right - left) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.names.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Time {
    fn format_ext(&self, value: &f64) -> String {
        let found = self.names.iter().find(|(at, _)| (at - value).abs() < 0.01);
        found.map(|(_, name)| name.clone()).unwrap_or_default()
    }
}
