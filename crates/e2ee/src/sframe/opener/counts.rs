//! Counts of opened and rejected frames.

use super::{OpenError, OpenedFrame};

/// The number of opened frames, and of rejected ones by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenCounts {
    /// Opened.
    pub opened: u64,
    /// [`OpenError::Malformed`].
    pub malformed: u64,
    /// [`OpenError::UnknownEpoch`].
    pub unknown_epoch: u64,
    /// [`OpenError::UnknownSender`].
    pub unknown_sender: u64,
    /// [`OpenError::Replayed`].
    pub replayed: u64,
    /// [`OpenError::Forged`].
    pub forged: u64,
}

impl OpenCounts {
    pub(crate) fn count(&mut self, opened: &Result<OpenedFrame, OpenError>) {
        let count = match opened {
            Ok(_) => &mut self.opened,
            Err(OpenError::Malformed { .. }) => &mut self.malformed,
            Err(OpenError::UnknownEpoch { .. }) => &mut self.unknown_epoch,
            Err(OpenError::UnknownSender { .. }) => &mut self.unknown_sender,
            Err(OpenError::Replayed { .. }) => &mut self.replayed,
            Err(OpenError::Forged { .. }) => &mut self.forged,
        };
        *count += 1;
    }
}
