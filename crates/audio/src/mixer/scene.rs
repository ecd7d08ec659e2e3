//! What is the same for all speakers in one block.

use crate::block::SamplePosition;
use crate::ramp::Ramp;
use crate::spatial::{Placing, Pose, SpatialSettings};

/// The listener's side of the mix.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// Where on the playback clock the block begins.
    pub(super) now: SamplePosition,
    /// Where the listener is, if that is known.
    pub(super) listener: Option<Pose>,
    /// As it was set.
    pub(super) spatial: SpatialSettings,
    /// The listener is known to wear headphones.
    pub(super) headphones: bool,
    /// What the two mean together.
    pub(super) placing: Placing,
    /// The highest priority among the speakers.
    pub(super) top_priority: Option<u8>,
    /// Speakers are brought to one loudness.
    pub(super) is_levelled: bool,
    /// Nothing is heard, whatever the speaker.
    pub(super) is_silent: bool,
    /// What all speakers are multiplied with in the end.
    pub(super) master_gain: Ramp,
}
