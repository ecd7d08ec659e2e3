//! Decryption of stored frames, with the secrets of all known epochs: no time passes, and no epoch is forgotten.

use core::fmt;
use std::collections::BTreeMap;

use consonance_wire::replay_window::ReplayWindow;

use crate::sframe::frame_key::{FrameKey, TAG_BYTES};
use crate::sframe::header::Header;
use crate::sframe::key_id::{EPOCHS_MAX, LEAVES_MAX, owner, slot};
use crate::sframe::{EpochSecret, OpenCounts, OpenError, OpenedFrame};

/// Decrypts stored frames, in about the order in which they were sealed.
///
/// A frame carries only the last bits of its epoch, and nothing about its group, so each epoch with these bits is
/// tried, starting with the last one that fitted; the tag shows which one is right.
#[derive(Default)]
pub struct ArchiveOpener {
    /// By the last bits of their numbers.
    slots: [Slot; EPOCHS_MAX],
    epochs: Vec<ArchivedEpoch>,
    /// The number of derived keys that are kept.
    keys: usize,
    counts: OpenCounts,
}

/// The epochs with the same last bits.
#[derive(Default)]
struct Slot {
    /// Their indices among all epochs, in the order in which they were added.
    epochs: Vec<usize>,
    /// The epoch that opened a frame last, as an index into this list.
    last: usize,
}

struct ArchivedEpoch {
    secret: EpochSecret,
    leaves: u32,
    senders: BTreeMap<u32, Box<(FrameKey, ReplayWindow)>>,
}

impl ArchiveOpener {
    /// The most epochs that are kept; each secret has 48 bytes.
    pub const EPOCHS_MAX: usize = 65_536;
    /// The most keys that are kept; beyond that, they are derived again.
    const KEYS_MAX: usize = 16_384;

    /// An opener without an epoch, which opens nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an epoch whose members are at leaves below `leaves`; its number among all that were added, or `None` if
    /// there are [`EPOCHS_MAX`](Self::EPOCHS_MAX) already.
    pub fn add_epoch(&mut self, secret: EpochSecret, leaves: u32) -> Option<usize> {
        let number = self.epochs.len();
        if number >= Self::EPOCHS_MAX {
            return None;
        }
        self.slots[slot(secret.epoch())].epochs.push(number);
        let leaves = leaves.min(LEAVES_MAX);
        self.epochs.push(ArchivedEpoch { secret, leaves, senders: BTreeMap::new() });
        Some(number)
    }

    /// Opens a frame and appends it to `out`, if it was sealed with the same `metadata` by a member of an epoch that is
    /// known, and was not opened before; the number of that epoch, and whose frame it is.
    ///
    /// # Errors
    /// `out` is left as it was, and the reason is counted; see [`OpenError`]. Unlike in a live session, a frame is
    /// [`Replayed`](OpenError::Replayed) only if its tag is right. One is
    /// [`Forged`](OpenError::Forged) if no epoch with the bits that it names fits: that of its sender may be missing.
    pub fn open(
        &mut self,
        metadata: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(usize, OpenedFrame), OpenError> {
        let opened = self.try_open(metadata, sealed, out);
        self.counts.count(&opened.map(|(_, opened)| opened));
        opened
    }

    fn try_open(
        &mut self,
        metadata: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(usize, OpenedFrame), OpenError> {
        let malformed = OpenError::Malformed { bytes: sealed.len() };
        let (Header { key_id, counter }, encrypted) = Header::split_off(sealed).ok_or(malformed)?;
        let header = &sealed[..sealed.len() - encrypted.len()];
        let (encrypted, tag) = encrypted.split_last_chunk::<TAG_BYTES>().ok_or(malformed)?;
        let owner = owner(key_id);
        let leaf = owner.leaf.ok_or(OpenError::UnknownSender { key_id })?;
        let slot = &mut self.slots[owner.slot];
        let mut refused = OpenError::UnknownEpoch { key_id };
        let start = out.len();
        for place in (0..slot.epochs.len()).map(|step| (slot.last + step) % slot.epochs.len()) {
            let number = slot.epochs[place];
            let archived = &mut self.epochs[number];
            let epoch = archived.secret.epoch();
            if leaf >= archived.leaves {
                refused = OpenError::UnknownSender { key_id };
                continue;
            }
            if !archived.senders.contains_key(&leaf) {
                if self.keys >= Self::KEYS_MAX {
                    // Most keys are for epochs that do not match; drop those of this epoch.
                    self.keys -= archived.senders.len();
                    archived.senders.clear();
                }
                self.keys += 1;
            }
            let new = || Box::new((archived.secret.frame_key(leaf), ReplayWindow::default()));
            let (key, window) = &mut **archived.senders.entry(leaf).or_insert_with(new);
            out.extend_from_slice(encrypted);
            if !key.open(counter, [header, metadata], &mut out[start..], tag) {
                out.truncate(start);
                refused = OpenError::Forged { leaf, epoch, counter };
                continue;
            }
            slot.last = place;
            if !window.is_new(counter) {
                out.truncate(start);
                return Err(OpenError::Replayed { leaf, epoch, counter });
            }
            window.note(counter);
            return Ok((number, OpenedFrame { leaf, epoch, counter }));
        }
        Err(refused)
    }

    /// Counts of the results for all frames so far.
    pub fn counts(&self) -> OpenCounts {
        self.counts
    }
}

impl fmt::Debug for ArchiveOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ArchiveOpener");
        shown.field("epochs", &self.epochs.len()).field("counts", &self.counts).finish_non_exhaustive()
    }
}
