//! Values with a notation of their own: durations, tempos, ranges.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer};

use crate::frames::Frames;

/// A length of time as people write it: `"30s"`, `"2min"`, `"1min 30s"`, `"1.5s"`. At most a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String", extend("format" = DURATION_FORMAT, "pattern" = DURATION_PATTERN))]
pub struct Duration(pub Frames);

/// Marks a duration in the JSON Schema.
pub(super) const DURATION_FORMAT: &str = "matside-duration";

/// For editors; [`Duration::parse`] has the last word.
const DURATION_PATTERN: &str = r"^\s*([0-9]*\.?[0-9]+\.?\s*(ms|s|min|h)\s*)+$";

const DAY: f64 = 86_400.0;

impl Duration {
    /// # Errors
    /// What is wrong with `text`, in a sentence fragment with a hint.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut seconds = 0.0;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err("empty duration; write it like `30s`, `2min` or `1min 30s`".into());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let number: f64 = number.parse().map_err(|_| {
                format!("`{text}` is not a duration; write it like `30s`, `2min` or `1min 30s`")
            })?;
            let tail = tail.trim_start();
            let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            seconds += number * unit_seconds(unit)?;
            rest = tail.trim_start();
        }
        if seconds > DAY {
            return Err(format!("`{text}` is longer than a day"));
        }
        Ok(Self(Frames::from_secs_f64(seconds)))
    }
}

fn unit_seconds(unit: &str) -> Result<f64, String> {
    Ok(match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3_600.0,
        "" => return Err("a number without a unit; the units are `ms`, `s`, `min` and `h`".into()),
        other => {
            let hint = match other.to_lowercase().as_str() {
                "m" | "mins" | "minute" | "minutes" => "; did you mean `min`?",
                "sec" | "secs" | "second" | "seconds" => "; did you mean `s`?",
                "hour" | "hours" | "hr" | "hrs" => "; did you mean `h`?",
                _ => "; the units are `ms`, `s`, `min` and `h`",
            };
            return Err(format!("unknown unit `{other}`{hint}"));
        }
    })
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Duration;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration in quotes, like \"30s\" or \"2min\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
                Duration::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Seconds to rise, to hold and to lower.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Tempo(pub [f64; 3]);

/// Shortest and longest, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Minutes(pub [f64; 2]);

/// Lowest and highest, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NumberRange(pub [i64; 2]);

impl NumberRange {
    #[must_use]
    pub fn contains(self, number: i64) -> bool {
        (self.0[0]..=self.0[1]).contains(&number)
    }
}
