//! Days of the week and a time of day, as somebody writes them: `Mon-Sat 07:30`. Owns reading it, and saying it to cron
//! and to systemd.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Time, Weekday, time};

const NAMES: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// At one time of some days of each week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// From Monday on.
    days: [bool; 7],
    time: Time,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WhenError {
    #[error("`{0}` is no time of day; write hours and minutes, as in `07:30`")]
    Time(String),
    #[error("`{0}` is no day; write `Mon` to `Sun`, `Mon-Fri`, `Mon,Thu` or `daily`")]
    Day(String),
    #[error("`{0}` is no time to start; write days and a time, as in `Mon-Sat 07:30`")]
    Form(String),
}

impl When {
    pub fn time(&self) -> Time {
        self.time
    }

    pub fn is_on(&self, day: Weekday) -> bool {
        self.days.get(index(day)).copied().unwrap_or_default()
    }

    /// The five fields of a crontab(5) line.
    pub fn cron(&self) -> String {
        let days: Vec<String> = self.chosen().map(|day| day.to_sunday_zero_offset().to_string()).collect();
        let days = if days.len() == 7 { "*".to_owned() } else { days.join(",") };
        format!("{} {} * * {days}", self.time.minute(), self.time.hour())
    }

    /// The calendar event of systemd.time(7).
    pub fn calendar(&self) -> String {
        let days: Vec<&str> = self.chosen().filter_map(name).collect();
        let days = if days.len() == 7 { String::new() } else { format!("{} ", days.join(",")) };
        format!("{days}*-*-* {:02}:{:02}:00", self.time.hour(), self.time.minute())
    }

    fn chosen(&self) -> impl Iterator<Item = Weekday> {
        NAMES.into_iter().map(|(_, day)| day).filter(|day| self.is_on(*day))
    }
}

fn index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()
}

fn name(day: Weekday) -> Option<&'static str> {
    NAMES.get(index(day)).map(|(name, _)| *name)
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            [time] => Ok(Self { days: [true; 7], time: time_of(time)? }),
            [days, time] => Ok(Self { days: days_of(days)?, time: time_of(time)? }),
            _ => Err(WhenError::Form(text.to_owned())),
        }
    }
}

pub(super) fn time_of(text: &str) -> Result<Time, WhenError> {
    let number = |part: &str, most: i8| {
        let written = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| written && *number <= most)
    };
    let parts = text.split_once(':').filter(|(_, minute)| minute.len() == 2);
    let parts = parts.and_then(|(hour, minute)| Some((number(hour, 23)?, number(minute, 59)?)));
    parts.map(|(hour, minute)| time(hour, minute, 0, 0)).ok_or_else(|| WhenError::Time(text.to_owned()))
}

fn days_of(text: &str) -> Result<[bool; 7], WhenError> {
    let mut days = [text.eq_ignore_ascii_case("daily"); 7];
    if days.contains(&true) {
        return Ok(days);
    }
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day_of(first)?, day_of(last)?);
        // `Sat-Mon` goes over the end of the week.
        let length = (last + 7 - first) % 7;
        for (i, day) in days.iter_mut().enumerate() {
            *day |= (i + 7 - first) % 7 <= length;
        }
    }
    Ok(days)
}

/// Three letters of the name, or all of it.
fn day_of(text: &str) -> Result<usize, WhenError> {
    let full = |day: Weekday| format!("{day:?}");
    let is = |(short, day): &(&str, Weekday)| {
        text.eq_ignore_ascii_case(short) || text.eq_ignore_ascii_case(&full(*day))
    };
    NAMES.iter().position(is).ok_or_else(|| WhenError::Day(text.to_owned()))
}

/// As it can be read again: `Mon,Tue 07:30`, or a range where three or more days are in a row.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<usize> = self.chosen().map(index).collect();
        if days.len() == 7 {
            write!(f, "daily")?;
        }
        let rows = if days.len() == 7 { Vec::new() } else { days.chunk_by(|a, b| a + 1 == *b).collect() };
        for (i, row) in rows.iter().enumerate() {
            let names: Vec<&str> =
                row.iter().filter_map(|day| NAMES.get(*day)).map(|(name, _)| *name).collect();
            let comma = if i == 0 { "" } else { "," };
            match names.as_slice() {
                [first, _, .., last] => write!(f, "{comma}{first}-{last}")?,
                names => write!(f, "{comma}{}", names.join(","))?,
            }
        }
        write!(f, " {:02}:{:02}", self.time.hour(), self.time.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> When {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_time_are_said_to_cron_and_to_systemd() {
        for (text, shown, cron, calendar) in [
            (
                "Mon-Sat 07:30",
                "Mon-Sat 07:30",
                "30 7 * * 1,2,3,4,5,6",
                "Mon,Tue,Wed,Thu,Fri,Sat *-*-* 07:30:00",
            ),
            ("daily 6:05", "daily 06:05", "5 6 * * *", "*-*-* 06:05:00"),
            ("23:59", "daily 23:59", "59 23 * * *", "*-*-* 23:59:00"),
            ("sunday 00:00", "Sun 00:00", "0 0 * * 0", "Sun *-*-* 00:00:00"),
            (
                "FRI-mon,wed 18:00",
                "Mon,Wed,Fri-Sun 18:00",
                "0 18 * * 1,3,5,6,0",
                "Mon,Wed,Fri,Sat,Sun *-*-* 18:00:00",
            ),
        ] {
            let when = when(text);
            assert_eq!(
                (&*when.to_string(), &*when.cron(), &*when.calendar()),
                (shown, cron, calendar),
                "{text}"
            );
            assert_eq!(when.to_string().parse(), Ok(when), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_to_start_is_said() {
        for (text, said) in [
            ("Mon 24:00", "`24:00` is no time of day"),
            ("Mon 7:5", "`7:5` is no time of day"),
            ("Mon +7:30", "`+7:30` is no time of day"),
            ("Mon", "`Mon` is no time of day"),
            ("Moon 07:30", "`Moon` is no day"),
            ("Mon- 07:30", "`` is no day"),
            ("", "`` is no time to start"),
            ("Mon Tue 07:30", "`Mon Tue 07:30` is no time to start"),
        ] {
            let error = text.parse::<When>().unwrap_err().to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
