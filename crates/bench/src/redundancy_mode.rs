//! Redundancy as an option of commands.

use clap::ValueEnum;
use consonance::audio::{FrameSize, Redundancy};

/// What packets tell of the sound before them.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RedundancyMode {
    /// Nothing.
    None,
    /// A coarse copy of the frame before.
    Fec,
    /// The frame before once more, whole.
    Repeat,
    /// The two frames before once more, whole.
    RepeatTwo,
    /// A description of the 200 ms before; copies in builds without the feature `libopus`.
    Dred,
}

impl RedundancyMode {
    pub(crate) fn redundancy(self, frame: FrameSize) -> Redundancy {
        match self {
            Self::None => Redundancy::None,
            Self::Fec => Redundancy::Fec,
            Self::Repeat => Redundancy::Repeat { frames: 1 },
            Self::RepeatTwo => Redundancy::Repeat { frames: 2 },
            Self::Dred => Redundancy::Dred { frames: (DESCRIBED_BLOCKS / frame.blocks()) as u8 },
        }
    }
}

/// Of 10 ms each.
const DESCRIBED_BLOCKS: usize = 20;
