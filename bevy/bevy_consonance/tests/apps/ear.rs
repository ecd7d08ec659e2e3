//! An output that remembers the last moments, so that tests can ask from which side they were heard.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bevy_consonance::consonance::audio::{Output, OutputError, StereoBlock};

/// 300 ms: longer than any fade, and much shorter than `PATIENCE`.
const BLOCKS: usize = 30;
/// The mean square above which sound counts as audible, −60 dB.
const AUDIBLE: f32 = 1e-6;

/// Keeps the latest audio. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Ear(Arc<Mutex<VecDeque<[f32; 2]>>>);

impl Ear {
    /// Whether all of the last moments were on the left: twice the amplitude of the right side.
    pub(crate) fn hears_left(&self) -> bool {
        self.all(|[left, right]| left > AUDIBLE && left > 4.0 * right)
    }

    /// The same on the right.
    pub(crate) fn hears_right(&self) -> bool {
        self.all(|[left, right]| right > AUDIBLE && right > 4.0 * left)
    }

    /// Whether all of the last moments were equally loud on both sides, within 1 dB.
    pub(crate) fn hears_middle(&self) -> bool {
        self.all(|[left, right]| left > AUDIBLE && (0.8..1.25).contains(&(left / right)))
    }

    pub(crate) fn hears_nothing(&self) -> bool {
        self.all(|[left, right]| left <= AUDIBLE && right <= AUDIBLE)
    }

    fn all(&self, is_so: impl Fn([f32; 2]) -> bool) -> bool {
        let blocks = self.0.lock().unwrap();
        blocks.len() == BLOCKS && blocks.iter().all(|block| is_so(*block))
    }
}

impl Output for Ear {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let mean_square =
            |side: &[f32]| side.iter().map(|sample| sample * sample).sum::<f32>() / side.len() as f32;
        let mut blocks = self.0.lock().unwrap();
        if blocks.len() == BLOCKS {
            blocks.pop_front();
        }
        blocks.push_back([mean_square(&block.left), mean_square(&block.right)]);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
