//! Integer playhead arithmetic. Owns the one unit of session time, the frame at [`RATE`].
//! Must not know what is played, nor any clock.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// Frames per second of everything that is mixed: 48 kHz.
pub const RATE: u32 = 48_000;

/// A position on, or a length along, the playhead, in frames at [`RATE`].
///
/// Arithmetic saturates: a script can ask for absurd lengths, and no sum of them may panic.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Frames(pub u64);

impl Frames {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(RATE as u64 / 1000))
    }

    #[must_use]
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(RATE as u64))
    }

    /// Nearest frame to `s` seconds; negative and NaN become zero.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    pub fn from_secs_f64(s: f64) -> Self {
        Self((s * f64::from(RATE)).round() as u64)
    }

    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 frames, 5,900 years")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / f64::from(RATE)
    }

    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / (RATE as u64 / 1000)
    }
}

impl Add for Frames {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl AddAssign for Frames {
    fn add_assign(&mut self, rhs: Self) {
        *self = *self + rhs;
    }
}

impl Sub for Frames {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

impl Mul<u64> for Frames {
    type Output = Self;
    fn mul(self, rhs: u64) -> Self {
        Self(self.0.saturating_mul(rhs))
    }
}

/// Division by zero yields zero, in keeping with the saturating rest.
impl Div<u64> for Frames {
    type Output = Self;
    fn div(self, rhs: u64) -> Self {
        Self(self.0.checked_div(rhs).unwrap_or(0))
    }
}

impl Sum for Frames {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// `h:mm:ss.mmm`, hours only where there are some.
impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.as_millis();
        let (h, m, s, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        let text = match h {
            0 => format!("{m}:{s:02}.{ms:03}"),
            h => format!("{h}:{m:02}:{s:02}.{ms:03}"),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_lengths_saturate() {
        assert_eq!(Frames::from_secs(u64::MAX) + Frames(1), Frames(u64::MAX));
        assert_eq!(Frames::from_secs_f64(f64::NAN), Frames::ZERO);
        assert_eq!(Frames(1) - Frames(2), Frames::ZERO);
        assert_eq!(Frames(5) / 0, Frames::ZERO);
    }

    #[test]
    fn prints_as_a_clock() {
        assert_eq!(Frames::from_millis(83_456).to_string(), "1:23.456");
        assert_eq!(Frames::from_secs(3_661).to_string(), "1:01:01.000");
    }
}
