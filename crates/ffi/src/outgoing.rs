//! What a game's own network has to do next, until the game has taken it.

use consonance::transport::Delivery;

use crate::c::{ArrayOut, Out};
use crate::error::{CError, Failure};
use crate::structs::{CPacket, CPacketAction};

/// One thing to do: for the server, or for all these peers, one after the other.
pub(crate) struct Outgoing {
    action: CPacketAction,
    delivery: Delivery,
    /// Of a chat, its server.
    peers: Vec<u64>,
    packet: Vec<u8>,
}

impl Outgoing {
    pub(crate) fn packet(peers: &[u64], delivery: Delivery, packet: &[u8]) -> Self {
        Self { action: CPacketAction::Send, delivery, peers: peers.to_vec(), packet: packet.to_vec() }
    }

    /// What needs no bytes.
    pub(crate) fn link(action: CPacketAction, peer: u64) -> Self {
        Self { action, delivery: Delivery::Reliable, peers: vec![peer], packet: Vec::new() }
    }

    /// Writes it for the last of its peers, and gives back what remains.
    ///
    /// # Errors
    /// If the buffer is too small: with everything that remains.
    pub(crate) fn write(
        mut self,
        packet: Out<CPacket>,
        buffer: ArrayOut<u8>,
        capacity: usize,
        length: Out<usize>,
    ) -> (Option<Self>, Result<(), Failure>) {
        let Some(peer) = self.peers.last().copied() else { return (None, Err(CError::Nothing.into())) };
        let row = CPacket {
            size: 0,
            action: self.action as i32,
            peer,
            reliable: (self.delivery == Delivery::Reliable).into(),
            reserved: 0,
        };
        let written = buffer
            .write_bytes(capacity, length, &self.packet)
            .and_then(|()| packet.write_sized("packet", row));
        if written.is_ok() {
            self.peers.pop();
        }
        ((!self.peers.is_empty()).then_some(self), written)
    }
}
