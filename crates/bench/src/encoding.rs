//! How speech is encoded, as options of commands.

use clap::{Args, ValueEnum};
use consonance::audio::{FrameSize, Redundancy};

/// How speech is encoded.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Encoding {
    /// Mean bit rate of the encoder in bit/s, with what packets tell of the sound before them.
    #[arg(long, value_name = "BIT/S", default_value_t = 24_000, value_parser = clap::value_parser!(u32).range(6_000..=510_000))]
    pub(crate) bitrate: u32,
    /// What packets tell of the sound before them, if packets get lost.
    #[arg(long, value_enum, default_value_t = RedundancyMode::Fec)]
    redundancy: RedundancyMode,
}

impl Encoding {
    pub(crate) fn redundancy(self, frame: FrameSize) -> Redundancy {
        self.redundancy.of(frame)
    }
}

impl Default for Encoding {
    /// That of the tables in docs/quality.md.
    fn default() -> Self {
        Self { bitrate: 24_000, redundancy: RedundancyMode::Fec }
    }
}

/// What packets tell of the sound before them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RedundancyMode {
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
    fn of(self, frame: FrameSize) -> Redundancy {
        match self {
            Self::None => Redundancy::None,
            Self::Fec => Redundancy::Fec,
            Self::Repeat => Redundancy::Repeat { frames: 1 },
            Self::RepeatTwo => Redundancy::Repeat { frames: 2 },
            Self::Dred => Redundancy::Dred { frames: (DESCRIBED_BLOCKS / frame.blocks()) as u8 },
        }
    }
}

/// The number of blocks of 10 ms that a description covers.
const DESCRIBED_BLOCKS: usize = 20;
