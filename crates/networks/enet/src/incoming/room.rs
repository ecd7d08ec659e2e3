//! How much may wait.

use crate::limits::WAITING_OVERHEAD;

/// Room for commands that wait.
#[derive(Debug)]
pub(super) struct Room {
    commands: usize,
    bytes: usize,
}

impl Room {
    pub(super) fn new(commands: usize, bytes: usize) -> Self {
        Self { commands, bytes }
    }

    /// False if there is no room for this command.
    pub(super) fn take(&mut self, command: &[u8]) -> bool {
        let bytes = command.len() + WAITING_OVERHEAD;
        let has_room = self.commands > 0 && self.bytes >= bytes;
        if has_room {
            self.commands -= 1;
            self.bytes -= bytes;
        }
        has_room
    }

    /// This command waits no longer.
    pub(super) fn give_back(&mut self, command: &[u8]) {
        self.commands += 1;
        self.bytes += command.len() + WAITING_OVERHEAD;
    }
}
