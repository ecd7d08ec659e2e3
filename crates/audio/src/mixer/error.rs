//! Errors in adding a speaker.

use super::SpeakerKey;
use crate::codec::CodecError;

/// An error in adding a speaker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MixerError {
    /// The speaker's packets cannot be decoded.
    #[error("cannot play speaker {}: {cause}", key.0)]
    Codec {
        /// The speaker.
        key: SpeakerKey,
        /// The codec's error.
        cause: CodecError,
    },
    /// There is a speaker of this name.
    #[error("speaker {} already exists; remove it first", key.0)]
    SpeakerExists {
        /// The speaker.
        key: SpeakerKey,
    },
    /// There are as many speakers as the settings allow.
    #[error("the mixer already has {max_speakers} speakers; raise MixerSettings::max_speakers")]
    TooManySpeakers {
        /// The limit.
        max_speakers: usize,
    },
}

impl MixerError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Codec { .. } => "codec",
            Self::SpeakerExists { .. } => "speaker-exists",
            Self::TooManySpeakers { .. } => "too-many-speakers",
        }
    }
}
