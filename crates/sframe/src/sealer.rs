//! Seals the frames of one member in one epoch.

use core::fmt;

use sframe::crypto::EncryptionBufferView;
use sframe::header::SframeHeader;

use crate::EpochSecret;
use crate::backend::{SealKey, TAG_BYTES};
use crate::key_id::LEAVES_MAX;

/// Longest frame, in bytes: no datagram carries more.
pub const FRAME_BYTES_MAX: usize = u16::MAX as usize;

/// Seals the frames of one member in one epoch. Each frame has a counter of its own, from 0.
///
/// Two sealers of the same member and epoch would use the same counters, which tells what differs between their
/// frames: have one, and another one for the next epoch.
pub struct Sealer {
    key: SealKey,
    epoch: u64,
    leaf: u32,
    /// The counter of the next frame.
    counter: u64,
}

impl Sealer {
    /// Derives the key of the member at a leaf of the group's tree, 0 to [`LEAVES_MAX`] less one.
    ///
    /// # Errors
    /// [`SealError::LeafTooHigh`] if key ids have no room for the leaf.
    pub fn new(secret: &EpochSecret, leaf: u32) -> Result<Self, SealError> {
        if leaf >= LEAVES_MAX {
            return Err(SealError::LeafTooHigh { leaf });
        }
        Ok(Self { key: secret.seal_key(leaf), epoch: secret.epoch(), leaf, counter: 0 })
    }

    /// Appends the sealed frame to `out`: header, encrypted frame, tag (RFC 9605, section 4.2). That is at most
    /// [`OVERHEAD_BYTES_MAX`](crate::OVERHEAD_BYTES_MAX) longer than the frame, and 16 at leaves below 4096 for the
    /// first 2²⁴ frames.
    ///
    /// `metadata` is not encrypted and not part of what is appended; the frame opens only with the same. For a while,
    /// `out` has room for it, too.
    ///
    /// # Errors
    /// `out` is left as it was, and the frame has no counter, if
    /// * [`SealError::CountersExhausted`]: every counter is used;
    /// * [`SealError::FrameTooLong`]: the frame is longer than [`FRAME_BYTES_MAX`].
    pub fn seal(&mut self, metadata: &[u8], frame: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let too_long = SealError::FrameTooLong { bytes: frame.len() };
        if frame.len() > FRAME_BYTES_MAX {
            return Err(too_long);
        }
        let counter = self.counter;
        self.counter = counter.checked_add(1).ok_or(SealError::CountersExhausted)?;
        let header = SframeHeader::new(self.key.key_id(), counter);
        let start = out.len();
        let sealed_bytes = header.len() + frame.len() + TAG_BYTES;
        out.reserve(sealed_bytes + header.len() + metadata.len());
        out.resize(start + header.len(), 0);
        let is_sealed = header.serialize(&mut out[start..]).and_then(|()| {
            out.extend_from_slice(frame);
            out.resize(start + sealed_bytes, 0);
            // What is authenticated has to lie in one piece (RFC 9605, section 4.4.3): behind the sealed frame.
            out.extend_from_within(start..start + header.len());
            out.extend_from_slice(metadata);
            let (sealed, aad) = out[start..].split_at_mut(sealed_bytes);
            let (data, tag) = sealed[header.len()..].split_at_mut(frame.len());
            self.key.encrypt(EncryptionBufferView { aad, data, tag }, counter)
        });
        out.truncate(if is_sealed.is_ok() { start + sealed_bytes } else { start });
        is_sealed.map_err(|_| too_long)
    }

    /// The epoch of the key.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The leaf of the member.
    pub fn leaf(&self) -> u32 {
        self.leaf
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: _, epoch, leaf, counter } = self;
        let mut shown = f.debug_struct("Sealer");
        shown.field("epoch", epoch).field("leaf", leaf).field("counter", counter).finish_non_exhaustive()
    }
}

/// Why a frame is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Key ids have no room for the leaf.
    #[error("no key id for leaf {leaf}, expected at most {}", LEAVES_MAX - 1)]
    LeafTooHigh {
        /// The leaf.
        leaf: u32,
    },
    /// Each counter of the key has been used. The next epoch begins again at 0.
    #[error("all 2^64 counters of the key are used, expected a new epoch before")]
    CountersExhausted,
    /// The frame is longer than [`FRAME_BYTES_MAX`].
    #[error("cannot seal a frame of {bytes} bytes, expected at most {FRAME_BYTES_MAX}")]
    FrameTooLong {
        /// Of the frame.
        bytes: usize,
    },
}

impl SealError {
    /// A short name of the variant for programs and metrics, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LeafTooHigh { .. } => "leaf-too-high",
            Self::CountersExhausted => "counters-exhausted",
            Self::FrameTooLong { .. } => "frame-too-long",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::SUITE;
    use crate::key_id::owner;
    use crate::vectors::{bytes, number, of_suite};
    use crate::{BASE_KEY_BYTES, OVERHEAD_BYTES_MAX};

    fn secret() -> EpochSecret {
        EpochSecret::new(5, [3; BASE_KEY_BYTES])
    }

    fn overhead(leaf: u32, counter: u64, frame: &[u8]) -> usize {
        let mut sealer = Sealer { counter, ..Sealer::new(&secret(), leaf).unwrap() };
        let mut out = Vec::new();
        sealer.seal(b"metadata", frame, &mut out).unwrap();
        out.len() - frame.len()
    }

    #[test]
    fn a_frame_is_sealed_as_in_the_rfc() {
        let vector = of_suite("sframe");
        let key_id = number(&vector, "kid");
        // The base key of the vector is shorter than those of MLS.
        let key = SealKey::derive_from(SUITE, key_id, bytes(&vector, "base_key")).unwrap();
        let leaf = owner(key_id).leaf.unwrap();
        let mut sealer = Sealer { key, epoch: 3, leaf, counter: number(&vector, "ctr") };
        let mut out = Vec::new();
        sealer.seal(&bytes(&vector, "metadata"), &bytes(&vector, "pt"), &mut out).unwrap();
        assert_eq!(out, bytes(&vector, "ct"));
    }

    #[test]
    fn the_last_counter_is_not_used_and_no_counter_twice() {
        let mut sealer = Sealer { counter: u64::MAX - 1, ..Sealer::new(&secret(), 0).unwrap() };
        let mut out = vec![1];
        sealer.seal(b"", b"the last", &mut out).unwrap();
        let before = out.clone();
        for _ in 0..2 {
            assert_eq!(sealer.seal(b"", b"one more", &mut out), Err(SealError::CountersExhausted));
            assert_eq!(out, before);
        }
    }

    #[test]
    fn the_overhead_is_16_bytes_up_to_leaf_4095_and_counter_16777215() {
        assert_eq!(overhead(4095, 0xFF_FFFF, &[0; 60]), 16);
        assert_eq!(overhead(4096, 0xFF_FFFF, &[0; 60]), 17);
        assert_eq!(overhead(4095, 0x100_0000, &[0; 60]), 17);
        assert_eq!(overhead(LEAVES_MAX - 1, u64::MAX - 1, &[]), OVERHEAD_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn the_overhead_has_a_bound(leaf in 0_u32..4096, counter in 0_u64..1 << 24, frame: Vec<u8>) {
            prop_assert!(overhead(leaf, counter, &frame) <= 16);
        }
    }

    #[test]
    fn leaves_and_frames_have_a_bound() {
        let mut sealer = Sealer::new(&secret(), LEAVES_MAX - 1).unwrap();
        let refused = Sealer::new(&secret(), LEAVES_MAX);
        assert_eq!(refused.unwrap_err(), SealError::LeafTooHigh { leaf: LEAVES_MAX });
        let mut out = Vec::new();
        let frame = vec![0; FRAME_BYTES_MAX + 1];
        let bytes = frame.len();
        assert_eq!(sealer.seal(b"", &frame, &mut out), Err(SealError::FrameTooLong { bytes }));
        assert_eq!((out.len(), sealer.counter), (0, 0));
        sealer.seal(b"", &frame[1..], &mut out).unwrap();
    }
}
