//! 16-bit samples and back. Owns the one rounding used by the cache, the sounds and the file output,
//! so that a sound passes through all of them unchanged. Knows nothing of files.

/// Nearest 16-bit value, clipped; NaN becomes zero. The inverse of [`to_f32`] to the bit.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "clamped first; `as` turns NaN into zero")]
pub fn from_f32(sample: f32) -> i16 {
    let scaled = (sample * 32_768.0).clamp(-32_768.0, 32_767.0);
    // Cheaper than `round`, which is a library call on machines without the instruction.
    (scaled + 0.5_f32.copysign(scaled)) as i16
}

/// -1.0 up to, not including, 1.0.
#[must_use]
pub fn to_f32(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_survives_the_round_trip() {
        for value in i16::MIN..=i16::MAX {
            assert_eq!(from_f32(to_f32(value)), value);
        }
    }

    #[test]
    fn excess_clips_and_nan_is_silent() {
        assert_eq!(from_f32(2.0), i16::MAX);
        assert_eq!(from_f32(f32::NEG_INFINITY), i16::MIN);
        assert_eq!(from_f32(f32::NAN), 0);
    }
}
