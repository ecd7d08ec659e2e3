//! A session without a network.

use super::VoiceChatBuilder;
use crate::offline::{LoopbackRooms, OfflineNetwork};

impl VoiceChatBuilder {
    /// No network: a private session with an echo in it; see [`VoiceChat::offline`](crate::VoiceChat::offline).
    pub fn offline(mut self) -> Self {
        let rooms = LoopbackRooms::default();
        self.loopback = Some(rooms.clone());
        self.network(Box::new(OfflineNetwork::new(rooms)))
    }
}
