//! How much may wait.

use crate::limits::WAITING_OVERHEAD;

/// Room for commands that wait, in bytes.
#[derive(Debug)]
pub(super) struct Room(usize);

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// False if there is no room for this command.
    pub(super) fn take(&mut self, command: &[u8]) -> bool {
        let left = self.0.checked_sub(command.len() + WAITING_OVERHEAD);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }

    /// This command waits no longer.
    pub(super) fn give_back(&mut self, command: &[u8]) {
        self.0 += command.len() + WAITING_OVERHEAD;
    }
}
