//! What a receiver says about the window of packets that it looks at.

use crate::handshake::field;
use crate::sequence::{Sequence, WINDOW};

/// How long it is on the wire, first byte included; any other length is none.
pub(super) const BYTES: usize = 13;

/// Where the bits begin. Of their nine bytes the last is never used.
const BITS_AT: usize = 4;

/// Which of the packets from one number on have come.
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

    /// Whether a packet has come, as far as this tells.
    pub(super) fn has(self, sequence: Sequence) -> bool {
        sequence.since(self.start) < WINDOW as i32 && self.received & (1 << sequence.slot()) != 0
    }
}
