//! The parts of a chat that recorders and diagnostics observe.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use crate::command::Command;
use crate::event_queue::EventQueue;
use crate::player_state::Players;
use crate::statistics::SharedStatistics;

/// A running chat, as seen by recorders and diagnostics.
pub(crate) struct Observed {
    pub(crate) commands: SyncSender<Command>,
    pub(crate) events: Arc<EventQueue>,
    pub(crate) players: Arc<Players>,
    pub(crate) statistics: Arc<SharedStatistics>,
}

impl Observed {
    /// Sends a command to the voice thread; with a full queue, which is reported elsewhere, it is dropped.
    pub(crate) fn ask(&self, command: Command) {
        let _ = self.commands.try_send(command);
    }
}
