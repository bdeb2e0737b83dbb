//! A sound, ready to be mixed.

use std::sync::Arc;

use super::vowel;
use crate::frames::Frames;

/// Mono samples at [`crate::frames::RATE`], already at the programme's loudness. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    samples: Arc<[f32]>,
    onset: Frames,
}

impl Clip {
    #[must_use]
    pub fn new(samples: impl Into<Arc<[f32]>>) -> Self {
        Self { samples: samples.into(), onset: Frames::ZERO }
    }

    /// The same for a voice's samples, which may begin with a consonant.
    #[must_use]
    pub fn spoken(samples: impl Into<Arc<[f32]>>) -> Self {
        let samples = samples.into();
        Self { onset: vowel::onset(&samples), samples }
    }

    /// Where it is heard to begin: at its first vowel.
    #[must_use]
    pub fn onset(&self) -> Frames {
        self.onset
    }

    #[must_use]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    #[must_use]
    pub fn len(&self) -> Frames {
        Frames(self.samples.len() as u64)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }
}
