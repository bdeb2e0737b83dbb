//! The neural net: phoneme ids to a spectrum. Owns the weights and the runtime; must not know text or samples.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, OpRegistry, RunError, RunOptions, ThreadPool, Value, op_registry};

use super::signal::{BINS, ROW, Spectrum};

const INPUTS: [&str; 2] = ["ids", "speed"];
const OUTPUTS: [&str; 6] = ["lh", "theta", "ln", "lr", "phi", "f0"];

/// The loaded net.
pub struct Net {
    model: Model,
    inputs: [NodeId; 2],
    outputs: [NodeId; 6],
    /// One thread: lines are short, and the session's sound is worth more than a second core.
    pool: Arc<ThreadPool>,
}

impl Net {
    /// # Errors
    /// In words, when the bytes are another kind of net. They must be whole: some torn ones are read for ever.
    pub fn load(bytes: Vec<u8>) -> Result<Self, String> {
        let mut options = ModelOptions::with_ops(operators());
        options.prepack_weights(true);
        let model = options.load(bytes).map_err(|error| error.to_string())?;
        let node = |name: &str| model.find_node(name).ok_or_else(|| format!("it has no `{name}`"));
        let [ids, speed] = INPUTS.map(node);
        let [lh, theta, ln, lr, phi, f0] = OUTPUTS.map(node);
        let (inputs, outputs) = ([ids?, speed?], [lh?, theta?, ln?, lr?, phi?, f0?]);
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
        let rows = rows(answers, f0.len())?;
        Ok(Spectrum { f0, rows })
    }
}

/// What this kind of net is made of. The linker leaves all others out.
pub(super) fn operators() -> OpRegistry {
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

/// The five parts, each with a row for every bin, to one row for every frame.
fn rows(parts: Vec<Value>, frames: usize) -> Result<Vec<f32>, String> {
    let mut rows = vec![0.0; frames * ROW];
    for (part, value) in parts.into_iter().enumerate() {
        let values = floats(Some(value))?;
        if values.len() != BINS * frames {
            return Err(format!("it answers in {} values for {frames} frames", values.len()));
        }
        for (bin, values) in values.chunks_exact(frames.max(1)).enumerate() {
            for (out, value) in rows.iter_mut().skip(part * BINS + bin).step_by(ROW).zip(values) {
                *out = *value;
            }
        }
    }
    Ok(rows)
}
