//! When an entry starts next, in a time zone with its changes of the clock. Owns what a skipped or repeated hour means.

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{ToSpan, Zoned};

use super::When;

/// One start.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    pub at: Zoned,
    /// The clock shows no such time on that day: cron starts right after the change, systemd not at all.
    pub skipped: bool,
}

/// The starts after `now`, in its zone, without end but that of the calendar.
pub fn upcoming(when: &When, now: &Zoned) -> impl Iterator<Item = Start> {
    let first = now.date();
    let days = (0..).map_while(move |days: i32| first.checked_add(days.days()).ok());
    days.filter(|day| when.is_on(day.weekday()))
        .filter_map(|day| start(when, day, now.time_zone()))
        .filter(|start| start.at > *now)
}

/// The same by a timer of systemd.
pub fn upcoming_by_timer(when: &When, now: &Zoned) -> impl Iterator<Item = Start> {
    upcoming(when, now).filter(|start| !start.skipped)
}

/// The last start up to `now`, in its zone.
pub fn latest(when: &When, now: &Zoned) -> Option<Start> {
    let back = |days: i32| now.date().checked_sub(days.days()).ok();
    // A week, and the day that a change of zone may cost.
    let days = (0..=8).map_while(back).filter(|day| when.is_on(day.weekday()));
    days.filter_map(|day| start(when, day, now.time_zone())).find(|start| start.at <= *now)
}

/// Of two such times, when an hour is repeated, it is the first.
fn start(when: &When, day: Date, zone: &TimeZone) -> Option<Start> {
    let local = day.to_datetime(when.time());
    let ambiguous = zone.to_ambiguous_zoned(local);
    let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
        return Some(Start { at: ambiguous.compatible().ok()?, skipped: false });
    };
    // In the offset that comes, the missing time is just before the change.
    let before = after.to_timestamp(local).ok()?;
    let change = zone.following(before).next()?.timestamp();
    Some(Start { at: change.to_zoned(zone.clone()), skipped: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(when: &str, now: &str, count: usize) -> Vec<(String, bool)> {
        let (when, now): (When, Zoned) = (when.parse().unwrap(), now.parse().unwrap());
        let shown = |start: Start| (start.at.strftime("%F %R %:z").to_string(), start.skipped);
        upcoming(&when, &now).take(count).map(shown).collect()
    }

    fn plain(all: &[&str]) -> Vec<(String, bool)> {
        all.iter().map(|at| ((*at).to_owned(), false)).collect()
    }

    #[test]
    fn a_start_is_after_now() {
        let now = "2026-11-21T07:30[Europe/Berlin]";
        let next = ["2026-11-23 07:30 +01:00", "2026-11-24 07:30 +01:00"];
        assert_eq!(starts("Mon-Sat 07:30", now, 2), plain(&next));
        assert_eq!(starts("Mon-Sat 07:31", now, 1), plain(&["2026-11-21 07:31 +01:00"]));
    }

    #[test]
    fn the_last_start_is_not_after_now() {
        let last = |when: &str, now: &str| {
            let (when, now): (When, Zoned) = (when.parse().unwrap(), now.parse().unwrap());
            latest(&when, &now).map(|start| start.at.strftime("%F %R %:z").to_string()).unwrap()
        };
        assert_eq!(last("Mon-Sat 07:30", "2026-11-21T07:30[Europe/Berlin]"), "2026-11-21 07:30 +01:00");
        assert_eq!(last("Mon-Sat 07:30", "2026-11-23T07:29[Europe/Berlin]"), "2026-11-21 07:30 +01:00");
        assert_eq!(last("Sat 07:30", "2026-11-21T07:29[Europe/Berlin]"), "2026-11-14 07:30 +01:00");
        assert_eq!(last("02:30", "2026-03-29T03:10[Europe/Berlin]"), "2026-03-29 03:00 +02:00");
        assert_eq!(last("02:30", "2026-10-25T02:40+01:00[Europe/Berlin]"), "2026-10-25 02:30 +02:00");
    }

    #[test]
    fn a_repeated_hour_has_one_start() {
        let all = ["2026-10-25 02:30 +02:00", "2026-10-26 02:30 +01:00"];
        assert_eq!(starts("02:30", "2026-10-24T12:00[Europe/Berlin]", 2), plain(&all));
    }

    #[test]
    fn in_a_skipped_hour_it_is_when_the_clock_has_changed() {
        let all = starts("02:30", "2026-03-28T12:00[Europe/Berlin]", 2);
        assert_eq!(
            all,
            [("2026-03-29 03:00 +02:00".into(), true), ("2026-03-30 02:30 +02:00".into(), false)]
        );
        // Samoa had no 30th of December in 2011.
        let all = starts("07:30", "2011-12-29T12:00[Pacific/Apia]", 2);
        assert_eq!(
            all,
            [("2011-12-31 00:00 +14:00".into(), true), ("2011-12-31 07:30 +14:00".into(), false)]
        );
    }
}
