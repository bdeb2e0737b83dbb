//! Where speech begins and ends. Owns the patience with pauses; must not know words.

use std::time::Duration;

use earshot::{DefaultPredictor, Detector};

use super::recogniser::RATE;

/// Samples in a frame of the detector: 16 ms.
const FRAME: usize = 256;
/// From here on a frame is speech, and below the second it is none; between, it is what the last was.
const SPEECH: f32 = 0.6;
const NO_SPEECH: f32 = 0.35;
/// Frames of speech that make a beginning: 48 ms.
const BEGIN: u32 = 3;
/// Frames without speech that make an end: 352 ms. A breath inside a sentence is shorter.
const END: u32 = 22;
/// The same in samples.
pub const QUIET: usize = END as usize * FRAME;
/// Speech that does not end, such as a radio, is cut into pieces of about 8 s.
const LONGEST: u32 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Begins,
    Ends,
}

/// Finds utterances in 16 kHz mono.
pub struct Utterances {
    detector: Box<Detector<DefaultPredictor>>,
    rest: Vec<f32>,
    speaking: bool,
    /// Frames that speak against the present state, and frames of the utterance.
    against: u32,
    length: u32,
    was_speech: bool,
}

impl Default for Utterances {
    fn default() -> Self {
        Self {
            detector: Detector::default_boxed(),
            rest: Vec::new(),
            speaking: false,
            against: 0,
            length: 0,
            was_speech: false,
        }
    }
}

impl Utterances {
    /// How long after the last speech its end is known.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_millis(QUIET as u64 * 1_000 / u64::from(RATE))
    }

    #[must_use]
    pub fn is_speaking(&self) -> bool {
        self.speaking
    }

    /// Takes any number of samples, and says what began or ended in them. Where there is nobody, there is no speech.
    pub fn take(&mut self, samples: &[f32], somebody: bool) -> Vec<Edge> {
        self.rest.extend(samples.iter().map(|sample| sample.clamp(-1.0, 1.0)));
        let rest = std::mem::take(&mut self.rest);
        let (frames, left) = rest.as_chunks::<FRAME>();
        let edges = frames.iter().filter_map(|frame| {
            let score = self.detector.predict_f32(frame);
            self.frame(if somebody { score } else { 0.0 })
        });
        let edges = edges.collect();
        self.rest = left.to_vec();
        edges
    }

    fn frame(&mut self, score: f32) -> Option<Edge> {
        self.was_speech = score >= SPEECH || (self.was_speech && score > NO_SPEECH);
        self.against = if self.was_speech == self.speaking { 0 } else { self.against + 1 };
        self.length = if self.speaking { self.length + 1 } else { 0 };
        let over = self.speaking && (self.against >= END || self.length >= LONGEST);
        if over {
            return Some(self.turn(Edge::Ends));
        }
        (!self.speaking && self.against >= BEGIN).then(|| self.turn(Edge::Begins))
    }

    fn turn(&mut self, edge: Edge) -> Edge {
        self.speaking = edge == Edge::Begins;
        self.against = 0;
        self.length = 0;
        edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(scores: &[(f32, usize)]) -> Vec<(usize, Edge)> {
        let mut utterances = Utterances::default();
        let frames = scores.iter().flat_map(|(score, count)| std::iter::repeat_n(*score, *count));
        frames.enumerate().filter_map(|(i, score)| Some((i, utterances.frame(score)?))).collect()
    }

    #[test]
    fn a_pause_inside_a_sentence_is_no_end() {
        let found = edges(&[(0.0, 10), (0.9, 20), (0.1, 15), (0.9, 10), (0.1, 40)]);
        assert_eq!(found, [(12, Edge::Begins), (76, Edge::Ends)]);
    }

    #[test]
    fn a_click_is_no_speech_and_speech_without_end_is_cut() {
        assert_eq!(edges(&[(0.9, 2), (0.0, 50)]), []);
        let cut = edges(&[(0.9, 1_200)]);
        assert_eq!(cut.iter().filter(|(_, edge)| *edge == Edge::Ends).count(), 2, "{cut:?}");
    }

    #[test]
    fn an_utterance_ends_where_there_is_nobody() {
        let mut utterances = Utterances { speaking: true, was_speech: true, ..Utterances::default() };
        assert_eq!(utterances.take(&vec![0.0; FRAME * (END as usize + 1)], false), [Edge::Ends]);
    }

    #[test]
    fn noise_is_no_speech() {
        let mut utterances = Utterances::default();
        let mut seed = 1_u32;
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 83_886_080.0 - 0.1
        });
        let noise: Vec<f32> = noise.take(32_000).collect();
        assert_eq!(utterances.take(&noise, true), []);
    }
}
