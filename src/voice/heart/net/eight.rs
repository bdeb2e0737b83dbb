//! Matrices of 8 bit steps times rows that are put on 8 bit steps first. Owns the packed weights; products are whole
//! numbers, so that every processor gets the same. Must not know the net's shape.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use super::wide;

/// Rows on 256 steps, as wide as the matrix they are for is deep, and what multiplies them.
#[derive(Default)]
pub struct Steps {
    gemm: GemmExecutor<u8, i8, i32>,
    values: Vec<u8>,
    zeros: Vec<u8>,
    scale: f32,
}

/// A matrix with its bias.
pub struct Eight {
    packed: PackedBMatrix<i8>,
    depth: usize,
    scale: f32,
    bias: Vec<f32>,
    /// What a column is multiplied by in the end.
    gain: Vec<f32>,
}

impl Steps {
    /// The steps reach from the least to the greatest value, and 0 is one of them.
    pub fn fill(&mut self, values: &[f32], width: usize) {
        let range = wide::range(values);
        let span = range.high - range.low;
        self.scale = if span > 0.0 { span / 255.0 } else { 1.0 };
        let zero = (-range.low / self.scale).round_ties_even().clamp(0.0, 255.0) as u8;
        self.values.resize(values.len(), 0);
        wide::quantise(values, self.scale, zero, &mut self.values);
        self.zeros.clear();
        self.zeros.resize(values.len() / width.max(1), zero);
    }

    pub fn rows(&self) -> usize {
        self.zeros.len()
    }
}

impl Eight {
    /// `values` has a row for each input; a bias for each column.
    pub fn new(values: &[i8], scale: f32, bias: Vec<f32>) -> Self {
        let depth = values.len() / bias.len().max(1);
        let packed = GemmExecutor::<u8, i8, i32>::new()
            .prepack_b(NdTensorView::from_data([depth, bias.len()], values));
        let gain = vec![1.0; bias.len()];
        Self { packed, depth, scale, bias, gain }
    }

    #[must_use]
    pub fn gained(self, gain: Vec<f32>) -> Self {
        Self { gain, ..self }
    }

    pub fn gain(&self) -> &[f32] {
        &self.gain
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    /// What a product of 1 is worth.
    pub fn scale(&self, steps: &Steps) -> f32 {
        steps.scale * self.scale
    }

    /// The products of `rows` rows of `steps` from row `from` on, a row of columns each.
    ///
    /// # Errors
    /// In words, when the shapes do not fit.
    pub fn products(
        &self,
        steps: &Steps,
        from: usize,
        rows: usize,
        out: &mut Vec<i32>,
    ) -> Result<(), String> {
        let values = steps.values.get(from * self.depth..(from + rows) * self.depth).unwrap_or_default();
        let zeros = steps.zeros.get(from..from + rows).unwrap_or_default();
        let matrix =
            NdTensorView::try_from_data([rows, self.depth], values).map_err(|_| "its shapes do not fit")?;
        out.resize(rows * self.bias.len(), 0);
        let options =
            GemmOptions { a_quant: Some(QuantParams { zero_point: zeros }), ..GemmOptions::default() };
        let gemm = &steps.gemm;
        gemm.gemm(out, GemmInputA::Unpacked(matrix), GemmInputB::Packed(&self.packed), options)
            .map_err(|error| error.to_string())
    }
}
