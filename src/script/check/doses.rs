//! Doses: nothing of zero, nothing absurd, one main dose.

use super::super::{At, Dose, Duration, Tempo};
use super::Checker;
use crate::diagnostic::{Diagnostic, SourceId};
use crate::frames::Frames;

const MOST_REPS: u32 = 300;
const MOST_SETS: u32 = 20;
const LONGEST_HOLD: u64 = 30 * 60;
const LONGEST_REST: u64 = 60 * 60;
const LONGEST_TIME: u64 = 3 * 60 * 60;
/// A repetition takes at least and at most so many seconds.
const TEMPO: (f64, f64) = (0.5, 300.0);

impl Checker<'_> {
    /// One table's own dose, before anything is merged.
    pub(super) fn dose(&mut self, source: SourceId, dose: &Dose) {
        self.amount(source, "reps", dose.reps.as_ref(), MOST_REPS);
        self.amount(source, "sets", dose.sets.as_ref(), MOST_SETS);
        self.length(source, "hold", dose.hold.as_ref(), LONGEST_HOLD);
        self.length(source, "rest", dose.rest.as_ref(), LONGEST_REST);
        self.length(source, "time", dose.time.as_ref(), LONGEST_TIME);
        if let Some(tempo) = &dose.tempo {
            self.tempo(source, tempo);
        }
        let other = dose.reps.as_ref().map(|reps| ("reps", &reps.span));
        let other = other.or(dose.hold.as_ref().map(|hold| ("hold", &hold.span)));
        if let (Some(time), Some((name, span))) = (&dose.time, other) {
            let message = format!("`time` and `{name}` together");
            self.push(
                Diagnostic::error(source, time.span.clone(), message)
                    .also(source, span.clone(), "the other dose")
                    .hint("a dose is `reps`, or one `hold`, or a `time`; leave the others out"),
            );
        }
    }

    fn amount(&mut self, source: SourceId, name: &str, value: Option<&At<u32>>, most: u32) {
        let Some(value) = value else {
            return;
        };
        if value.value == 0 {
            let message = format!("`{name}` of zero");
            self.error(source, &value.span, message, "write at least 1, or leave the key out");
        } else if value.value > most {
            let message = format!("`{name}` is `{}`, more than anybody can do", value.value);
            self.error(source, &value.span, message, &format!("at most {most}"));
        }
    }

    pub(super) fn length(
        &mut self,
        source: SourceId,
        name: &str,
        value: Option<&At<Duration>>,
        seconds: u64,
    ) {
        let Some(value) = value else {
            return;
        };
        if value.value.0 == Frames::ZERO {
            let message = format!("`{name}` of zero");
            self.error(source, &value.span, message, "write how long it takes, or leave the key out");
        } else if value.value.0 > Frames::from_secs(seconds) {
            let message = format!("`{name}` is longer than anybody means");
            self.error(source, &value.span, message, &format!("at most {} minutes", seconds / 60));
        }
    }

    fn tempo(&mut self, source: SourceId, tempo: &At<Tempo>) {
        let parts = tempo.value.0;
        let sum = (parts.iter().sum::<f64>() * 100.0).round() / 100.0;
        if parts.iter().any(|part| !part.is_finite() || *part < 0.0) {
            let message = "a part of `tempo` is negative or not a number";
            self.error(
                source,
                &tempo.span,
                message,
                "seconds to rise, to hold and to lower, like `[2, 0, 2]`",
            );
        } else if sum < TEMPO.0 {
            let message = format!("a repetition in {sum} s is faster than anybody can move");
            self.error(source, &tempo.span, message, "the three parts must add up to at least 0.5 s");
        } else if sum > TEMPO.1 {
            let message = format!("a repetition of {sum} s is longer than anybody means");
            self.error(source, &tempo.span, message, "the three parts must add up to at most 300 s");
        }
    }
}
