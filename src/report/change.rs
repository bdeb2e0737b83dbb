//! How far the pain of the last days is from that of the first, and where a change counts as important.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::periods::Mean;
use super::session::Session;

/// A fall by so many points, or by this share, is what people call much better on average: Farrar and others, Pain 94
/// (2001), pages 149 to 158. Nothing is said there of a rise.
pub const POINTS: f64 = 2.0;
pub const SHARE: f64 = 0.3;

/// So many days at most at either end; a week, as in that study's diaries.
const DAYS: usize = 7;

/// Some days with a pain before the exercises, each counted once.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub from: Date,
    pub to: Date,
    pub days: usize,
    /// Mean of the days' means, 0 to 10.
    pub mean: f64,
}

/// The first days and the last ones, as many of either; no day is in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub first: Window,
    pub last: Window,
}

impl Change {
    pub(super) fn of(sessions: &[Session]) -> Option<Self> {
        let mut by_day: BTreeMap<Date, Mean> = BTreeMap::new();
        for session in sessions {
            if let Some(pain) = session.before {
                by_day.entry(session.began.day()).or_default().add(pain);
            }
        }
        let days: Vec<(Date, f64)> =
            by_day.into_iter().filter_map(|(day, mean)| Some((day, mean.value()?))).collect();
        let width = DAYS.min(days.len() / 2);
        let first = Window::of(days.get(..width)?)?;
        let last = Window::of(days.get(days.len() - width..)?)?;
        Some(Self { first, last })
    }

    /// Points on the scale; less than zero when it fell.
    #[must_use]
    pub fn points(&self) -> f64 {
        self.last.mean - self.first.mean
    }

    /// The same as a share of the first days; nothing where those had no pain.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.first.mean > 0.0).then(|| self.points() / self.first.mean)
    }

    /// The pain that is [`POINTS`] below the first days; nothing where the scale ends before.
    #[must_use]
    pub fn points_line(&self) -> Option<f64> {
        Some(self.first.mean - POINTS).filter(|line| *line >= 0.0)
    }

    /// The pain that is [`SHARE`] below the first days; nothing where those had none.
    #[must_use]
    pub fn share_line(&self) -> Option<f64> {
        (self.first.mean > 0.0).then_some(self.first.mean * (1.0 - SHARE))
    }
}

impl Window {
    fn of(days: &[(Date, f64)]) -> Option<Self> {
        let (from, to) = (days.first()?.0, days.last()?.0);
        let mean = days.iter().map(|(_, mean)| mean).sum::<f64>() / days.len() as f64;
        Some(Self { from, to, days: days.len(), mean })
    }
}
