//! WAV as it comes out of a pipe. Owns the reading of a header whose lengths cannot be trusted, because the
//! program that wrote it did not know the end. Must not know which program.

use super::Pcm;

/// Samples of a 16-bit PCM stream; several channels become their mean.
///
/// # Errors
/// What is wrong, in a sentence fragment.
pub(super) fn parse(bytes: &[u8]) -> Result<Pcm, String> {
    let mut rest = bytes
        .strip_prefix(b"RIFF")
        .and_then(|tail| tail.get(4..)?.strip_prefix(b"WAVE"))
        .ok_or("its output is not a WAV stream")?;
    let mut format = None;
    while let Some((name, length, body)) = chunk(rest) {
        match name {
            b"fmt " => format = Some(Format::parse(body)?),
            b"data" => {
                let data = body.get(..length).unwrap_or(body);
                return Ok(format.ok_or("its WAV stream has no format before the data")?.samples(data));
            }
            _ => {}
        }
        rest = body.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    Err("its WAV stream ends inside the header".into())
}

/// Name, stated length and everything after the chunk's head.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], usize, &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (length, body) = rest.split_first_chunk::<4>()?;
    Some((name, u32::from_le_bytes(*length) as usize, body))
}

struct Format {
    channels: usize,
    rate: u32,
}

impl Format {
    fn parse(body: &[u8]) -> Result<Self, String> {
        let word = |at: usize| Some(u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?]));
        let (Some(tag), Some(channels), Some(low), Some(high), Some(bits)) =
            (word(0), word(2), word(4), word(6), word(14))
        else {
            return Err("its WAV stream ends inside the header".into());
        };
        let rate = u32::from(low) | u32::from(high) << 16;
        if tag != 1 || bits != 16 || !(1..=8).contains(&channels) || !(4_000..=192_000).contains(&rate) {
            return Err(format!(
                "its WAV stream is no 16-bit PCM (tag {tag}, {channels} channels, {rate} Hz, {bits} bits)"
            ));
        }
        Ok(Self { channels: usize::from(channels), rate })
    }

    fn samples(&self, data: &[u8]) -> Pcm {
        let scale = 1.0 / (32_768.0 * self.channels as f32);
        let samples = data
            .chunks_exact(2 * self.channels)
            .map(|frame| {
                let (pairs, _) = frame.as_chunks::<2>();
                pairs.iter().map(|pair| f32::from(i16::from_le_bytes(*pair))).sum::<f32>() * scale
            })
            .collect();
        Pcm { samples, rate: self.rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(data: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\x24\xf0\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        bytes.extend(22_050_u32.to_le_bytes());
        bytes.extend(44_100_u32.to_le_bytes());
        bytes.extend(b"\x02\0\x10\0data\0\xf0\xff\x7f");
        bytes.extend(data);
        bytes
    }

    #[test]
    fn the_data_go_on_to_the_end_whatever_the_header_says() {
        let pcm = parse(&stream(b"\0\x40\0\xc0\x01"));
        assert_eq!(pcm, Ok(Pcm { samples: vec![0.5, -0.5], rate: 22_050 }));
    }

    #[test]
    fn unknown_chunks_are_passed_over() {
        let mut bytes = stream(b"\0\x40");
        bytes.splice(12..12, *b"LIST\x03\0\0\0abc\0");
        assert_eq!(parse(&bytes).map(|pcm| pcm.samples), Ok(vec![0.5]));
    }

    #[test]
    fn no_beginning_of_a_stream_panics() {
        let whole = stream(b"\0\x40");
        for length in 0..whole.len() - 2 {
            let cut = whole.get(..length).unwrap_or_default();
            assert_eq!(parse(cut).is_ok(), length >= 44, "{length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(mut tail: Vec<u8>) {
            let _ = parse(&tail);
            let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
            bytes.append(&mut tail);
            let _ = parse(&bytes);
        }
    }
}
