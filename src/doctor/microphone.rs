//! Whether the microphone delivers anything.

use std::time::{Duration, Instant};

use crate::ear::level::Level;
use crate::ear::microphone::Microphone;
use crate::ear::recogniser::RATE;
use crate::ear::source::{Next, Source};

use super::Finding;

const ABOUT: &str = "hearing";
/// Opening takes a moment, and a muted microphone is known after three seconds.
const PATIENCE: Duration = Duration::from_secs(8);
/// Sound that is looked at: 1 s.
const ENOUGH: usize = RATE as usize;

/// Listens to the default microphone for a second.
pub fn microphone() -> Finding {
    listen(&mut Microphone::open(), Instant::now() + PATIENCE)
}

fn listen(source: &mut dyn Source, until: Instant) -> Finding {
    let (mut level, mut heard) = (Level::default(), 0);
    while Instant::now() < until {
        match source.next() {
            Next::Block(block) => {
                level.take(&block, block.len() as f32 / RATE as f32);
                heard += block.iter().filter(|sample| **sample != 0.0).count();
            }
            Next::Dead(why) => return gone(&why),
            Next::Back => {}
            Next::Over => break,
        }
        if heard >= ENOUGH {
            return Finding::good(
                ABOUT,
                format!("the microphone delivers; the room is at {:.0} dB", level.floor),
            );
        }
    }
    gone("it delivers nothing")
}

/// Keys and typed lines still work.
fn gone(why: &str) -> Finding {
    let cure = if why.contains("silence") {
        "pactl set-source-mute @DEFAULT_SOURCE@ 0"
    } else {
        "arecord -l    # shows no microphone: plug one in; `pactl list short sources` shows what the sound server knows"
    };
    Finding::doubt(ABOUT, format!("no microphone: {why}"), cure)
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    struct Only(Vec<Next>);

    impl Source for Only {
        fn next(&mut self) -> Next {
            self.0.pop().unwrap_or(Next::Over)
        }
    }

    fn found(all: Vec<Next>) -> Finding {
        listen(&mut Only(all), Instant::now() + PATIENCE)
    }

    #[test]
    fn one_that_delivers_is_told_from_one_that_does_not() {
        let block = |value| Next::Block(vec![value; ENOUGH]);
        assert_eq!(found(vec![block(0.001)]).state, State::Good);
        assert_eq!(found(vec![block(0.0)]).state, State::Doubt);
        assert_eq!(found(vec![Next::Dead("there is none".to_owned())]).state, State::Doubt);
        let muted = found(vec![Next::Dead("nothing but silence".to_owned())]);
        assert!(muted.cure.unwrap().contains("set-source-mute"));
    }
}
