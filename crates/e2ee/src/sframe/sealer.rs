//! Encryption of the frames of one member in one epoch.

use core::fmt;

use sframe::header::{KeyId, SframeHeader};

use crate::sframe::EpochSecret;
use crate::sframe::frame_key::{FrameKey, TAG_BYTES};
use crate::sframe::key_id::{LEAVES_MAX, key_id};

/// A byte for the lengths, three for the key id and eight for the counter.
pub(crate) const HEADER_BYTES_MAX: usize = 1 + 3 + 8;

/// The maximum length of a frame, in bytes: no datagram carries more.
pub const FRAME_BYTES_MAX: usize = u16::MAX as usize;

/// Seals the frames of one member in one epoch. Each frame has a counter of its own, from 0.
///
/// Two sealers of the same member and epoch would use the same counters, which reveals the differences between their
/// frames: create only one per epoch.
pub struct Sealer {
    key: FrameKey,
    key_id: KeyId,
    epoch: u64,
    leaf: u32,
    /// The counter of the next frame.
    counter: u64,
}

impl Sealer {
    /// Derives the key of the member at a leaf of the group's tree, 0 to [`LEAVES_MAX`] less one.
    ///
    /// # Errors
    /// [`SealError::LeafTooHigh`] if the leaf is too high for key ids.
    pub fn new(secret: &EpochSecret, leaf: u32) -> Result<Self, SealError> {
        if leaf >= LEAVES_MAX {
            return Err(SealError::LeafTooHigh { leaf });
        }
        let (epoch, key) = (secret.epoch(), secret.frame_key(leaf));
        Ok(Self { key, key_id: key_id(epoch, leaf), epoch, leaf, counter: 0 })
    }

    /// Appends the sealed frame to `out`: header, encrypted frame, tag (RFC 9605, section 4.2). That is at most
    /// [`OVERHEAD_BYTES_MAX`](crate::sframe::OVERHEAD_BYTES_MAX) longer than the frame, and 16 at leaves below 4096 for
    /// the first 2²⁴ frames.
    ///
    /// `metadata` is authenticated, but neither encrypted nor appended; the frame opens only with the same metadata.
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
        let header = SframeHeader::new(self.key_id, counter);
        let mut head = [0; HEADER_BYTES_MAX];
        header.serialize(&mut head).map_err(|_| too_long)?;
        let head = &head[..header.len()];
        let start = out.len();
        out.reserve(head.len() + frame.len() + TAG_BYTES);
        out.extend_from_slice(head);
        out.extend_from_slice(frame);
        let Ok(tag) = self.key.seal(counter, [head, metadata], &mut out[start + head.len()..]) else {
            out.truncate(start);
            return Err(too_long);
        };
        out.extend_from_slice(&tag);
        Ok(())
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
        let Self { key: _, key_id: _, epoch, leaf, counter } = self;
        let mut shown = f.debug_struct("Sealer");
        shown.field("epoch", epoch).field("leaf", leaf).field("counter", counter).finish_non_exhaustive()
    }
}

/// The reason why a frame is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The leaf is too high for key ids.
    #[error("no key id for leaf {leaf}, expected at most {}", LEAVES_MAX - 1)]
    LeafTooHigh {
        /// The leaf.
        leaf: u32,
    },
    /// All counters of the key have been used. The next epoch begins again at 0.
    #[error("all 2^64 counters of the key are used, expected a new epoch before")]
    CountersExhausted,
    /// The frame is longer than [`FRAME_BYTES_MAX`].
    #[error("cannot seal a frame of {bytes} bytes, expected at most {FRAME_BYTES_MAX}")]
    FrameTooLong {
        /// The length of the frame in bytes.
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
    use crate::sframe::key_id::owner;
    use crate::sframe::vectors::{bytes, number, of_suite};
    use crate::sframe::{BASE_KEY_BYTES, OVERHEAD_BYTES_MAX};

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
        let key = FrameKey::derive(&bytes(&vector, "base_key"), key_id);
        let leaf = owner(key_id).leaf.unwrap();
        let mut sealer = Sealer { key, key_id, epoch: 3, leaf, counter: number(&vector, "ctr") };
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
