//! The limit on waiting commands.

use crate::enet::limits::WAITING_OVERHEAD;

/// The remaining room for waiting commands.
#[derive(Debug)]
pub(super) struct Room {
    commands: usize,
    bytes: usize,
}

impl Room {
    pub(super) fn new(commands: usize, bytes: usize) -> Self {
        Self { commands, bytes }
    }

    /// Takes room for a command. Returns false if there is none.
    pub(super) fn take(&mut self, command: &[u8]) -> bool {
        let bytes = command.len() + WAITING_OVERHEAD;
        let has_room = self.commands > 0 && self.bytes >= bytes;
        if has_room {
            self.commands -= 1;
            self.bytes -= bytes;
        }
        has_room
    }

    /// Returns the room of a command that no longer waits.
    pub(super) fn give_back(&mut self, command: &[u8]) {
        self.commands += 1;
        self.bytes += command.len() + WAITING_OVERHEAD;
    }
}
