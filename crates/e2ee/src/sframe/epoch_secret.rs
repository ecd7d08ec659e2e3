//! The secret of an epoch, from which the keys of its senders are derived.

use core::fmt;

use zeroize::Zeroizing;

use crate::sframe::frame_key::{FrameKey, KEY_BYTES};
use crate::sframe::key_id::key_id;

/// The label of the MLS exporter that the base key comes from, with an empty context (RFC 9605, section 5.2).
pub const BASE_KEY_LABEL: &str = "SFrame 1.0 Base Key";
/// The length of the base key from the MLS exporter, in bytes: `AEAD.Nk` of the suite (RFC 9605, section 5.2).
pub const BASE_KEY_BYTES: usize = KEY_BYTES;

/// The secret of an MLS epoch, which all members of the group have. It is overwritten when it is dropped.
#[derive(Clone)]
pub struct EpochSecret {
    epoch: u64,
    base_key: Zeroizing<[u8; BASE_KEY_BYTES]>,
}

impl EpochSecret {
    /// The secret of an epoch. `base_key` is `MLS-Exporter(BASE_KEY_LABEL, "", BASE_KEY_BYTES)` of that epoch.
    pub fn new(epoch: u64, base_key: [u8; BASE_KEY_BYTES]) -> Self {
        Self { epoch, base_key: Zeroizing::new(base_key) }
    }

    /// The number of the epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The base key, for storage: its holder can open all frames of the epoch, and seal such frames.
    pub fn base_key(&self) -> &[u8; BASE_KEY_BYTES] {
        &self.base_key
    }

    /// The key of a member. The leaf must be one that key ids allow.
    pub(crate) fn frame_key(&self, leaf: u32) -> FrameKey {
        FrameKey::derive(&*self.base_key, key_id(self.epoch, leaf))
    }
}

impl fmt::Debug for EpochSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpochSecret").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
