//! Attention with two heads: each row becomes a mixture of all rows. Owns the order of its sums, which is the same on
//! every processor; has no weights.

use rten_simd::SimdOp;

use super::wide::{Work, softmax};

const HEADS: usize = 2;

/// `rows` hold query, key and value side by side, each `width` wide; `out` is `width` wide.
pub fn attend(rows: &[f32], width: usize, out: &mut [f32]) {
    let head = width / HEADS;
    for at in 0..HEADS {
        let part = |part: usize| {
            let start = part * width + at * head;
            rows.chunks_exact(3 * width).filter_map(move |row| row.get(start..start + head))
        };
        let (keys, values) = (columns(&part(1), head), part(2).flatten().copied().collect::<Vec<f32>>());
        let outs = out.chunks_exact_mut(width).filter_map(|row| row.get_mut(at * head..(at + 1) * head));
        for (query, out) in part(0).zip(outs) {
            mix(query, &keys, &values, out);
        }
    }
}

/// Rows to a row for each of their columns.
fn columns<'rows>(rows: &(impl Iterator<Item = &'rows [f32]> + Clone), width: usize) -> Vec<f32> {
    (0..width).flat_map(|at| rows.clone().filter_map(move |row| row.get(at).copied())).collect()
}

/// The values, each as heavy as its key is like the query. `keys` has a row for each column, `values` for each key.
fn mix(query: &[f32], keys: &[f32], values: &[f32], out: &mut [f32]) {
    let head = query.len().max(1);
    let count = keys.len() / head;
    let mut weights = vec![0.0_f32; count];
    let work = Work(
        #[inline(always)]
        || {
            for (query, keys) in query.iter().zip(keys.chunks_exact(count.max(1))) {
                for (weight, key) in weights.iter_mut().zip(keys) {
                    *weight = query.mul_add(*key, *weight);
                }
            }
            softmax(&mut weights, 1.0 / (head as f32).sqrt());
            out.fill(0.0);
            for (weight, values) in weights.iter().zip(values.chunks_exact(head)) {
                for (out, value) in out.iter_mut().zip(values) {
                    *out = weight.mul_add(*value, *out);
                }
            }
        },
    );
    work.dispatch();
}
