//! The game's next action for packets, kept until the game has taken it.

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

    /// From the server of a link.
    pub(crate) fn received(delivery: Delivery, packet: &[u8]) -> Self {
        Self { action: CPacketAction::Received, ..Self::packet(&[0], delivery, packet) }
    }

    /// An action for a link, with a text.
    pub(crate) fn words(action: CPacketAction, peer: u64, words: &str) -> Self {
        Self { packet: words.as_bytes().to_vec(), ..Self::link(action, peer) }
    }

    /// An action that needs no bytes.
    pub(crate) fn link(action: CPacketAction, peer: u64) -> Self {
        Self { action, delivery: Delivery::Reliable, peers: vec![peer], packet: Vec::new() }
    }
}

/// C's buffers for the next action: its struct, and its bytes in a buffer of this capacity.
#[derive(Clone, Copy)]
pub(crate) struct PacketOut {
    pub(crate) packet: Out<CPacket>,
    pub(crate) buffer: ArrayOut<u8>,
    pub(crate) capacity: usize,
    pub(crate) length: Out<usize>,
}

/// An action that was not written completely: the buffer was too small, or there are more peers.
#[derive(Default)]
pub(crate) struct Waiting(Option<Outgoing>);

impl Waiting {
    /// Writes what waits, or what `next` has, for one of its peers.
    ///
    /// # Errors
    /// [`CError::Nothing`], or if the buffer is too small; then it waits on.
    pub(crate) fn write_next(
        &mut self,
        next: impl FnOnce() -> Option<Outgoing>,
        into: PacketOut,
    ) -> Result<(), Failure> {
        let PacketOut { packet, buffer, capacity, length } = into;
        let outgoing = self.0.take().or_else(next).filter(|outgoing| !outgoing.peers.is_empty());
        let outgoing = self.0.insert(outgoing.ok_or(CError::Nothing)?);
        let row = CPacket {
            size: 0,
            action: outgoing.action as i32,
            peer: outgoing.peers.last().copied().unwrap_or_default(),
            reliable: (outgoing.delivery == Delivery::Reliable).into(),
            reserved: 0,
        };
        buffer.write_bytes(capacity, length, &outgoing.packet)?;
        packet.write_sized("packet", row)?;
        outgoing.peers.pop();
        if outgoing.peers.is_empty() {
            self.0 = None;
        }
        Ok(())
    }
}
