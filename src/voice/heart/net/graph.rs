//! Any net of the published interface, run by the runtime as its file says. Owns the runtime; must not know text or samples.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, OpRegistry, RunError, RunOptions, ThreadPool, Value, op_registry};

use crate::voice::heart::signal::{BINS, ROW, Spectrum};

const INPUTS: [&str; 2] = ["ids", "speed"];
const PITCH: &str = "f0";
const PARTS: [&str; 5] = ["lh", "theta", "ln", "lr", "phi"];
/// Where the published nets still have all parts of a frame side by side, as [`Spectrum`] wants them. Asked for this,
/// they do not take them apart, and nobody has to put them together again.
const ROWS: &str = "/head/Add_output_0";

/// The loaded net.
pub struct Graph {
    model: Model,
    inputs: [NodeId; 2],
    /// The rows, or the parts; then the pitch.
    outputs: Vec<NodeId>,
    /// One thread: lines are short, and the session's sound is worth more than a second core.
    pool: Arc<ThreadPool>,
}

impl Graph {
    /// # Errors
    /// In words, when the bytes are another kind of net. They must be whole: some torn ones are read for ever.
    pub fn load(bytes: Vec<u8>) -> Result<Self, String> {
        let mut options = ModelOptions::with_ops(operators());
        options.prepack_weights(true);
        let model = options.load(bytes).map_err(|error| error.to_string())?;
        let node = |name: &str| model.find_node(name).ok_or_else(|| format!("it has no `{name}`"));
        let [ids, speed] = INPUTS.map(node);
        let inputs = [ids?, speed?];
        let spectrum =
            node(ROWS).map_or_else(|_| PARTS.into_iter().map(node).collect(), |rows| Ok(vec![rows]));
        let mut outputs: Vec<NodeId> = spectrum?;
        outputs.push(node(PITCH)?);
        Ok(Self { model, inputs, outputs, pool: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// # Errors
    /// In words, when the net does not take the ids or answers in another shape.
    pub fn run(&self, ids: &[i32], speed: f32) -> Result<Spectrum, String> {
        let fail = |error: RunError| error.to_string();
        let tensor = Value::from_shape([1, ids.len()], ids.to_vec()).map_err(|error| error.to_string())?;
        let speed = Value::from_shape([1], vec![speed]).map_err(|error| error.to_string())?;
        let [ids, tempo] = self.inputs;
        let given = vec![(ids, tensor.into()), (tempo, speed.into())];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let mut answers = self.model.run(given, &self.outputs, Some(options)).map_err(fail)?;
        let f0 = floats(answers.pop())?;
        let rows = match <[Value; 1]>::try_from(answers) {
            Ok([rows]) => whole(floats(Some(rows))?, f0.len() * ROW, f0.len())?,
            Err(parts) => rows(parts, f0.len())?,
        };
        Ok(Spectrum { f0, rows })
    }
}

/// What this kind of net is made of. The linker leaves all others out.
pub fn operators() -> OpRegistry {
    op_registry!(
        Add,
        ArgMax,
        Cast,
        Clip,
        Concat,
        Conv,
        CumSum,
        Div,
        DynamicQuantizeLinear,
        Erf,
        Exp,
        Gather,
        GreaterOrEqual,
        LayerNormalization,
        Log,
        MatMul,
        MatMulInteger,
        Mul,
        Pow,
        Range,
        ReduceSum,
        Relu,
        Reshape,
        Round,
        Shape,
        Slice,
        Softmax,
        Split,
        Sub,
        Tile,
        Transpose,
        Unsqueeze
    )
}

fn floats(value: Option<Value>) -> Result<Vec<f32>, String> {
    match value {
        Some(Value::FloatTensor(tensor)) => Ok(tensor.into_data()),
        _ => Err("it does not answer in numbers".into()),
    }
}

fn whole(values: Vec<f32>, wanted: usize, frames: usize) -> Result<Vec<f32>, String> {
    if values.len() == wanted {
        return Ok(values);
    }
    Err(format!("it answers in {} values for {frames} frames", values.len()))
}

/// The five parts, each with a row for every bin, to one row for every frame.
fn rows(parts: Vec<Value>, frames: usize) -> Result<Vec<f32>, String> {
    let mut rows = vec![0.0; frames * ROW];
    for (part, value) in parts.into_iter().enumerate() {
        let values = whole(floats(Some(value))?, BINS * frames, frames)?;
        for (bin, values) in values.chunks_exact(frames.max(1)).enumerate() {
            for (out, value) in rows.iter_mut().skip(part * BINS + bin).step_by(ROW).zip(values) {
                *out = *value;
            }
        }
    }
    Ok(rows)
}
