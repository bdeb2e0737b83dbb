//! The neural net: phoneme ids to samples. Owns the weights and the runtime; must not know text.
//!
//! The net draws two lots of chance by itself. They are given to it from here, so that a line sounds the same each time:
//! the net is asked first how long the line becomes, since the second lot has that length.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, OpRegistry, RunOptions, ThreadPool, Value, op_registry};
use rten_tensor::Layout;

use crate::voice::dice::Dice;

const SEED: u64 = 0x7069_7065_7231;
/// Values of each chance: for a phoneme's length, and for a frame's sound.
const OF_LENGTH: usize = 2;

/// How it speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much sounds vary.
    pub noise: f32,
    /// 1 for its own pace, 2 for half as fast.
    pub length: f32,
    /// How much lengths vary.
    pub noise_of_length: f32,
}

/// The loaded net.
pub struct Net {
    model: Model,
    ids: NodeId,
    lengths: NodeId,
    scales: NodeId,
    /// The first of several speakers is chosen.
    speaker: Option<NodeId>,
    chance_of_length: NodeId,
    /// Has the shape of the other chance.
    frames: NodeId,
    chance: NodeId,
    output: NodeId,
    /// One thread: the session's sound is worth more than a second core.
    pool: Arc<ThreadPool>,
}

impl Net {
    /// # Errors
    /// In words, when the bytes are another kind of net. They must be whole: some torn ones are read for ever.
    pub fn load(bytes: Vec<u8>, speakers: usize) -> Result<Self, String> {
        let mut options = ModelOptions::with_ops(operators());
        options.prepack_weights(true);
        let model = options.load(bytes).map_err(|error| error.to_string())?;
        let node = |name: &str| model.find_node(name).ok_or_else(|| format!("it has no `{name}`"));
        Ok(Self {
            ids: node("input")?,
            lengths: node("input_lengths")?,
            scales: node("scales")?,
            speaker: (speakers > 1).then(|| node("sid")).transpose()?,
            chance_of_length: node("/dp/RandomNormalLike_output_0")?,
            frames: node("/Transpose_3_output_0")?,
            chance: node("/RandomNormalLike_output_0")?,
            output: node("output")?,
            pool: Arc::new(ThreadPool::with_num_threads(1)),
            model,
        })
    }

    /// # Errors
    /// In words, when the net does not take the ids or answers in another shape.
    pub fn run(&self, ids: &[i32], settings: &Settings) -> Result<Vec<f32>, String> {
        let mut dice = Dice::new(SEED);
        let mut given = self.given(ids, settings)?;
        given.push((self.chance_of_length, chance(&mut dice, [1, OF_LENGTH, ids.len()])?));
        let frames = self.ask(given.clone(), self.frames)?;
        let shape = <[usize; 3]>::try_from(&frames.shape()[..]).ok();
        let shape = shape.ok_or("it does not say how long the line becomes")?;
        given.push((self.chance, chance(&mut dice, shape)?));
        match self.ask(given, self.output)? {
            Value::FloatTensor(samples) => Ok(samples.into_data()),
            _ => Err("it does not answer in samples".into()),
        }
    }

    fn given(&self, ids: &[i32], settings: &Settings) -> Result<Vec<(NodeId, Value)>, String> {
        let length = i32::try_from(ids.len()).map_err(|error| error.to_string())?;
        let scales = vec![settings.noise, settings.length, settings.noise_of_length];
        let mut given = vec![
            (self.ids, Value::from_shape([1, ids.len()], ids.to_vec()).map_err(|error| error.to_string())?),
            (self.lengths, Value::from_shape([1], vec![length]).map_err(|error| error.to_string())?),
            (self.scales, Value::from_shape([3], scales).map_err(|error| error.to_string())?),
        ];
        if let Some(speaker) = self.speaker {
            given.push((speaker, Value::from_shape([1], vec![0_i32]).map_err(|error| error.to_string())?));
        }
        Ok(given)
    }

    fn ask(&self, given: Vec<(NodeId, Value)>, wanted: NodeId) -> Result<Value, String> {
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let given = given.into_iter().map(|(node, value)| (node, value.into())).collect();
        let answers = self.model.run(given, &[wanted], Some(options)).map_err(|error| error.to_string())?;
        answers.into_iter().next().ok_or_else(|| "it does not answer".into())
    }
}

fn chance(dice: &mut Dice, shape: [usize; 3]) -> Result<Value, String> {
    let count = shape.iter().product();
    let values: Vec<f32> = std::iter::repeat_with(|| dice.gaussian()).flatten().take(count).collect();
    Value::from_shape(shape, values).map_err(|error| error.to_string())
}

/// What this kind of net is made of. The linker leaves all others out.
fn operators() -> OpRegistry {
    op_registry!(
        Add,
        And,
        Cast,
        Ceil,
        Clip,
        Concat,
        ConstantOfShape,
        Conv,
        ConvTranspose,
        CumSum,
        Div,
        Equal,
        Erf,
        Exp,
        Expand,
        Gather,
        GatherElements,
        GatherND,
        GreaterOrEqual,
        LeakyRelu,
        Less,
        LessOrEqual,
        MatMul,
        Mul,
        Neg,
        NonZero,
        Not,
        Pad,
        Pow,
        RandomNormalLike,
        Range,
        ReduceMax,
        ReduceMean,
        ReduceSum,
        Relu,
        Reshape,
        ScatterND,
        Shape,
        Sigmoid,
        Slice,
        Softmax,
        Softplus,
        Split,
        Sqrt,
        Squeeze,
        Sub,
        Tanh,
        Transpose,
        Unsqueeze,
        Where
    )
}
