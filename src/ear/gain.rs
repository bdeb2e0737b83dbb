//! How much louder an utterance is made for the recogniser, which takes soft speech for silence. Pure. Must not know words.

/// Samples over which loudness is taken: 50 ms.
const SPAN: usize = 800;
/// Speech is brought up to this root mean square at its loudest: -20 dB.
const SPEECH: f32 = 0.1;
/// The room without speech is brought no further up than this: -45 dB.
const ROOM: f32 = 0.0056;
/// Nothing is made louder than by so much: 20 dB.
const MOST: f32 = 10.0;

/// What the samples of an utterance are multiplied with: never less than 1, and never more than before.
#[derive(Debug)]
pub struct Gain(f32);

impl Gain {
    /// For an utterance that begins with `sound`, of which some is from before it.
    #[must_use]
    pub fn new(sound: &[f32]) -> Self {
        let (mut quietest, mut loudest) = (f32::MAX, 0.0_f32);
        for level in sound.chunks_exact(SPAN).map(level) {
            quietest = quietest.min(level);
            loudest = loudest.max(level);
        }
        Self((SPEECH / loudest).min(ROOM / quietest).clamp(1.0, MOST))
    }

    /// What comes next of the utterance, louder.
    pub fn apply(&mut self, sound: &[f32]) -> Vec<f32> {
        self.0 = self.0.min(SPEECH / level(sound)).max(1.0);
        sound.iter().map(|sample| sample * self.0).collect()
    }
}

impl Default for Gain {
    fn default() -> Self {
        Self(1.0)
    }
}

fn level(sound: &[f32]) -> f32 {
    let power = sound.iter().map(|sample| sample * sample).sum::<f32>();
    (power / sound.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A room, and then speech in it, each so loud.
    fn utterance(room: f32, speech: f32) -> Vec<f32> {
        [vec![room; 4 * SPAN], vec![speech; 2 * SPAN]].concat()
    }

    fn gain(room: f32, speech: f32) -> f32 {
        let sound = utterance(room, speech);
        Gain::new(&sound).apply(&sound)[0] / room
    }

    fn near(one: f32, two: f32) -> bool {
        (one - two).abs() < 0.01
    }

    #[test]
    fn soft_speech_is_brought_up_and_loud_speech_left() {
        assert!(near(gain(0.001, 0.02), 5.0));
        assert!(near(gain(0.0001, 0.001), MOST));
        assert!(near(gain(0.001, 0.3), 1.0));
    }

    #[test]
    fn a_loud_room_is_not_brought_up() {
        assert!(near(gain(0.0028, 0.01), 2.0));
        assert!(near(gain(0.02, 0.03), 1.0));
    }

    #[test]
    fn what_gets_louder_later_is_not_cut_off() {
        let mut gain = Gain::new(&utterance(0.001, 0.01));
        assert!(near(gain.apply(&[0.3; 800])[0], 0.3));
        assert!(near(gain.apply(&[0.01; 800])[0], 0.01), "and stays as it is");
    }

    #[test]
    fn silence_and_nothing_stay() {
        assert_eq!(Gain::new(&[]).apply(&[]), [0.0; 0]);
        assert_eq!(Gain::new(&vec![0.0; 8_000]).apply(&[0.0; 3]), [0.0; 3]);
    }
}
