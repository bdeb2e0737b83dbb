//! The room as a filter that learns: a Kalman filter for each frequency, in partitions of one block. After G. Enzner and
//! P. Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free telephones" (2006), and
//! F. Kuech et al., "State-space architecture of the partitioned-block-based acoustic echo controller" (2014).
//!
//! It learns by how unsure it is and by how much else there is to hear, so it needs nobody to tell it who speaks.

use std::collections::VecDeque;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::BLOCK;

const FRAME: usize = 2 * BLOCK;
const BINS: usize = BLOCK + 1;

/// How well a room stays the same from block to block.
const SAME: f32 = 0.9995;

/// How much of the power of what is left is kept from block to block.
const SMOOTH: f32 = 0.8;

/// How unsure one is after it was moved, as a share of its own power.
const DOUBT: f32 = 0.05;

/// How unsure a new filter is, as the mean square of its values.
const UNSURE: f32 = 1.0;

type Bins = [Complex32; BINS];

/// One stretch of the room.
#[derive(Debug)]
struct Partition {
    room: Bins,
    unsure: [f32; BINS],
}

/// A room that is being learnt.
pub struct Filter {
    partitions: Vec<Partition>,
    played: VecDeque<Bins>,
    newest: [f32; BLOCK],
    /// The same without the delay.
    ahead: VecDeque<Bins>,
    newest_ahead: [f32; BLOCK],
    rest: [f32; BINS],
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("partitions", &self.partitions.len()).finish_non_exhaustive()
    }
}

impl Filter {
    /// A filter of `partitions` blocks.
    pub fn new(partitions: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let partition = |_| Partition { room: [Complex32::default(); BINS], unsure: [UNSURE; BINS] };
        Self {
            partitions: (0..partitions).map(partition).collect(),
            played: vec![[Complex32::default(); BINS]; partitions].into(),
            newest: [0.0; BLOCK],
            ahead: vec![[Complex32::default(); BINS]; partitions].into(),
            newest_ahead: [0.0; BLOCK],
            rest: [0.0; BINS],
            forward: planner.plan_fft_forward(FRAME),
            back: planner.plan_fft_inverse(FRAME),
        }
    }

    /// The room has changed altogether.
    pub fn forget(&mut self) {
        for partition in &mut self.partitions {
            partition.room.fill(Complex32::default());
            partition.unsure.fill(UNSURE);
        }
    }

    /// What would be heard of `played` if it came without any delay. Has to be given every block.
    pub fn predict(&mut self, played: &[f32; BLOCK]) -> [f32; BLOCK] {
        let newest = std::mem::replace(&mut self.newest_ahead, *played);
        let spectrum = self.spectrum(&newest, played);
        push(&mut self.ahead, &spectrum);
        self.echo(&self.ahead)
    }

    /// What was played before is of no use for [`predict`](Self::predict) any more.
    pub fn begin_anew(&mut self) {
        self.newest_ahead = [0.0; BLOCK];
        self.ahead.iter_mut().for_each(|played| played.fill(Complex32::default()));
    }

    /// The room is `rest` samples further away, and may be a little different.
    pub fn shift(&mut self, rest: f32) {
        let length = 2 * self.partitions.len() * BLOCK;
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let mut whole = vec![0.0; length];
        for (to, partition) in whole.chunks_exact_mut(BLOCK).zip(&self.partitions) {
            to.copy_from_slice(&self.samples(&mut partition.room.clone()).0);
        }
        let mut bins = forward.make_output_vec();
        // The lengths are right, so neither can fail.
        let _ = forward.process(&mut whole, &mut bins);
        let turn = -std::f32::consts::TAU * rest / length as f32;
        for (at, bin) in bins.iter_mut().enumerate() {
            *bin *= Complex32::from_polar(1.0 / length as f32, turn * at as f32);
        }
        if let Some(last) = bins.last_mut() {
            last.im = 0.0;
        }
        let _ = back.process(&mut bins, &mut whole);
        for (at, block) in whole.as_chunks().0.iter().enumerate().take(self.partitions.len()) {
            let room = self.spectrum(block, &[0.0; BLOCK]);
            let Some(partition) = self.partitions.get_mut(at) else { return };
            partition.room = room;
            for (unsure, room) in partition.unsure.iter_mut().zip(&partition.room) {
                *unsure = unsure.max(DOUBT * room.norm_sqr());
            }
        }
    }

    /// What was played, the oldest first, was other than it seemed. The room is still the same.
    pub fn replay(&mut self, played: impl Iterator<Item = [f32; BLOCK]>) {
        for played in played {
            self.push(&played);
        }
    }

    fn push(&mut self, played: &[f32; BLOCK]) {
        let newest = std::mem::replace(&mut self.newest, *played);
        let spectrum = self.spectrum(&newest, played);
        push(&mut self.played, &spectrum);
    }

    /// Takes out of `mic` what comes of `played`, gives it back, and learns from what is left.
    pub fn process(&mut self, mic: &mut [f32; BLOCK], played: &[f32; BLOCK]) -> [f32; BLOCK] {
        self.push(played);
        let echo = self.echo(&self.played);
        for (mic, echo) in mic.iter_mut().zip(echo) {
            *mic -= echo;
        }
        let left = self.spectrum(&[0.0; BLOCK], mic);
        self.learn(&left);
        echo
    }

    fn echo(&self, played: &VecDeque<Bins>) -> [f32; BLOCK] {
        let mut sum = [Complex32::default(); BINS];
        for (partition, played) in self.partitions.iter().zip(played) {
            for ((sum, room), played) in sum.iter_mut().zip(&partition.room).zip(played) {
                *sum += room * played;
            }
        }
        self.samples(&mut sum).1
    }

    fn learn(&mut self, left: &Bins) {
        for (rest, left) in self.rest.iter_mut().zip(left) {
            *rest = *rest * SMOOTH + left.norm_sqr() * (1.0 - SMOOTH);
        }
        let expected = self.expected();
        for at in 0..self.partitions.len() {
            let step = self.step(at, &expected, left);
            let step = self.causal(step);
            let Some(partition) = self.partitions.get_mut(at) else { return };
            for (room, step) in partition.room.iter_mut().zip(step) {
                *room += step;
            }
            for (unsure, room) in partition.unsure.iter_mut().zip(&partition.room) {
                *unsure = *unsure * SAME * SAME + (1.0 - SAME * SAME) * room.norm_sqr();
            }
        }
    }

    /// The power that is expected to be left: of the echo that is not known yet, and of everything else.
    fn expected(&self) -> [f32; BINS] {
        let mut expected = self.rest.map(|rest| rest + 1e-6);
        for (partition, played) in self.partitions.iter().zip(&self.played) {
            for ((expected, unsure), played) in expected.iter_mut().zip(&partition.unsure).zip(played) {
                *expected += 0.5 * unsure * played.norm_sqr();
            }
        }
        expected
    }

    /// What `left` says about one partition, which is surer afterwards.
    fn step(&mut self, at: usize, expected: &[f32; BINS], left: &Bins) -> Bins {
        let mut step = [Complex32::default(); BINS];
        let (Some(partition), Some(played)) = (self.partitions.get_mut(at), self.played.get(at)) else {
            return step;
        };
        let facts = expected.iter().zip(left).zip(played);
        for ((step, unsure), ((expected, left), played)) in
            step.iter_mut().zip(&mut partition.unsure).zip(facts)
        {
            let gain = *unsure / expected;
            *step = played.conj() * left * gain;
            *unsure *= (1.0 - 0.5 * gain * played.norm_sqr()).max(0.0);
        }
        step
    }

    /// Keeps what lies within one block: the rest is the circle of the transform.
    fn causal(&self, mut step: Bins) -> Bins {
        let (first, _) = self.samples(&mut step);
        self.spectrum(&first, &[0.0; BLOCK])
    }

    fn spectrum(&self, first: &[f32; BLOCK], second: &[f32; BLOCK]) -> Bins {
        let mut frame = [0.0; FRAME];
        let (one, two) = frame.split_at_mut(BLOCK);
        one.copy_from_slice(first);
        two.copy_from_slice(second);
        let mut bins = [Complex32::default(); BINS];
        // The lengths are right, so it cannot fail.
        let _ = self.forward.process(&mut frame, &mut bins);
        bins
    }

    fn samples(&self, bins: &mut Bins) -> ([f32; BLOCK], [f32; BLOCK]) {
        let mut frame = [0.0; FRAME];
        // The transform wants both ends without an imaginary part.
        let [first, .., last] = bins;
        (first.im, last.im) = (0.0, 0.0);
        let _ = self.back.process(bins, &mut frame);
        let frame = frame.map(|sample| sample / FRAME as f32);
        let half = |chunk: Option<&[f32; BLOCK]>| chunk.copied().unwrap_or([0.0; BLOCK]);
        (half(frame.first_chunk()), half(frame.last_chunk()))
    }
}

fn push(past: &mut VecDeque<Bins>, newest: &Bins) {
    past.rotate_right(1);
    if let Some(first) = past.front_mut() {
        *first = *newest;
    }
}
