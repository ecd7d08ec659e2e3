//! The placement of one speaker in the mix: in the middle, or at its position.

use crate::block::BLOCK_SAMPLES;
use crate::mixer::sum::Sum;
use crate::spatial::{Placing, Pose, Spatializer, SpeakerPlace};

/// The way that a voice takes. One that once had a place goes through the spatializer until it falls silent, since only
/// that can bring it back to the middle without a jump.
#[derive(Debug)]
pub(super) struct Placement {
    spatializer: Spatializer,
    way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Silent,
    Middle,
    Space,
}

impl Placement {
    pub(super) fn new(placing: Placing) -> Self {
        Self { spatializer: Spatializer::placed(placing), way: Way::Silent }
    }

    pub(super) fn set_placing(&mut self, placing: Placing) {
        self.spatializer.set_placing(placing);
    }

    /// Adds a block to the mix. `scene` is where the speaker and the listener are, if both are known.
    pub(super) fn add(
        &mut self,
        sound: &[f32; BLOCK_SAMPLES],
        scene: Option<(SpeakerPlace, Pose)>,
        sum: &mut Sum,
    ) {
        match (self.way, scene) {
            (Way::Silent | Way::Middle, None) => {
                self.way = Way::Middle;
                for (mixed, sample) in sum.middle.iter_mut().zip(sound) {
                    *mixed += sample;
                }
                return;
            }
            (Way::Silent, Some(_)) => self.spatializer.reset(),
            (Way::Middle, Some(_)) => self.spatializer.reset_to_middle(),
            (Way::Space, _) => {}
        }
        self.way = Way::Space;
        let (place, listener) = scene.unzip();
        self.spatializer.render(sound, place, &listener.unwrap_or_default(), &mut sum.ears);
    }

    /// The voice is silent: brings out what the spatializer still has.
    pub(super) fn rest(&mut self, scene: Option<(SpeakerPlace, Pose)>, sum: &mut Sum) {
        if self.way == Way::Space {
            self.add(&[0.0; BLOCK_SAMPLES], scene, sum);
        }
        self.way = Way::Silent;
    }
}
