//! Decryption of frames that a server has stored as they arrived, with a log of keys.

use consonance_wire::SealedVoice;
use consonance_wire::names::NameKey;

use crate::LoggedEpoch;
use crate::sframe::{ArchiveOpener, OpenError};

/// Decrypts one speaker's frames of a recording or a report.
#[derive(Debug)]
pub struct KeptFrames<'k> {
    epochs: &'k [LoggedEpoch],
    opener: ArchiveOpener,
    counts: KeptCounts,
}

/// The number of opened frames, and of rejected ones by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptCounts {
    /// Opened: a member of the group has sealed them.
    pub opened: u64,
    /// The epoch of the frame is not in the log.
    pub without_key: u64,
    /// Altered, or not sealed by a member; or of an epoch that is not in the log, while another one with the same last
    /// four bits is.
    pub forged: u64,
    /// Opened before: a second copy.
    pub replayed: u64,
    /// Sealed by another member than the speaker.
    pub other_senders: u64,
    /// Not in the format of encrypted frames.
    pub malformed: u64,
}

impl KeptCounts {
    /// All frames that were not opened.
    pub fn refused(&self) -> u64 {
        let Self { opened: _, without_key, forged, replayed, other_senders, malformed } = self;
        without_key + forged + replayed + other_senders + malformed
    }
}

impl<'k> KeptFrames<'k> {
    /// An opener with these keys; of more than [`LoggedEpoch::EPOCHS_MAX`] only the first are used.
    pub fn new(epochs: &'k [LoggedEpoch]) -> Self {
        let mut opener = ArchiveOpener::new();
        for LoggedEpoch { secret, members, .. } in epochs {
            let leaves = members.iter().map(|member| member.leaf + 1).max().unwrap_or(0);
            opener.add_epoch(secret.clone(), leaves);
        }
        Self { epochs, opener, counts: KeptCounts::default() }
    }

    /// Appends the Opus packet that the member of this name has sealed in the frame. False if that member has not
    /// sealed it, or the frame was opened before; then `out` is left as it was, and the reason is counted.
    pub fn open(&mut self, player: &str, frame: &[u8], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let Some(SealedVoice { head, sframe }) = SealedVoice::of(frame) else {
            self.counts.malformed += 1;
            return false;
        };
        match self.opener.open(&head, sframe, out) {
            Ok((number, opened)) => {
                let member = self.epochs.get(number).and_then(|epoch| epoch.member(opened.leaf));
                let is_own = member.is_some_and(|member| NameKey::of(&member.name) == NameKey::of(player));
                if !is_own {
                    out.truncate(start);
                    self.counts.other_senders += 1;
                    return false;
                }
                self.counts.opened += 1;
                true
            }
            Err(error) => {
                *match error {
                    OpenError::UnknownEpoch { .. } | OpenError::UnknownSender { .. } => {
                        &mut self.counts.without_key
                    }
                    OpenError::Replayed { .. } => &mut self.counts.replayed,
                    OpenError::Forged { .. } => &mut self.counts.forged,
                    _ => &mut self.counts.malformed,
                } += 1;
                false
            }
        }
    }

    /// Counts of the results for all frames so far.
    pub fn counts(&self) -> KeptCounts {
        self.counts
    }
}
