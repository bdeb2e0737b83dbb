//! The two kinds of layer that the net is made of. Owns their weights; must not know in which order they come.

use super::eight::{Eight, Steps};
use super::weights::Weights;
use super::{attend, wide};

/// What layers work in, so that none has to ask for memory.
#[derive(Default)]
pub struct Room {
    steps: Steps,
    sums: Vec<i32>,
    rows: Vec<f32>,
    wider: Vec<f32>,
}

/// To mean 0 and variance 1, with a gain and a bias.
pub struct Norm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

/// Each channel's neighbours in time, then all channels of a row, added to what was there.
pub struct Block {
    taps: Vec<f32>,
    bias: Vec<f32>,
    step: usize,
    norm: Norm,
    up: Eight,
    down: Eight,
}

/// All rows with each other, then all channels of a row, each added to what was there. It is done several times over.
pub struct Attention {
    before: Norm,
    into: Eight,
    out: Eight,
    after: Norm,
    up: Eight,
    down: Eight,
}

impl Norm {
    pub fn new(weights: &Weights, name: &str) -> Result<Self, String> {
        let part = |part: &str| weights.floats(&format!("{name}.{part}"));
        Ok(Self { gain: part("weight")?, bias: part("bias")? })
    }

    pub fn width(&self) -> usize {
        self.gain.len()
    }

    pub fn run(&self, rows: &mut [f32]) {
        wide::norm(rows, &self.gain, &self.bias);
    }
}

impl Room {
    /// Puts the norm of `rows` on steps.
    fn normed(&mut self, rows: &[f32], norm: &Norm) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        norm.run(&mut self.rows);
        self.steps.fill(&self.rows, norm.width());
    }

    /// The steps through two matrices and what is between, added to `rows`.
    fn forward(&mut self, up: &Eight, down: &Eight, rows: &mut [f32]) -> Result<(), String> {
        up.products(&self.steps, 0, self.steps.rows(), &mut self.sums)?;
        self.wider.resize(self.sums.len(), 0.0);
        wide::scaled_gelu(&self.sums, up.scale(&self.steps), up.bias(), &mut self.wider);
        self.steps.fill(&self.wider, down.depth());
        self.onto(down, rows)
    }

    fn onto(&mut self, matrix: &Eight, rows: &mut [f32]) -> Result<(), String> {
        matrix.products(&self.steps, 0, self.steps.rows(), &mut self.sums)?;
        wide::scaled_onto(&self.sums, matrix.scale(&self.steps), [matrix.bias(), matrix.gain()], rows);
        Ok(())
    }
}

impl Block {
    /// `matrix` is what the names of its two matrices begin with, and `after` what they end in.
    pub fn new(
        weights: &Weights,
        name: &str,
        [matrix, after]: [&str; 2],
        step: usize,
    ) -> Result<Self, String> {
        let norm = Norm::new(weights, &format!("{name}.norm"))?;
        let eight = |part: &str| {
            let matrix = format!("{matrix}/{part}{after}/Transpose_output_0");
            weights.eight(&matrix, &format!("{name}.{part}.bias"))
        };
        Ok(Self {
            taps: weights.taps(&format!("{name}.dw.weight"), norm.width())?,
            bias: weights.floats(&format!("{name}.dw.bias"))?,
            step,
            up: eight("pw1")?,
            down: eight("pw2")?.gained(weights.floats(&format!("{name}.gamma"))?),
            norm,
        })
    }

    pub fn run(&self, rows: &mut [f32], room: &mut Room) -> Result<(), String> {
        room.rows.resize(rows.len(), 0.0);
        wide::depthwise(rows, &self.taps, &self.bias, self.step, &mut room.rows);
        self.norm.run(&mut room.rows);
        room.steps.fill(&room.rows, self.norm.width());
        room.forward(&self.up, &self.down, rows)
    }
}

impl Attention {
    /// `into` is the name of the matrix for query, key and value, and `after` what those of the others end in.
    pub fn new(weights: &Weights, name: &str, [into, after]: [&str; 2]) -> Result<Self, String> {
        let eight = |part: &str, bias: &str| {
            weights.eight(&format!("/{part}{after}/Transpose_output_0"), &format!("{name}.{bias}bias"))
        };
        Ok(Self {
            before: Norm::new(weights, &format!("{name}.norm1"))?,
            into: weights.eight(into, &format!("{name}.self_attn.in_proj_bias"))?,
            out: eight("out_proj", "self_attn.out_proj.")?,
            after: Norm::new(weights, &format!("{name}.norm2"))?,
            up: eight("linear1", "linear1.")?,
            down: eight("linear2", "linear2.")?,
        })
    }

    pub fn run(&self, rows: &mut [f32], room: &mut Room) -> Result<(), String> {
        let width = self.before.width();
        room.normed(rows, &self.before);
        self.into.products(&room.steps, 0, room.steps.rows(), &mut room.sums)?;
        room.wider.resize(room.sums.len(), 0.0);
        wide::scaled(&room.sums, self.into.scale(&room.steps), self.into.bias(), &mut room.wider);
        room.rows.resize(rows.len(), 0.0);
        attend::attend(&room.wider, width, &mut room.rows);
        room.steps.fill(&room.rows, width);
        room.onto(&self.out, rows)?;
        room.normed(rows, &self.after);
        room.forward(&self.up, &self.down, rows)
    }
}
