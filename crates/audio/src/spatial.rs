//! Voices in space: one [`Spatializer`] per speaker turns its mono blocks into sound for the two ears.
//!
//! ```text
//! block ─▶ occlusion ─▶ panning or head model, × roll-off ─▶ added to left and right
//! ```
//!
//! Every value that depends on a pose moves evenly over one block, so neither a running speaker nor a turning head
//! clicks. There is no Doppler effect: voices keep their pitch.

pub mod axes;
mod hrtf;
mod occlusion;
mod one_pole;
mod panning;
mod placing;
mod pose;
mod roll_off;

use hrtf::Hrtf;
use occlusion::Occlusion;
use panning::Panning;
pub(crate) use placing::Placing;
use pose::{Bearing, Direction};
pub use pose::{Orientation, Pose};
use roll_off::DistanceRange;
pub use roll_off::{Curve, CurveError, CurvePoint, RollOff};

use crate::block::{BLOCK_SAMPLES, StereoBlock};

/// Louder samples than this are not sound, and would stay in the filters.
const INPUT_MAX: f32 = 16.0;

/// How a direction is made audible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpatialMode {
    /// The model of the head on headphones, panning on everything else and where neither is known; see
    /// [`Mixer::set_headphones`](crate::Mixer::set_headphones).
    #[default]
    Automatic,
    /// Equal-power panning between left and right, which leaves the far ear a quarter of the near ear's amplitude: for
    /// loudspeakers, and when processing time is short.
    Panning,
    /// The response of a measured head, with delay, shadow and outer ear: for headphones. Delays by 0.3 ms.
    Hrtf,
}

/// How voices are placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpatialSettings {
    /// The method of making a direction audible.
    pub mode: SpatialMode,
    /// How voices are attenuated with distance.
    pub roll_off: RollOff,
    /// Up to this distance in metres a voice has its full volume. Values below 0.01 count as that; NaN becomes the
    /// default.
    pub min_distance_m: f32,
    /// From this distance in metres on there is silence. Values below the minimum count as that; NaN becomes the
    /// default.
    pub max_distance_m: f32,
}

impl SpatialSettings {
    const DEFAULT_MIN_DISTANCE_M: f32 = 1.0;
    const DEFAULT_MAX_DISTANCE_M: f32 = 50.0;

    /// The amplitude factor of a voice from this place by its distance, 0 to 1, without occlusion. It is 1 if a
    /// position is not finite.
    pub(crate) fn gain(&self, place: &SpeakerPlace, listener: &Pose) -> f32 {
        Bearing::new(listener, place.position_m).map_or(1.0, |bearing| self.gain_at(bearing))
    }

    fn gain_at(&self, bearing: Bearing) -> f32 {
        self.roll_off.gain(bearing.distance_m, self.range())
    }

    fn range(&self) -> DistanceRange {
        DistanceRange::new(
            self.min_distance_m,
            self.max_distance_m,
            Self::DEFAULT_MIN_DISTANCE_M,
            Self::DEFAULT_MAX_DISTANCE_M,
        )
    }
}

impl Default for SpatialSettings {
    fn default() -> Self {
        Self {
            mode: SpatialMode::default(),
            roll_off: RollOff::default(),
            min_distance_m: Self::DEFAULT_MIN_DISTANCE_M,
            max_distance_m: Self::DEFAULT_MAX_DISTANCE_M,
        }
    }
}

/// The position of a voice.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SpeakerPlace {
    /// Position in metres, in the axes of [`Pose`].
    pub position_m: [f32; 3],
    /// Occlusion, from 0 (nothing in between) to 1 (a wall). Other values are clamped to that range, NaN becomes 0.
    pub occlusion: f32,
}

/// Places one speaker around the listener.
///
/// It allocates nothing, and buffers 2.5 ms of sound: one block of silence after the last one flushes that.
#[derive(Debug)]
pub struct Spatializer {
    settings: SpatialSettings,
    /// Whether nothing was processed since the start or the last reset, so there is no position to move from.
    fresh: bool,
    occlusion: Occlusion,
    panning: Panning,
    hrtf: Hrtf,
}

/// The target values of a block, reached at its end.
#[derive(Debug, Clone, Copy)]
struct Target {
    direction: Direction,
    panning_gain: f32,
    hrtf_gain: f32,
    occlusion: f32,
}

impl Spatializer {
    /// A speaker in its initial state.
    pub fn new(settings: SpatialSettings) -> Self {
        Self::placed(Placing::new(settings, false))
    }

    /// The same if it is known whether the listener wears headphones.
    pub(crate) fn placed(Placing { settings, head }: Placing) -> Self {
        Self {
            settings,
            fresh: true,
            occlusion: Occlusion::new(),
            panning: Panning::default(),
            hrtf: Hrtf::new(head),
        }
    }

    /// Changes how the voice is placed, with a fade in the next block.
    pub fn set_settings(&mut self, settings: SpatialSettings) {
        self.set_placing(Placing::new(settings, false));
    }

    pub(crate) fn set_placing(&mut self, Placing { settings, head }: Placing) {
        self.settings = settings;
        self.hrtf.set_head(head);
    }

    /// Forgets the previous sound: the next block is at its place from its first sample. For the start of an
    /// utterance, since the speaker may have moved while silent.
    pub fn reset(&mut self) {
        self.fresh = true;
    }

    /// Forgets the previous sound: the next block begins in the middle, like a voice without a place, and moves to its
    /// place. For a voice that gets its place while it is heard.
    pub(crate) fn reset_to_middle(&mut self) {
        self.jump(self.target(None, &Pose::default()));
    }

    /// Adds a placed mono block to the two ears. By the block's end the voice has moved to the position of `speaker`.
    ///
    /// `None` is a voice without a place: in the middle at full volume, exactly the block in each ear. The same holds
    /// if a position is not finite. Samples that are not numbers become silence, those beyond ±16 are limited to it.
    pub fn render(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        speaker: Option<SpeakerPlace>,
        listener: &Pose,
        ears: &mut StereoBlock,
    ) {
        let target = self.target(speaker, listener);
        if self.fresh {
            self.jump(target);
        }
        let Target { direction, panning_gain, hrtf_gain, occlusion } = target;
        let mut sound = block.map(|x| if x.is_nan() { 0.0 } else { x.clamp(-INPUT_MAX, INPUT_MAX) });
        self.occlusion.process(&mut sound, occlusion);
        self.panning.render(&sound, panning_gain, direction, ears);
        self.hrtf.render(&sound, hrtf_gain, direction, ears);
    }

    /// Jumps to these values, without earlier sound.
    fn jump(&mut self, Target { direction, panning_gain, hrtf_gain, occlusion }: Target) {
        self.fresh = false;
        self.occlusion.reset(occlusion);
        self.panning.reset(panning_gain, direction);
        self.hrtf.reset(hrtf_gain, direction);
    }

    fn target(&self, speaker: Option<SpeakerPlace>, listener: &Pose) -> Target {
        let bearing = speaker.and_then(|place| Bearing::new(listener, place.position_m));
        let gain = bearing.map_or(1.0, |bearing| self.settings.gain_at(bearing));
        let (panning_gain, hrtf_gain) = match self.settings.mode {
            SpatialMode::Hrtf if bearing.is_some() => (0.0, gain),
            // A voice without a place needs no head model.
            _ => (gain, 0.0),
        };
        let occlusion = speaker.map_or(0.0, |place| place.occlusion);
        Target {
            direction: bearing.map_or_else(Direction::default, |bearing| bearing.direction),
            panning_gain,
            hrtf_gain,
            occlusion: if occlusion.is_nan() { 0.0 } else { occlusion.clamp(0.0, 1.0) },
        }
    }
}
