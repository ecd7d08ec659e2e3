//! Values that are the same for all speakers in one block.

use crate::block::SamplePosition;
use crate::ramp::Ramp;
use crate::spatial::{Placing, Pose, SpatialSettings};

/// The listener's side of the mix.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// The position of the block on the playback clock.
    pub(super) now: SamplePosition,
    /// The listener's pose, if that is known.
    pub(super) listener: Option<Pose>,
    /// The spatial settings, as they were set.
    pub(super) spatial: SpatialSettings,
    /// The listener is known to wear headphones.
    pub(super) headphones: bool,
    /// The placement of voices that follows from `spatial` and `headphones`.
    pub(super) placing: Placing,
    /// The highest priority among the speakers.
    pub(super) top_priority: Option<u8>,
    /// Speakers are levelled to one loudness.
    pub(super) is_levelled: bool,
    /// All speakers are silent.
    pub(super) is_silent: bool,
    /// The gain of all speakers.
    pub(super) master_gain: Ramp,
}
