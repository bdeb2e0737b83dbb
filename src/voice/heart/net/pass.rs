//! The published net from end to end: phonemes are read twice, once for how they sound and once for how long and how
//! high; then they are laid out in time and made into frames. Owns the order of the layers; sums are in the others.

use super::dense::Dense;
use super::eight::{Eight, Steps};
use super::layers::{Attention, Block, Norm, Room};
use super::weights::Weights;
use super::wide;
use crate::voice::heart::signal::{ROW, Spectrum};

/// How far apart in time the neighbours are that a layer of the melody looks at.
const REACH: [usize; 6] = [1, 2, 4, 8, 1, 2];
/// Frames for each step of the melody.
const TWICE: usize = 2;
/// Pitch as the net has it, to Hz.
const HERTZ: f32 = 100.0;
/// The part of pitch in what frames are made from, and the column after it.
const PITCH: f32 = 1.0 / 5.0;
/// Frames that are written out together.
const TOGETHER: usize = 64;

/// Phonemes to rows.
struct Reader {
    table: Vec<f32>,
    width: usize,
    blocks: Vec<Block>,
    attention: Attention,
    times: usize,
    norm: Norm,
}

/// The whole net.
pub struct Pass {
    sound: Reader,
    melody: Reader,
    lengths: [Dense; 2],
    melody_in: Dense,
    melody_blocks: Vec<Block>,
    melody_out: Dense,
    frames_in: Dense,
    frames: Vec<Block>,
    norm: Norm,
    out: Eight,
}

impl Reader {
    fn new(
        weights: &Weights,
        name: &str,
        after: &str,
        into: [&str; 2],
        times: usize,
    ) -> Result<Self, String> {
        let norm = Norm::new(weights, &format!("{name}.norm"))?;
        let block = |at: usize| {
            Block::new(weights, &format!("{name}.convs.{at}"), [&format!("/convs.{at}"), after], 1)
        };
        Ok(Self {
            table: weights.floats(&format!("{name}.emb.weight"))?,
            width: norm.width(),
            blocks: (0..2).map(block).collect::<Result<_, _>>()?,
            attention: Attention::new(weights, &format!("{name}.attn"), into)?,
            times,
            norm,
        })
    }

    fn run(&self, ids: &[i32], room: &mut Room) -> Result<Vec<f32>, String> {
        let row = |id: &i32| self.table.chunks_exact(self.width).nth(usize::try_from(*id).ok()?);
        let mut rows = ids.iter().filter_map(row).flatten().copied().collect::<Vec<f32>>();
        for block in &self.blocks {
            block.run(&mut rows, room)?;
        }
        for _ in 0..self.times {
            self.attention.run(&mut rows, room)?;
        }
        self.norm.run(&mut rows);
        Ok(rows)
    }
}

impl Pass {
    /// # Errors
    /// In words, when a weight is missing.
    pub fn new(weights: &Weights) -> Result<Self, String> {
        let melody = |(at, step): (usize, &usize)| {
            Block::new(weights, &format!("pn.pro.{at}"), [&format!("/pro.{at}"), ""], *step)
        };
        let frames = |at: usize| Block::new(weights, &format!("m.dec.{at}"), [&format!("/dec.{at}"), ""], 1);
        Ok(Self {
            sound: Reader::new(weights, "m.text", "", ["/Transpose_2_output_0", ""], 4)?,
            melody: Reader::new(weights, "pn.text", "_1", ["/Transpose_25_output_0", "_4"], 6)?,
            lengths: [weights.dense("pn.dur.0", 3)?, weights.dense("pn.dur.2", 1)?],
            melody_in: weights.dense("pn.pro_in", 1)?,
            melody_blocks: REACH.iter().enumerate().map(melody).collect::<Result<_, _>>()?,
            melody_out: weights.dense("pn.pro_out", 1)?,
            frames_in: weights.dense("m.dec_in", 7)?,
            frames: (0..8).map(frames).collect::<Result<_, _>>()?,
            norm: Norm::new(weights, "m.dec_norm")?,
            out: weights.eight("/head/Transpose_output_0", "m.head.bias")?,
        })
    }

    /// # Errors
    /// In words, when the weights are not of this net's shape.
    pub fn run(&self, ids: &[i32], speed: f32) -> Result<Spectrum, String> {
        let mut room = Room::default();
        let sound = self.sound.run(ids, &mut room)?;
        let read = self.melody.run(ids, &mut room)?;
        let lengths = self.lengths(&read, speed);
        let melody = self.melody_in.run(&read, self.melody.width);
        let mut melody = laid_out(&melody, self.melody_in.outs, &lengths, 1);
        through(&self.melody_blocks, &mut melody, &mut room)?;
        let melody = self.melody_out.run(&melody, self.melody_in.outs);
        let (f0, second) = halves(&melody);
        let mut rows = laid_out(&sound, self.sound.width, &lengths, TWICE);
        rows = with_pitch(&rows, self.sound.width, &f0, &second);
        let mut rows = self.frames_in.run(&rows, self.sound.width + 2);
        through(&self.frames, &mut rows, &mut room)?;
        drop(room);
        Ok(Spectrum { f0, rows: self.written(rows)? })
    }

    /// Steps of the melody for each phoneme, one at least.
    fn lengths(&self, read: &[f32], speed: f32) -> Vec<usize> {
        let [first, last] = &self.lengths;
        let mut rows = first.run(read, self.melody.width);
        wide::gelus(&mut rows);
        let logs = last.run(&rows, first.outs);
        let steps = |log: &f32| (((f64::from(*log).exp() as f32) - 1.0) / speed).round_ties_even().max(1.0);
        logs.iter().map(|log| steps(log) as usize).collect()
    }

    /// The last rows as the spectrum has them; not all at once, since these are wide.
    fn written(&self, mut rows: Vec<f32>) -> Result<Vec<f32>, String> {
        self.norm.run(&mut rows);
        let mut steps = Steps::default();
        steps.fill(&rows, self.norm.width());
        let mut out = vec![0.0; steps.rows() * ROW];
        let mut sums = Vec::new();
        for (part, out) in out.chunks_mut(TOGETHER * ROW).enumerate() {
            self.out.products(&steps, part * TOGETHER, out.len() / ROW, &mut sums)?;
            wide::scaled(&sums, self.out.scale(&steps), self.out.bias(), out);
        }
        Ok(out)
    }
}

fn through(blocks: &[Block], rows: &mut [f32], room: &mut Room) -> Result<(), String> {
    blocks.iter().try_for_each(|block| block.run(rows, room))
}

/// Each row as often as `lengths` says, and `times` that.
fn laid_out(rows: &[f32], width: usize, lengths: &[usize], times: usize) -> Vec<f32> {
    let rows = rows.chunks_exact(width.max(1)).zip(lengths);
    rows.flat_map(|(row, length)| std::iter::repeat_n(row, times * length)).flatten().copied().collect()
}

/// Each step of the melody is two frames: their two pitches in Hz, then their two seconds.
fn halves(melody: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let steps = melody.as_chunks::<4>().0;
    let f0 = steps.iter().flat_map(|[a, b, _, _]| [a * HERTZ, b * HERTZ]).collect();
    (f0, steps.iter().flat_map(|[_, _, a, b]| [*a, *b]).collect())
}

fn with_pitch(rows: &[f32], width: usize, f0: &[f32], second: &[f32]) -> Vec<f32> {
    let log = |hertz: f32| f64::from(1.0 + hertz.max(0.0)).ln() as f32 * PITCH;
    let pitch = f0.iter().zip(second);
    let rows = rows.chunks_exact(width.max(1)).zip(pitch);
    rows.flat_map(|(row, (hertz, second))| row.iter().copied().chain([log(*hertz), *second])).collect()
}
