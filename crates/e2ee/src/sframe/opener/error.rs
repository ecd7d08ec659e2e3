//! Errors of opening a frame, and of adding an epoch.

use crate::sframe::LEAVES_MAX;

/// The reason why a frame is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is too short for the header that it begins with, and a tag.
    #[error("cannot read a sealed frame of {bytes} bytes, expected a header, a frame and a tag")]
    Malformed {
        /// The length of the received bytes.
        bytes: usize,
    },
    /// No epoch with the last bits of this key id is held: it has not arrived yet, or was dropped.
    #[error("no epoch for key id {key_id}, expected one that is held")]
    UnknownEpoch {
        /// The key id of the frame.
        key_id: u64,
    },
    /// The epoch has no leaf of this key id.
    #[error("no sender for key id {key_id}, expected a leaf of its epoch and no context")]
    UnknownSender {
        /// The key id of the frame.
        key_id: u64,
    },
    /// A frame with this counter was already opened, or the counter is too old to tell. The frame is not necessarily
    /// genuine.
    #[error(
        "frame {counter} of leaf {leaf} in epoch {epoch} came before or too late, expected a new counter"
    )]
    Replayed {
        /// The leaf of the sender whose key the frame names.
        leaf: u32,
        /// The epoch that the frame names.
        epoch: u64,
        /// The frame's number.
        counter: u64,
    },
    /// Its tag is wrong: the sender has not sealed this frame with this metadata.
    #[error(
        "frame {counter} of leaf {leaf} in epoch {epoch} has a wrong tag, expected one of its sender's key"
    )]
    Forged {
        /// The leaf of the sender whose key the frame names.
        leaf: u32,
        /// The epoch that the frame names.
        epoch: u64,
        /// The frame's number.
        counter: u64,
    },
}

impl OpenError {
    /// A short name of the variant for programs and metrics, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::UnknownEpoch { .. } => "unknown-epoch",
            Self::UnknownSender { .. } => "unknown-sender",
            Self::Replayed { .. } => "replayed",
            Self::Forged { .. } => "forged",
        }
    }
}

/// The reason why an epoch is not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddEpochError {
    /// It is not newer than all earlier ones.
    #[error("cannot add epoch {epoch} after epoch {newest}, expected a higher number")]
    NotNewer {
        /// The epoch.
        epoch: u64,
        /// The newest epoch so far.
        newest: u64,
    },
    /// There are more leaves than key ids allow.
    #[error("no key ids for {leaves} leaves, expected at most {LEAVES_MAX}")]
    TooManyLeaves {
        /// The number of leaves.
        leaves: u32,
    },
}

impl AddEpochError {
    /// A short name of the variant for programs and metrics, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNewer { .. } => "not-newer",
            Self::TooManyLeaves { .. } => "too-many-leaves",
        }
    }
}
