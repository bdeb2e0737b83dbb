//! A convolution over all channels, in numbers of 32 bits. Owns its weights and the order of their sums, which is the
//! same on every processor; must not know the net.

// What is not inlined into its caller is compiled for the least that a processor can do.
#![allow(clippy::inline_always)]

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp};

/// Columns that are worked on together.
pub const PANEL: usize = 32;
/// Rows that are worked on together.
const ROWS: usize = 4;

/// Weights in panels of [`PANEL`] columns, each with a row for every input of every tap.
pub struct Dense {
    pub panels: Vec<f32>,
    /// As long as there are columns in the panels.
    pub bias: Vec<f32>,
    pub outs: usize,
    pub taps: usize,
}

impl Dense {
    /// One row of [`Self::outs`] for each of `rows`, which have `width` columns; zero beyond the ends.
    pub fn run(&self, rows: &[f32], width: usize) -> Vec<f32> {
        let (count, edge) = (rows.len() / width.max(1), self.taps / 2 * width);
        let edge = std::iter::repeat_n(0.0, edge);
        let rows: Vec<f32> = edge.clone().chain(rows.iter().copied()).chain(edge).collect();
        let mut out = vec![0.0; count * self.bias.len()];
        Product { rows: &rows, step: width, panels: &self.panels, bias: &self.bias, out: &mut out }
            .dispatch();
        if self.outs == self.bias.len() {
            return out;
        }
        out.chunks_exact(self.bias.len()).flat_map(|row| row.iter().take(self.outs)).copied().collect()
    }
}

/// Windows of rows times a matrix: `out[t][c] = bias[c] + Σ weights[k][c] · rows[t · step + k]`.
struct Product<'a> {
    rows: &'a [f32],
    step: usize,
    panels: &'a [f32],
    bias: &'a [f32],
    out: &'a mut [f32],
}

impl SimdOp for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let width = self.bias.len();
        let depth = self.panels.len() / width.max(1);
        let windows: Vec<&[f32]> = self.rows.windows(depth).step_by(self.step).collect();
        for (windows, out) in windows.chunks(ROWS).zip(self.out.chunks_mut(ROWS * width)) {
            if let Some(four) = windows.first_chunk::<ROWS>() {
                block(isa, *four, self.panels, self.bias, out);
            } else {
                for (window, out) in windows.iter().zip(out.chunks_exact_mut(width)) {
                    block(isa, [*window], self.panels, self.bias, out);
                }
            }
        }
    }
}

#[inline(always)]
fn block<const COUNT: usize, I: Isa>(
    isa: I,
    rows: [&[f32]; COUNT],
    panels: &[f32],
    bias: &[f32],
    out: &mut [f32],
) {
    let lanes = isa.f32().len();
    let depth = rows.first().map_or(0, |row| row.len());
    for (at, panel) in panels.chunks_exact((depth * PANEL).max(1)).enumerate() {
        for column in (0..PANEL).step_by(2 * lanes) {
            let pair = at * PANEL + column;
            let sums = pairs(isa, &rows, panel, column, bias.get(pair..).unwrap_or_default());
            for (sums, out) in sums.into_iter().zip(out.chunks_exact_mut(bias.len())) {
                let out = out.get_mut(pair..pair + 2 * lanes).unwrap_or_default();
                for (sum, out) in sums.into_iter().zip(out.chunks_exact_mut(lanes)) {
                    isa.f32().store(sum, out);
                }
            }
        }
    }
}

/// Two vectors of columns for each row, in the order of `k`.
#[inline(always)]
fn pairs<const COUNT: usize, I: Isa>(
    isa: I,
    rows: &[&[f32]; COUNT],
    panel: &[f32],
    column: usize,
    bias: &[f32],
) -> [[I::F32; 2]; COUNT] {
    let ops = isa.f32();
    let mut sums = [ops.load_many::<2>(bias); COUNT];
    for (k, weights) in panel.chunks_exact(PANEL).enumerate() {
        let [left, right] = ops.load_many::<2>(weights.get(column..).unwrap_or_default());
        for (sums, row) in sums.iter_mut().zip(rows) {
            let value = ops.splat(row.get(k).copied().unwrap_or_default());
            *sums = [ops.mul_add(value, left, sums[0]), ops.mul_add(value, right, sums[1])];
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convolution_is_the_sum_over_its_window() {
        // One column of three taps over two inputs; the other columns of the panel are empty.
        let mut panels = vec![0.0; 6 * PANEL];
        for (weight, row) in [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].iter().zip(panels.chunks_exact_mut(PANEL)) {
            row[0] = *weight;
        }
        let mut bias = vec![0.0; PANEL];
        bias[0] = 0.5;
        let layer = Dense { panels, bias, outs: 1, taps: 3 };
        let rows: Vec<f32> = (0..10).map(|at| at as f32).collect();
        // Row t is [2t, 2t + 1]; five rows, so that one is left after four together.
        let wanted = [32.5, 70.5, 112.5, 154.5, 80.5];
        assert_eq!(layer.run(&rows, 2).as_slice(), wanted.as_slice());
    }
}
