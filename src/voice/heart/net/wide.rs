//! Loops over rows of numbers, compiled for the widest vectors that the processor has. Owns the order in which numbers
//! are added up: it is the same on every processor, and so are the results. Must not know the net.

// What is not inlined into its caller is compiled for the least that a processor can do.
#![allow(clippy::inline_always)]

use rten_simd::ops::{BitOps, FloatOps, NumOps};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};

/// Numbers in a row are added up in so many sums side by side, whatever a vector holds.
const LANES: usize = 16;
/// Adding it to a number under 2^22 leaves the nearest whole one in the lowest bits, halves to even.
const ROUND: f32 = 12_582_912.0;

/// Its closure must be `#[inline(always)]`, and may be called by reference only: what is called otherwise is compiled
/// on its own, for the least that a processor can do.
pub struct Work<F>(pub F);

impl<R, F: FnMut() -> R> SimdOp for Work<F> {
    type Output = R;

    #[inline(always)]
    fn eval<I: Isa>(mut self, _: I) -> R {
        (self.0)()
    }
}

/// Least and greatest of a tensor, and zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f32,
    pub high: f32,
}

/// `rows` of `taps` windows to sums: `out[t][c] = bias[c] + Σ taps[k][c] · rows[t + (k - middle) · step][c]`, and zero
/// beyond the ends. All three have `bias.len()` columns.
pub fn depthwise(rows: &[f32], taps: &[f32], bias: &[f32], step: usize, out: &mut [f32]) {
    let width = bias.len().max(1);
    let reach = taps.len() / width / 2 * step;
    let work = Work(
        #[inline(always)]
        || {
            for (at, out) in out.chunks_exact_mut(width).enumerate() {
                out.copy_from_slice(bias);
                for (tap, weights) in taps.chunks_exact(width).enumerate() {
                    let start = (at + tap * step).checked_sub(reach).map(|row| row * width);
                    let row = start.and_then(|start| rows.get(start..start + width)).unwrap_or_default();
                    for (out, (value, weight)) in out.iter_mut().zip(row.iter().zip(weights)) {
                        *out = value.mul_add(*weight, *out);
                    }
                }
            }
        },
    );
    work.dispatch();
}

/// Every row to mean 0 and variance 1, then times `gain`, plus `bias`.
pub fn norm(rows: &mut [f32], gain: &[f32], bias: &[f32]) {
    const EPSILON: f32 = 1e-5;
    let width = gain.len().max(1);
    let work = Work(
        #[inline(always)]
        || {
            for row in rows.chunks_exact_mut(width) {
                let mean = sum(row, |value| value) / width as f32;
                let square = |value: f32| (value - mean) * (value - mean);
                let scale = 1.0 / (sum(row, square) / width as f32 + EPSILON).sqrt();
                for (value, (gain, bias)) in row.iter_mut().zip(gain.iter().zip(bias)) {
                    *value = ((*value - mean) * scale).mul_add(*gain, *bias);
                }
            }
        },
    );
    work.dispatch();
}

#[inline(always)]
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (whole, rest) = row.as_chunks::<LANES>();
    for part in whole {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += of(*value);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|value| of(*value)).sum::<f32>()
}

/// `out = sums · scale + bias`, row by row.
pub fn scaled(sums: &[i32], scale: f32, bias: &[f32], out: &mut [f32]) {
    let width = bias.len().max(1);
    let work = Work(
        #[inline(always)]
        || {
            for (out, sums) in out.chunks_exact_mut(width).zip(sums.chunks_exact(width)) {
                for (out, (sum, bias)) in out.iter_mut().zip(sums.iter().zip(bias)) {
                    *out = *sum as f32 * scale + bias;
                }
            }
        },
    );
    work.dispatch();
}

/// The same through the Gaussian error linear unit.
pub fn scaled_gelu(sums: &[i32], scale: f32, bias: &[f32], out: &mut [f32]) {
    scaled(sums, scale, bias, out);
    gelus(out);
}

/// The same times `gain`, added to what is there.
pub fn scaled_onto(sums: &[i32], scale: f32, [bias, gain]: [&[f32]; 2], out: &mut [f32]) {
    let width = bias.len().max(1);
    let work = Work(
        #[inline(always)]
        || {
            for (out, sums) in out.chunks_exact_mut(width).zip(sums.chunks_exact(width)) {
                for ((out, sum), (bias, gain)) in out.iter_mut().zip(sums).zip(bias.iter().zip(gain)) {
                    *out += gain * (*sum as f32 * scale + bias);
                }
            }
        },
    );
    work.dispatch();
}

/// `x · Φ(x)` for every value.
pub fn gelus(values: &mut [f32]) {
    Gelu.map_mut(values);
}

/// By the error function as a quotient of polynomials in the square, right to 4e-7; its coefficients are those of Eigen.
struct Gelu;

impl SimdUnaryOp<f32> for Gelu {
    #[inline(always)]
    fn eval<I: Isa>(&self, isa: I, x: I::F32) -> I::F32 {
        const UP: [f32; 6] =
            [2.770_681_4e-8, -2.101_024e-6, -5.692_506_4e-5, -7.349_906e-4, -2.954_6e-3, -1.609_603_3e-2];
        const DOWN: [f32; 4] = [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2];
        let ops = isa.f32();
        let z = ops.mul(x, ops.splat(std::f32::consts::FRAC_1_SQRT_2));
        let z = ops.max(ops.min(z, ops.splat(4.0)), ops.splat(-4.0));
        let square = ops.mul(z, z);
        let mut up = ops.splat(-2.726_142_3e-10);
        for term in UP {
            up = ops.mul_add(up, square, ops.splat(term));
        }
        let mut down = ops.splat(-1.456_607_2e-5);
        for term in DOWN {
            down = ops.mul_add(down, square, ops.splat(term));
        }
        let erf = ops.div(ops.mul(z, up), down);
        let half = ops.mul(x, ops.splat(0.5));
        ops.mul_add(half, erf, half)
    }
}

/// Weights of `values`, times `scale` each: all positive, in sum 1.
#[inline(always)]
pub fn softmax(values: &mut [f32], scale: f32) {
    let most = values.iter().fold(f32::NEG_INFINITY, |most, value| most.max(*value));
    for value in values.iter_mut() {
        *value = exp((*value - most) * scale);
    }
    let whole = 1.0 / sum(values, |value| value);
    for value in values.iter_mut() {
        *value *= whole;
    }
}

/// Of numbers up to 0, right to the last bits: 2 to the whole part, by its bits, times a polynomial for the rest.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = if x > -87.0 { x } else { -87.0 };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let part = whole.mul_add(-std::f32::consts::LN_2, x);
    let mut power = 1.0 / 720.0;
    for term in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        power = part.mul_add(power, term);
    }
    let bits = (whole as i32 + 127) << 23;
    power * f32::from_bits(bits.cast_unsigned())
}

pub fn range(values: &[f32]) -> Range {
    let work = Work(
        #[inline(always)]
        || {
            let (mut low, mut high) = ([0.0_f32; LANES], [0.0_f32; LANES]);
            let (whole, rest) = values.as_chunks::<LANES>();
            for part in whole {
                for (low, value) in low.iter_mut().zip(part) {
                    *low = if *value < *low { *value } else { *low };
                }
                for (high, value) in high.iter_mut().zip(part) {
                    *high = if *value > *high { *value } else { *high };
                }
            }
            let low = low.iter().chain(rest).fold(0.0_f32, |least, value| least.min(*value));
            Range { low, high: high.iter().chain(rest).fold(0.0_f32, |most, value| most.max(*value)) }
        },
    );
    work.dispatch()
}

/// Each value as the nearest of 256 steps of `scale`, of which number `zero` is 0.
pub fn quantise(values: &[f32], scale: f32, zero: u8, out: &mut [u8]) {
    let (low, high) = (-f32::from(zero), 255.0 - f32::from(zero));
    let work = Work(
        #[inline(always)]
        || {
            for (out, value) in out.iter_mut().zip(values) {
                let step = value / scale;
                let step = if step > low { step } else { low };
                let step = if step < high { step } else { high };
                *out = ((step + ROUND).to_bits() as u8).wrapping_add(zero);
            }
        },
    );
    work.dispatch();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linear_unit_is_right_to_six_places() {
        let mut values = [-9.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 9.0];
        gelus(&mut values);
        let wanted = [0.0, -0.158_655, -0.154_269, 0.0, 0.345_731, 0.841_345, 1.954_5, 9.0];
        for (found, wanted) in values.iter().zip(wanted) {
            assert!((found - wanted).abs() < 2e-6, "{found} for {wanted}");
        }
    }

    #[test]
    fn steps_are_the_nearest_and_halves_go_to_even() {
        let mut out = [0; 7];
        quantise(&[-9.0, -1.0, -0.25, 0.0, 0.75, 1.25, 200.0], 0.5, 3, &mut out);
        assert_eq!(out, [0, 1, 3, 3, 5, 5, 255]);
        assert_eq!(range(&[1.0, 2.0, -3.0]), Range { low: -3.0, high: 2.0 });
        assert_eq!(range(&[4.0; 17]), Range { low: 0.0, high: 4.0 });
    }

    #[test]
    fn neighbours_are_as_far_as_the_step_and_nothing_is_beyond_the_ends() {
        let mut out = [0.0; 5];
        depthwise(&[1.0, 10.0, 100.0, 1000.0, 1e4], &[2.0, 3.0, 4.0], &[0.5], 2, &mut out);
        assert_eq!(out.as_slice(), [403.5, 4030.5, 40302.5, 3020.5, 30200.5].as_slice());
    }

    #[test]
    fn a_norm_has_mean_and_width_as_asked() {
        let mut rows = [1.0, 3.0, 5.0, 5.0];
        norm(&mut rows, &[2.0, 2.0], &[1.0, 1.0]);
        let wanted = [-1.0, 3.0, 1.0, 1.0];
        assert!(rows.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-4), "{rows:?}");
    }

    #[test]
    fn weights_sum_to_one() {
        let mut weights = [0.0, 2.0_f32.ln() * 2.0, -1e4];
        softmax(&mut weights, 0.5);
        let wanted = [1.0 / 3.0, 2.0 / 3.0, 0.0];
        assert!(
            weights.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-6),
            "{weights:?}"
        );
    }
}
