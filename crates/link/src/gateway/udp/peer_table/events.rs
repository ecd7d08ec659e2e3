//! Events to report, with their bytes.

use crate::gateway::{BufferQueue, MessageChannel};
use crate::{Peer, ServerLinkEvent};

#[derive(Debug, Default)]
pub(super) struct Events(BufferQueue<ServerLinkEvent<MessageChannel>>);

/// Takes the messages of one peer, to be reported in their order among all events.
#[derive(Debug)]
pub struct PeerMessages<'a> {
    events: &'a mut Events,
    peer: Peer,
}

impl PeerMessages<'_> {
    /// Adds a message, whose bytes are written into an empty buffer.
    pub fn push(&mut self, channel: MessageChannel, write: impl FnOnce(&mut Vec<u8>)) {
        self.events.push(ServerLinkEvent::Packet { peer: self.peer, channel }, write);
    }
}

impl Events {
    /// Adds an event; `write` writes its bytes into an empty buffer.
    pub(super) fn push(&mut self, event: ServerLinkEvent<MessageChannel>, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.push(event, write);
    }

    pub(super) fn messages_of(&mut self, peer: Peer) -> PeerMessages<'_> {
        PeerMessages { events: self, peer }
    }

    pub(super) fn pop(&mut self, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.0.pop(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Drops the queued messages of this peer.
    pub(super) fn drop_messages_of(&mut self, peer: Peer) {
        self.0.retain(|event| !matches!(event, ServerLinkEvent::Packet { peer: of, .. } if *of == peer));
    }
}
