//! Events to report, with their bytes.

use consonance_gateway::udp::{BytesQueue, ServerEndpointEvent};
use consonance_transport::Peer;

#[derive(Debug, Default)]
pub(super) struct Events(BytesQueue<ServerEndpointEvent>);

impl Events {
    /// Adds an event; `write` appends its bytes.
    pub(super) fn push(&mut self, event: ServerEndpointEvent, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.push(event, write);
    }

    pub(super) fn pop(&mut self, bytes: &mut Vec<u8>) -> Option<ServerEndpointEvent> {
        self.0.pop(bytes)
    }

    /// Drops the queued messages of this peer.
    pub(super) fn drop_messages_of(&mut self, peer: Peer) {
        let mut former = std::mem::take(&mut self.0);
        let mut bytes = Vec::new();
        while let Some(event) = former.pop(&mut bytes) {
            if !matches!(event, ServerEndpointEvent::Message { peer: of, .. } if of == peer) {
                self.0.push(event, |buffer| buffer.extend_from_slice(&bytes));
            }
            bytes.clear();
        }
    }
}
