//! How well words fit a sound, by the letters that a small net hears in it. Owns the net; must not know what words mean.

mod spectrum;

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, OpRegistry, RunOptions, ThreadPool, Value, op_registry};

use spectrum::{BANDS, Spectrum};

/// Made by `tests/ears/train`: `spectrum`, 1 × frames of 10 ms × [`BANDS`], to `letters`, 1 × frames of 40 ms × [`LETTERS`],
/// as logarithms.
const NET: &[u8] = include_bytes!("letters/net.onnx");
/// None, and a to z.
const LETTERS: usize = 27;
/// Frames of spectrum: 0.3 s.
const SHORTEST: usize = 30;

type Frame = [f32; LETTERS];

/// The loaded net.
pub struct Letters {
    model: Model,
    input: NodeId,
    output: NodeId,
    spectrum: Spectrum,
    /// One thread: the session's sound is worth more than a second core.
    pool: Arc<ThreadPool>,
}

impl Letters {
    /// # Errors
    /// In words, when the net is none.
    pub fn load() -> Result<Self, String> {
        let mut options = ModelOptions::with_ops(operators());
        // The weights stay in 8 bits until each is needed: 4 MB less, and no slower.
        options.enable_optimization(false);
        let model = options.load_static_slice(NET).map_err(|error| error.to_string())?;
        let node = |name: &str| model.find_node(name).ok_or_else(|| format!("it has no `{name}`"));
        Ok(Self {
            input: node("spectrum")?,
            output: node("letters")?,
            spectrum: Spectrum::new(),
            pool: Arc::new(ThreadPool::with_num_threads(1)),
            model,
        })
    }

    /// The letters of a sound, mono at 16 kHz; nothing if it is too short.
    pub fn read(&self, sound: &[f32]) -> Option<Spelling> {
        let spectrum = self.spectrum.of(sound);
        let frames = spectrum.len() / BANDS;
        let spectrum = Value::from_shape([1, frames, BANDS], spectrum).ok().filter(|_| frames >= SHORTEST)?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let answers =
            self.model.run(vec![(self.input, spectrum.into())], &[self.output], Some(options)).ok()?;
        let Some(Value::FloatTensor(letters)) = answers.into_iter().next() else { return None };
        Some(Spelling::new(letters.into_data().as_chunks().0.to_vec()))
    }
}

/// What letters there are in a sound.
#[derive(Clone, Debug)]
pub struct Spelling {
    frames: Vec<Frame>,
    /// The logarithm of what is likeliest.
    best: f32,
}

impl Spelling {
    fn new(frames: Vec<Frame>) -> Self {
        let best = frames.iter().map(likeliest).sum();
        Self { frames, best }
    }

    /// How much less likely it is that these words were said than whatever is likeliest, as a logarithm: about 0 for what was
    /// said.
    pub fn fit(&self, words: &str) -> f32 {
        self.likelihood(&letters(words), false) - self.best
    }

    /// The same for words that others may have been said before or after.
    pub fn fit_within(&self, words: &str) -> f32 {
        self.likelihood(&letters(words), true) - self.best
    }

    /// How many letters there are, taking what is likeliest in each frame.
    pub fn letters(&self) -> usize {
        let best = |frame: &Frame| {
            frame.iter().enumerate().max_by(|one, two| one.1.total_cmp(two.1)).map(|(at, _)| at)
        };
        let mut before = Some(0);
        let begins = |now: &Option<usize>| std::mem::replace(&mut before, *now) != *now && *now != Some(0);
        self.frames.iter().map(best).filter(begins).count()
    }

    /// The sum over all ways to spread the letters over the frames, with any silence between them; after A. Graves et al.,
    /// "Connectionist temporal classification" (2006). `within`: the best of such sums over a part of the frames, with whatever
    /// is likeliest around it.
    fn likelihood(&self, letters: &[usize], within: bool) -> f32 {
        let states: Vec<usize> =
            std::iter::once(0).chain(letters.iter().flat_map(|letter| [*letter, 0])).collect();
        // Two states stand before the first. Nothing is ever in the one, and the other is the way in.
        let mut now = vec![f32::NEG_INFINITY; states.len() + 2];
        let (mut before, mut best) = (0.0, f32::NEG_INFINITY);
        for (at, frame) in self.frames.iter().enumerate() {
            if let Some(way_in) = now.get_mut(1).filter(|_| within || at == 0) {
                *way_in = before;
            }
            now = step(&now, &states, frame);
            before += likeliest(frame);
            let ended =
                now.iter().rev().take(2.min(states.len())).fold(f32::NEG_INFINITY, |sum, way| add(sum, *way));
            if within || at + 1 == self.frames.len() {
                best = f32::max(best, ended + self.best - before);
            }
        }
        best
    }
}

/// One frame on: from each state, the one before it, and over a silence between two different letters.
fn step(now: &[f32], states: &[usize], frame: &Frame) -> Vec<f32> {
    let mut next = vec![f32::NEG_INFINITY; 2];
    for (at, state) in states.iter().enumerate() {
        let [two, one, same] = [0, 1, 2].map(|back| now.get(at + back).copied().unwrap_or(f32::NEG_INFINITY));
        let skips = *state != 0 && at.checked_sub(2).and_then(|at| states.get(at)) != Some(state);
        let from = add(add(same, one), if skips { two } else { f32::NEG_INFINITY });
        next.push(from + frame.get(*state).copied().unwrap_or(f32::NEG_INFINITY));
    }
    next
}

/// a to z as 1 to 26.
fn letters(words: &str) -> Vec<usize> {
    let letter = |letter: char| letter.is_ascii_lowercase().then(|| letter as usize - 'a' as usize + 1);
    words.chars().filter_map(letter).collect()
}

fn likeliest(frame: &Frame) -> f32 {
    frame.iter().copied().fold(f32::MIN, f32::max)
}

/// The logarithm of the sum.
fn add(one: f32, other: f32) -> f32 {
    let (more, less) = if one > other { (one, other) } else { (other, one) };
    // What is a millionth of it adds nothing.
    if less == f32::NEG_INFINITY || less < more - 14.0 { more } else { more + (less - more).exp().ln_1p() }
}

/// What this net is made of. The linker leaves all others out.
fn operators() -> OpRegistry {
    op_registry!(
        Add,
        Clip,
        Concat,
        Conv,
        DequantizeLinear,
        Div,
        Expand,
        Gather,
        LeakyRelu,
        LogSoftmax,
        MaxPool,
        Mul,
        Relu,
        Slice,
        Transpose,
        Unsqueeze
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Vec<Frame> {
        let frame = |letter: char| {
            let mut frame = [(0.1_f32 / 26.0).ln(); LETTERS];
            let at = if letter == ' ' { 0 } else { letter as usize - 'a' as usize + 1 };
            frame[at] = 0.9_f32.ln();
            frame
        };
        text.chars().map(frame).collect()
    }

    #[test]
    fn what_was_spelt_fits() {
        let spelling = Spelling::new(frames("  ss t oo  pp "));
        assert!(spelling.fit("stop") > -0.1);
        assert!((-14.0..-8.0).contains(&spelling.fit("step")), "{}", spelling.fit("step"));
        assert!(spelling.fit("stoop") < -3.0, "a letter that comes twice needs a break");
        assert!(spelling.fit("") < -20.0);
    }

    #[test]
    fn a_word_among_others_fits_within() {
        let spelling = Spelling::new(frames("o h  p l ea s e  st oo p  now "));
        assert!(spelling.fit("stop") < -20.0);
        assert!(spelling.fit_within("stop") > -0.5, "{}", spelling.fit_within("stop"));
        assert!(spelling.fit_within("step") < -4.0, "{}", spelling.fit_within("step"));
        assert!(spelling.fit_within("oh please stop now") > -0.5);
        assert!(spelling.fit_within("stop now") <= spelling.fit_within("stop") + 0.1);
    }

    #[test]
    fn letters_are_counted() {
        assert_eq!(Spelling::new(frames("  ss t oo  pp s s ")).letters(), 6);
        assert_eq!(Spelling::new(frames("   ")).letters(), 0);
    }

    #[test]
    fn words_longer_than_the_sound_do_not_fit() {
        assert!(Spelling::new(frames("st")).fit("stop") < -1e6);
        assert!(Spelling::new(Vec::new()).fit("stop") < -1e6);
    }

    #[test]
    fn all_ways_to_say_it_count() {
        // One letter over two frames: three ways.
        let half = [0.5_f32.ln(); LETTERS];
        let likelihood = Spelling::new(vec![half; 2]).likelihood(&[1], false);
        assert!((likelihood.exp() - 0.75).abs() < 1e-5, "{likelihood}");
    }

    #[test]
    fn the_net_answers() {
        let letters = Letters::load().unwrap();
        assert!(letters.read(&[0.0; 1_000]).is_none());
        let silence = letters.read(&vec![0.0; 24_000]).unwrap();
        assert!(silence.fit("") > silence.fit("stop") + 5.0);
    }
}
