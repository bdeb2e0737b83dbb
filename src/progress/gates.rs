//! What stands before a session. A gate opens by what somebody did, in the order in which it was done; no time that a
//! clock shows opens one.

use crate::history::{ADVISED, EMERGENCY, History, Moment, Row, What};

/// The latest emergency, unless somebody acknowledged it since: until then there is no session.
#[must_use]
pub fn emergency(history: &History) -> Option<&Row> {
    let at = history.rows.iter().rposition(|row| row.what.is_emergency())?;
    let since = history.rows.get(at..).unwrap_or_default();
    history.rows.get(at).filter(|_| !since.iter().any(|row| row.what.acknowledges(EMERGENCY)))
}

/// Whether the last answer to `check_in` was given today and let the session go on. A question that is asked each
/// day is due while this is false. A clock that was set back makes every question due again.
#[must_use]
pub fn answered_today(history: &History, check_in: &str, now: Moment) -> bool {
    let mut answers = history.rows.iter().filter_map(|row| match &row.what {
        What::Answer(answer) if answer.check_in == check_in => Some((row, answer)),
        _ => None,
    });
    let Some((row, answer)) = answers.next_back() else { return false };
    is_sound(history, now)
        && row.when.day() == now.day()
        && answer.answer.is_some()
        && matches!(answer.then, None | Some(crate::script::Then::Continue))
        && answer.refer.is_none()
}

/// Whether advice by the rule `id`, which holds now, is to be given: at most once a day, until it is acknowledged. It is
/// given again when it was over since and has come back: `lapsed` is the number of the last row before which it did not hold.
#[must_use]
pub fn advice_is_due(history: &History, id: &str, now: Moment, lapsed: Option<i64>) -> bool {
    let given = |row: &Row| matches!(&row.what, What::Note { note, about } if note == ADVISED && about.as_deref() == Some(id));
    let today = |row: &&Row| given(row) && row.when.day() == now.day();
    if is_sound(history, now) && history.rows.iter().any(|row| today(&row)) {
        return false;
    }
    let acknowledged = history.rows.iter().rfind(|row| row.what.acknowledges(id)).map(|row| row.seq);
    acknowledged.is_none_or(|acknowledged| lapsed > Some(acknowledged))
}

/// Whether the clock stands after everything that happened: then today may be today.
#[must_use]
pub fn is_sound(history: &History, now: Moment) -> bool {
    history.latest().is_none_or(|latest| now.at >= latest)
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;
    use jiff::{SignedDuration, Timestamp};

    use crate::history::{Answer, Ending};
    use crate::script::{Refer, Then};

    use super::*;

    fn at(hour: i64) -> Moment {
        let at = Timestamp::from_second(1_772_064_000).unwrap() + SignedDuration::from_hours(hour);
        Moment { at, offset: Offset::UTC }
    }

    fn history(rows: &[(i64, What)]) -> History {
        let row = |(seq, (hour, what)): (i64, &(i64, What))| Row {
            seq,
            session: None,
            when: at(*hour),
            what: what.clone(),
        };
        History { rows: (1..).zip(rows).map(row).collect() }
    }

    fn red_flag() -> What {
        What::Answer(Answer { refer: Some(Refer::Emergency), ..Answer::default() })
    }

    fn acknowledgement(gate: &str) -> What {
        What::Acknowledgement { gate: gate.into() }
    }

    fn advised() -> What {
        What::Note { note: ADVISED.into(), about: Some("no-better".into()) }
    }

    fn end() -> What {
        What::Ending { ending: Ending::Done }
    }

    #[test]
    fn an_emergency_blocks_until_it_is_acknowledged_whatever_the_clock_says() {
        assert_eq!(emergency(&history(&[(0, end())])), None);
        for emergency_row in [red_flag(), What::Ending { ending: Ending::Emergency }] {
            for later in [-90 * 24, 0, 1, 10 * 365 * 24] {
                let rows = [(0, emergency_row.clone()), (later, end())];
                assert_eq!(emergency(&history(&rows)).unwrap().seq, 1, "{later}");
                let rows = [(0, emergency_row.clone()), (later, acknowledgement(EMERGENCY))];
                assert_eq!(emergency(&history(&rows)), None, "{later}");
            }
        }
    }

    #[test]
    fn no_earlier_acknowledgement_and_none_of_something_else_opens_it() {
        let rows = [(5, acknowledgement(EMERGENCY)), (0, red_flag()), (1, acknowledgement("no-better"))];
        assert_eq!(emergency(&history(&rows)).unwrap().seq, 2);
        let rows = [(0, red_flag()), (1, acknowledgement(EMERGENCY)), (2, red_flag())];
        assert_eq!(emergency(&history(&rows)).unwrap().seq, 3);
    }

    #[test]
    fn a_question_of_each_day_is_due_on_each_day() {
        let answer = |said: Option<&str>, then| {
            let answer = said.map(str::to_owned);
            What::Answer(Answer { check_in: "red-flags".into(), answer, then, ..Answer::default() })
        };
        let due = |what: What, now| !answered_today(&history(&[(8, what), (9, end())]), "red-flags", now);
        let no = || answer(Some("no"), Some(Then::Continue));
        assert!(!due(no(), at(10)));
        assert!(due(no(), at(24)), "tomorrow");
        assert!(due(no(), at(8)), "the clock was set back");
        assert!(due(answer(None, Some(Then::Continue)), at(10)), "nobody answered");
        assert!(due(answer(Some("yes"), Some(Then::Stop)), at(10)));
        assert!(due(red_flag(), at(10)));
    }

    #[test]
    fn advice_comes_once_a_day_until_it_is_acknowledged() {
        let due = |rows: &[(i64, What)], now| advice_is_due(&history(rows), "no-better", now, None);
        assert!(due(&[(0, end())], at(1)));
        assert!(!due(&[(0, advised()), (1, end())], at(2)));
        assert!(due(&[(0, advised())], at(24)));
        assert!(due(&[(0, advised()), (5, end())], at(3)), "the clock was set back");
        assert!(!due(&[(0, advised()), (1, acknowledgement("no-better")), (30, end())], at(48)));
        assert!(due(&[(0, advised()), (1, acknowledgement("something-else"))], at(48)));
    }

    #[test]
    fn what_was_over_and_came_back_is_said_again() {
        let rows = [(0, advised()), (1, acknowledgement("no-better")), (30, end()), (54, end())];
        let due = |lapsed| advice_is_due(&history(&rows), "no-better", at(72), lapsed);
        assert!(due(Some(3)));
        assert!(!due(Some(1)), "it was over before it was acknowledged");
    }
}
