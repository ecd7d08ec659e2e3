//! The choice of the Opus implementation. The rules around it are the same for all: see `encoder.rs` and
//! `decoder.rs`.

use super::coding::{Decoding, Encoding};
#[cfg(feature = "libopus")]
use super::libopus;
use super::{EncoderSettings, pure};
use crate::codec::CodecError;

/// An implementation of Opus. Each decodes the packets of all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpusLibrary {
    /// The crate `opus-pure`, in Rust.
    Pure,
    /// The reference implementation, in C: with deep concealment and deep redundancy. Feature `libopus`.
    #[cfg(feature = "libopus")]
    Libopus,
}

impl OpusLibrary {
    /// All that this build has, best last.
    pub const ALL: &[Self] = &[
        Self::Pure,
        #[cfg(feature = "libopus")]
        Self::Libopus,
    ];

    /// The best that this build has.
    #[cfg(feature = "libopus")]
    pub const BEST: Self = Self::Libopus;

    /// The best that this build has.
    #[cfg(not(feature = "libopus"))]
    pub const BEST: Self = Self::Pure;

    /// Whether its packets can describe many frames before their own, and its decoder can recover frames from such:
    /// what a player announces to the others.
    pub const fn has_deep_redundancy(self) -> bool {
        match self {
            Self::Pure => false,
            #[cfg(feature = "libopus")]
            Self::Libopus => true,
        }
    }

    pub(super) fn encoding(self, settings: EncoderSettings) -> Result<Box<dyn Encoding>, CodecError> {
        Ok(match self {
            Self::Pure => Box::new(pure::encoding(settings)?),
            #[cfg(feature = "libopus")]
            Self::Libopus => Box::new(libopus::encoding(settings)?),
        })
    }

    pub(super) fn decoding(self, stereo: bool) -> Result<Box<dyn Decoding>, CodecError> {
        Ok(match self {
            Self::Pure => Box::new(pure::decoding(stereo)?),
            #[cfg(feature = "libopus")]
            Self::Libopus => Box::new(libopus::LibopusDecoding::new(stereo)?),
        })
    }
}
