//! Decryption of the frames of all members of a group, of the current epoch and for a while of earlier ones.

mod counts;
mod epoch;
mod error;

use core::fmt;
use core::time::Duration;

use crate::sframe::EpochSecret;
use crate::sframe::frame_key::TAG_BYTES;
use crate::sframe::header::Header;
use crate::sframe::key_id::{EPOCHS_MAX, LEAVES_MAX, owner, slot};
use epoch::Epoch;

pub use counts::OpenCounts;
pub use error::{AddEpochError, OpenError};

/// The time for which frames of an epoch are opened after a newer one came: for frames in transit, and for those of
/// members that learn of the newer epoch a little later.
pub const FORMER_EPOCH_KEPT: Duration = Duration::from_secs(3);

/// Opens the frames of all members of a group.
///
/// It holds the newest epoch and, for [`FORMER_EPOCH_KEPT`] after each was superseded, former ones: at most one for
/// each of the [`EPOCHS_MAX`] values of the epoch's last bits, which are all that a frame says of its epoch. The newest
/// with those bits counts. Keys of senders are derived when their first frame comes, one for each leaf of an epoch at
/// most.
///
/// `now` is the time since any fixed start, the same for all calls.
#[derive(Default)]
pub struct Opener {
    /// By the last bits of their numbers.
    epochs: [Option<Epoch>; EPOCHS_MAX],
    newest: Option<u64>,
    /// When the first of the epochs is forgotten.
    next_end: Option<Duration>,
    counts: OpenCounts,
}

/// The sender, epoch and counter of an opened frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedFrame {
    /// The leaf of its sender.
    pub leaf: u32,
    /// The epoch that it was sealed in.
    pub epoch: u64,
    /// Its number: the sender counts the frames that it seals in an epoch, from 0.
    pub counter: u64,
}

impl Opener {
    /// An opener without an epoch, which opens nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a newer epoch, whose members are at leaves below `leaves`. The one before it is forgotten after
    /// [`FORMER_EPOCH_KEPT`], or when its place is needed.
    ///
    /// # Errors
    /// Nothing changes if
    /// * [`AddEpochError::NotNewer`]: there was this epoch or a newer one. Its frames could be replayed otherwise;
    /// * [`AddEpochError::TooManyLeaves`]: `leaves` is more than [`LEAVES_MAX`].
    pub fn add_epoch(
        &mut self,
        now: Duration,
        secret: EpochSecret,
        leaves: u32,
    ) -> Result<(), AddEpochError> {
        let epoch = secret.epoch();
        if leaves > LEAVES_MAX {
            return Err(AddEpochError::TooManyLeaves { leaves });
        }
        if let Some(newest) = self.newest {
            if epoch <= newest {
                return Err(AddEpochError::NotNewer { epoch, newest });
            }
            if let Some(former) = &mut self.epochs[slot(newest)] {
                let ends = now.saturating_add(FORMER_EPOCH_KEPT);
                former.ends = Some(ends);
                self.next_end = Some(self.next_end.map_or(ends, |next_end| next_end.min(ends)));
            }
        }
        self.newest = Some(epoch);
        self.epochs[slot(epoch)] = Some(Epoch::new(secret, leaves));
        self.handle_timeout(now);
        Ok(())
    }

    /// Opens a frame and appends it to `out`, if it was sealed with the same `metadata` by a member of an epoch that is
    /// held, and did not come before.
    ///
    /// # Errors
    /// `out` is left as it was, and the reason is counted; see [`OpenError`].
    pub fn open(
        &mut self,
        now: Duration,
        metadata: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<OpenedFrame, OpenError> {
        let opened = self.try_open(now, metadata, sealed, out);
        self.counts.count(&opened);
        opened
    }

    fn try_open(
        &mut self,
        now: Duration,
        metadata: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<OpenedFrame, OpenError> {
        self.handle_timeout(now);
        let malformed = OpenError::Malformed { bytes: sealed.len() };
        let (Header { key_id, counter }, encrypted) = Header::split_off(sealed).ok_or(malformed)?;
        let header = &sealed[..sealed.len() - encrypted.len()];
        let (encrypted, tag) = encrypted.split_last_chunk::<TAG_BYTES>().ok_or(malformed)?;
        let owner = owner(key_id);
        let epoch = self.epochs[owner.slot].as_mut().ok_or(OpenError::UnknownEpoch { key_id })?;
        let number = epoch.number();
        let (leaf, sender) =
            owner.leaf.and_then(|leaf| epoch.sender(leaf)).ok_or(OpenError::UnknownSender { key_id })?;
        if !sender.window.is_new(counter) {
            return Err(OpenError::Replayed { leaf, epoch: number, counter });
        }
        let start = out.len();
        out.extend_from_slice(encrypted);
        if !sender.key.open(counter, [header, metadata], &mut out[start..], tag) {
            out.truncate(start);
            return Err(OpenError::Forged { leaf, epoch: number, counter });
        }
        sender.window.note(counter);
        Ok(OpenedFrame { leaf, epoch: number, counter })
    }

    /// The leaf that a frame claims as its sender; `None` if it has no key id of ours. Only [`open`](Self::open)
    /// verifies the claim.
    pub fn claimed_leaf(sealed: &[u8]) -> Option<u32> {
        let (header, _) = Header::split_off(sealed)?;
        owner(header.key_id).leaf
    }

    /// Drops expired epochs. [`open`](Self::open) and [`add_epoch`](Self::add_epoch) do so, too; this is for periods
    /// without frames.
    pub fn handle_timeout(&mut self, now: Duration) {
        if self.next_end.is_some_and(|next_end| next_end <= now) {
            for epoch in &mut self.epochs {
                epoch.take_if(|epoch| epoch.ends.is_some_and(|ends| ends <= now));
            }
            self.next_end = self.epochs.iter().flatten().filter_map(|epoch| epoch.ends).min();
        }
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) has something to drop.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.next_end
    }

    /// Forgets all epochs, as when the group is left or made again. Any epoch may be added afterwards: frames of one
    /// that was there before could be replayed then, so its group must be another one.
    pub fn forget_epochs(&mut self) {
        self.epochs = Default::default();
        self.newest = None;
        self.next_end = None;
    }

    /// Counts of the results for all frames so far.
    pub fn counts(&self) -> OpenCounts {
        self.counts
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epochs = self.epochs.iter().flatten().map(Epoch::number);
        let mut shown = f.debug_struct("Opener");
        shown.field("epochs", &epochs.collect::<Vec<_>>()).field("counts", &self.counts);
        shown.finish_non_exhaustive()
    }
}
