//! A receiver's acknowledgement of the packets in its window.

use crate::litenetlib::handshake::field;
use crate::litenetlib::sequence::{Sequence, WINDOW};

/// Its size on the wire, first byte included; a packet of any other size is not an acknowledgement.
pub(super) const BYTES: usize = 13;

/// The offset of the bits. The last of their nine bytes is never used.
const BITS_AT: usize = 4;

/// The packets from one number on that have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Acknowledgement {
    pub(super) start: Sequence,
    /// A packet's bit is that of its [slot](Sequence::slot).
    pub(super) received: u64,
}

impl Acknowledgement {
    pub(super) fn parse(packet: &[u8]) -> Option<Self> {
        let packet: &[u8; BYTES] = packet.try_into().ok()?;
        let start = Sequence::from_wire(field(packet, 1)?)?;
        Some(Self { start, received: u64::from_le_bytes(field(packet, BITS_AT)?) })
    }

    /// Appends it without the first byte.
    pub(super) fn write(self, channel: u8, packet: &mut Vec<u8>) {
        packet.extend_from_slice(&self.start.to_wire());
        packet.push(channel);
        packet.extend_from_slice(&self.received.to_le_bytes());
        packet.push(0);
    }

    /// Whether a packet has arrived, according to this acknowledgement.
    pub(super) fn has(self, sequence: Sequence) -> bool {
        sequence.since(self.start) < WINDOW as i32 && self.received & (1 << sequence.slot()) != 0
    }
}
