//! The published file: whether it is the net that [`super::pass`] computes, and its weights by name. Must not compute.

use std::collections::HashMap;

use rten_onnx::onnx::{AttributeProto, GraphProto, ModelProto, TensorProto};

use super::dense::{Dense, PANEL};
use super::eight::Eight;

/// The digest of all operators, names and settings of the nets that were published in this shape.
const SHAPE: &str = "1ea7fe28593b366fcc177693c5995db27b09dd76c7c16dfbe2aa397cbeba5166";
/// What the names of a matrix of 8 bit steps end in; beside it are its `_scale` and its `_zero_point`, which is 0.
const MATRIX: &str = "_quantized";

/// The numbers of a file.
pub struct Weights {
    tensors: HashMap<String, TensorProto>,
}

impl Weights {
    /// Nothing, when the bytes are another net, or none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let graph = ModelProto::parse_buf(bytes).ok()?.graph?;
        if shape(&graph) != SHAPE {
            return None;
        }
        let named = graph.initializer.into_iter().filter_map(|tensor| Some((tensor.name.clone()?, tensor)));
        Some(Self { tensors: named.collect() })
    }

    /// # Errors
    /// In words, when there is no such tensor.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>, String> {
        let tensor = self.tensors.get(name).ok_or_else(|| format!("it has no `{name}`"))?;
        let Some(raw) = &tensor.raw_data else { return Ok(tensor.float_data.clone()) };
        let raw = raw.borrow();
        Ok(raw.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// The matrix `name` of 8 bit steps with the bias `bias`.
    ///
    /// # Errors
    /// In words, when one is missing.
    pub fn eight(&self, name: &str, bias: &str) -> Result<Eight, String> {
        let full = format!("{name}{MATRIX}");
        let tensor = self.tensors.get(&full).ok_or_else(|| format!("it has no `{full}`"))?;
        let raw =
            tensor.raw_data.as_ref().map(|raw| raw.borrow().iter().map(|byte| byte.cast_signed()).collect());
        let scale = self.floats(&format!("{name}_scale"))?.first().copied().unwrap_or_default();
        Ok(Eight::new(&raw.unwrap_or_else(Vec::new), scale, self.floats(bias)?))
    }

    /// A convolution's kernel for each channel on its own: `[channels, 1, taps]` to a row for each tap.
    ///
    /// # Errors
    /// In words, when it is missing.
    pub fn taps(&self, name: &str, channels: usize) -> Result<Vec<f32>, String> {
        Ok(turned(&self.floats(name)?, channels))
    }

    /// A convolution over all channels, `[out, in, taps]`, and its bias.
    ///
    /// # Errors
    /// In words, when one is missing.
    pub fn dense(&self, name: &str, taps: usize) -> Result<Dense, String> {
        let bias = self.floats(&format!("{name}.bias"))?;
        let values = self.floats(&format!("{name}.weight"))?;
        let outs = bias.len().max(1);
        let by_tap: Vec<f32> = values
            .chunks_exact((values.len() / outs).max(1))
            .flat_map(|out| turned(out, out.len() / taps))
            .collect();
        let rows = turned(&by_tap, outs);
        // Its few columns more are never read.
        let width = outs.next_multiple_of(PANEL);
        let panels = (0..width / PANEL).flat_map(|panel| {
            let rows = rows.chunks_exact(outs);
            rows.flat_map(move |row| {
                (0..PANEL).map(move |at| row.get(panel * PANEL + at).copied().unwrap_or(0.0))
            })
        });
        Ok(Dense { panels: panels.collect(), bias: padded(&bias, width), outs, taps })
    }
}

fn padded(values: &[f32], width: usize) -> Vec<f32> {
    values.iter().copied().chain(std::iter::repeat(0.0)).take(width).collect()
}

/// `rows` rows to columns.
fn turned(values: &[f32], rows: usize) -> Vec<f32> {
    let width = values.len() / rows.max(1);
    (0..width).flat_map(|at| values.iter().skip(at).step_by(width.max(1)).copied()).collect()
}

fn shape(graph: &GraphProto) -> String {
    let mut hasher = blake3::Hasher::new();
    for node in &graph.node {
        let names = node.op_type.iter().chain(&node.input).chain(&node.output);
        names.for_each(|name| add(&mut hasher, name.as_bytes()));
        node.attribute.iter().for_each(|attribute| setting(&mut hasher, attribute));
    }
    for tensor in &graph.initializer {
        add(&mut hasher, tensor.name.as_deref().unwrap_or_default().as_bytes());
        let numbers =
            tensor.dims.iter().copied().chain(tensor.int32_data.iter().map(|zero| i64::from(*zero)));
        numbers.for_each(|number| add(&mut hasher, &number.to_le_bytes()));
    }
    hasher.finalize().to_hex().to_string()
}

fn setting(hasher: &mut blake3::Hasher, attribute: &AttributeProto) {
    attribute.i.iter().chain(&attribute.ints).for_each(|number| add(hasher, &number.to_le_bytes()));
    attribute.f.iter().for_each(|number| add(hasher, &number.to_le_bytes()));
    if let Some(raw) = attribute.t.as_ref().and_then(|tensor| tensor.raw_data.as_ref()) {
        add(hasher, &raw.borrow());
    }
}

fn add(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
}
