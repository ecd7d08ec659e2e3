//! Data of plugins, which the listener passes on between its users: it knows nothing of what is in it.

use std::collections::BTreeSet;

use consonance_session::{ClientId, Instant, Rate, Restriction};

use super::MumblePlayer;
use crate::control::messages::PluginData;

/// Data on its way from one user's plugins to those of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginNote {
    /// The players that are to get it.
    pub receivers: BTreeSet<ClientId>,
    /// The data, at most 1000 bytes.
    pub data: Vec<u8>,
    /// What the data is, for the plugins; at most 100 bytes.
    pub data_id: String,
}

/// Bytes of the data and of its name, as in Mumble's server.
const DATA_BYTES_MAX: usize = 1000;
const ID_BYTES_MAX: usize = 100;
/// Messages of one client, as in Mumble's server.
const MESSAGES: Rate = Rate { per_second: 4, burst: 15 };
/// Notes that wait for the driver, which takes them after each message.
const WAITING_MAX: usize = 15;

impl MumblePlayer {
    /// The next note for other users' plugins: the driver hands it to each receiver's
    /// [`handle_plugin_note`](Self::handle_plugin_note).
    pub fn poll_plugin_note(&mut self) -> Option<PluginNote> {
        self.plugin_notes.pop_front()
    }

    /// Another user's plugin has sent a note to this user's.
    pub fn handle_plugin_note(&mut self, sender: ClientId, note: &PluginNote) {
        let Some(user) = self.users.get(sender).filter(|_| self.users.is_told(sender)) else { return };
        self.tell_synced(PluginData {
            sender_session: Some(user.number),
            receiver_sessions: Vec::new(),
            data: Some(note.data.clone()),
            data_id: Some(note.data_id.clone()),
        });
    }

    /// The client's plugin sends data to others'. As Mumble's server does, what is too long or too often is dropped
    /// without an answer.
    pub(super) fn send_plugin_data(&mut self, now: Instant, message: PluginData) {
        let (data, data_id) = (message.data.unwrap_or_default(), message.data_id.unwrap_or_default());
        let is_muted = self.client.own_restrictions().all().terms(Restriction::TextMuted).is_some();
        if data.is_empty() || data.len() > DATA_BYTES_MAX || data_id.len() > ID_BYTES_MAX || is_muted {
            return;
        }
        if !self.plugin_budget.take(now, MESSAGES, 1, 1) || self.plugin_notes.len() >= WAITING_MAX {
            self.limited_controls += 1;
            return;
        }
        let numbers = message.receiver_sessions.iter();
        let receivers: BTreeSet<ClientId> =
            numbers.filter_map(|number| self.users.of_number(*number)).map(|(id, _)| id).collect();
        if !receivers.is_empty() {
            self.plugin_notes.push_back(PluginNote { receivers, data, data_id });
        }
    }
}
