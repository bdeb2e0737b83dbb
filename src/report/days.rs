//! Days of practice, and how many of them came one after the other. Days are those of the clock on the wall.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::session::Session;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// Days on which an exercise was done to its end.
    pub practised: u32,
    /// Most days of practice in a row.
    pub longest: u32,
    /// Days in a row up to today, or up to yesterday while today has none.
    pub current: u32,
}

impl Days {
    pub(super) fn of(sessions: &[Session], today: Date) -> Self {
        let practised = sessions.iter().filter(|session| session.practised);
        Self::count(&practised.map(|session| session.began.day()).collect(), today)
    }

    fn count(days: &BTreeSet<Date>, today: Date) -> Self {
        let yesterday = today.yesterday().ok().filter(|_| !days.contains(&today));
        let (mut longest, mut current, mut run) = (0, 0, 0);
        let mut last: Option<Date> = None;
        for day in days {
            let follows = last.is_some_and(|last| last.tomorrow().ok() == Some(*day));
            run = if follows { run + 1 } else { 1 };
            longest = run.max(longest);
            if *day == yesterday.unwrap_or(today) {
                current = run;
            }
            last = Some(*day);
        }
        Self { practised: u32::try_from(days.len()).unwrap_or(u32::MAX), longest, current }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn days(days: &[i32]) -> BTreeSet<Date> {
        days.iter().map(|day| date(2026, 3, 1) + day.days()).collect()
    }

    #[test]
    fn a_row_of_days_ends_today_or_yesterday() {
        let today = date(2026, 3, 11);
        let current = |of: &[i32]| Days::count(&days(of), today).current;
        assert_eq!(current(&[8, 9, 10]), 3);
        assert_eq!(current(&[7, 8, 9]), 3);
        assert_eq!(current(&[6, 7, 8]), 0);
        assert_eq!(current(&[]), 0);
        assert_eq!(current(&[9, 10, 11, 12]), 2, "the clock was ahead, or has been set back");
        assert_eq!(Days::count(&days(&[1, 2, 3, 5, 6]), today).longest, 3);
    }

    proptest! {
        /// Against the plainest way to count.
        #[test]
        fn rows_of_days_are_counted(of in prop::collection::btree_set(0..60i32, 0..50), today in 0..70i32) {
            let all: Vec<i32> = of.iter().copied().collect();
            let counted = Days::count(&days(&all), date(2026, 3, 1) + today.days());
            let back = |from: i32| (0..100).take_while(|n| of.contains(&(from - n))).count() as u32;
            prop_assert_eq!(counted.longest, all.iter().map(|day| back(*day)).max().unwrap_or(0));
            prop_assert_eq!(counted.current, if of.contains(&today) { back(today) } else { back(today - 1) });
            prop_assert_eq!(counted.practised as usize, of.len());
        }
    }
}
