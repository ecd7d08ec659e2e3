//! The first byte of a packet: its type, the connection number, and whether it is a fragment.

/// The mapping of numbers to packet types. Both dialects announce protocol 13, so only the first datagram
/// distinguishes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `LiteNetLib` 1.x, which all supported games use.
    #[default]
    V1,
    /// `LiteNetLib` 2.x, which has one additional type, at number 2.
    V2,
}

/// The type of a packet.
#[expect(missing_docs, reason = "the protocol's own names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketType {
    Unreliable,
    Channeled,
    ReliableMerged,
    Ack,
    Ping,
    Pong,
    ConnectRequest,
    ConnectAccept,
    Disconnect,
    UnconnectedMessage,
    MtuCheck,
    MtuOk,
    Broadcast,
    Merged,
    ShutdownOk,
    PeerNotFound,
    InvalidProtocol,
    NatMessage,
    Empty,
}

use PacketType::{
    Ack, Broadcast, Channeled, ConnectAccept, ConnectRequest, Disconnect, Empty, InvalidProtocol, Merged,
    MtuCheck, MtuOk, NatMessage, PeerNotFound, Ping, Pong, ReliableMerged, ShutdownOk, UnconnectedMessage,
    Unreliable,
};

/// The types in the order of their numbers in 2.x; without [`ReliableMerged`], in that of 1.x.
const TYPES: [PacketType; 19] = [
    Unreliable,
    Channeled,
    ReliableMerged,
    Ack,
    Ping,
    Pong,
    ConnectRequest,
    ConnectAccept,
    Disconnect,
    UnconnectedMessage,
    MtuCheck,
    MtuOk,
    Broadcast,
    Merged,
    ShutdownOk,
    PeerNotFound,
    InvalidProtocol,
    NatMessage,
    Empty,
];

const NUMBER_MASK: u8 = 0x1f;
const CONNECTION_SHIFT: u32 = 5;
const CONNECTION_MASK: u8 = 0b11;
const FRAGMENT_BIT: u8 = 0x80;

/// The size of a fragment's header, which follows the header of its channel, in bytes.
pub(crate) const FRAGMENT_HEADER_BYTES: usize = 6;

impl PacketType {
    /// Its number in a dialect. [`ReliableMerged`] does not exist in 1.x and gets the number of 2.x.
    pub fn number(self, dialect: Dialect) -> u8 {
        let number = self as u8;
        match dialect {
            Dialect::V1 if number > ReliableMerged as u8 => number - 1,
            Dialect::V1 | Dialect::V2 => number,
        }
    }

    /// The type of a number in a dialect.
    pub fn of_number(number: u8, dialect: Dialect) -> Option<Self> {
        let index = match dialect {
            Dialect::V1 if number >= ReliableMerged as u8 => number + 1,
            Dialect::V1 | Dialect::V2 => number,
        };
        TYPES.get(usize::from(index)).copied()
    }

    /// The smallest size of such a packet, with its first byte.
    fn bytes_min(self) -> usize {
        match self {
            Channeled | Ack => 4,
            Ping => 3,
            Pong => 11,
            ConnectRequest => 18,
            ConnectAccept => 15,
            Disconnect => 9,
            _ => 1,
        }
    }
}

/// The content of the first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstByte {
    /// The type of the packet.
    pub packet_type: PacketType,
    /// The number of its connection among four consecutive ones from the same address, from 0 to 3.
    pub connection_number: u8,
    /// Whether a fragment header follows.
    pub is_fragment: bool,
}

impl FirstByte {
    /// The first byte of a packet that is not a fragment.
    pub fn new(packet_type: PacketType, connection_number: u8) -> Self {
        Self { packet_type, connection_number, is_fragment: false }
    }

    /// Reads the first byte; `None` if the type is unknown, or the packet is too short for it.
    pub fn parse(packet: &[u8], dialect: Dialect) -> Option<Self> {
        let byte = *packet.first()?;
        let packet_type = PacketType::of_number(byte & NUMBER_MASK, dialect)?;
        let is_fragment = byte & FRAGMENT_BIT != 0;
        let bytes_min = packet_type.bytes_min() + if is_fragment { FRAGMENT_HEADER_BYTES } else { 0 };
        let connection_number = (byte >> CONNECTION_SHIFT) & CONNECTION_MASK;
        (packet.len() >= bytes_min).then_some(Self { packet_type, connection_number, is_fragment })
    }

    /// The first byte.
    pub fn byte(self, dialect: Dialect) -> u8 {
        let fragment = if self.is_fragment { FRAGMENT_BIT } else { 0 };
        let connection = (self.connection_number & CONNECTION_MASK) << CONNECTION_SHIFT;
        self.packet_type.number(dialect) | connection | fragment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_dialect_and_come_back() {
        let table = [
            (Unreliable, 0, 0),
            (Channeled, 1, 1),
            (Ack, 2, 3),
            (Ping, 3, 4),
            (Pong, 4, 5),
            (ConnectRequest, 5, 6),
            (ConnectAccept, 6, 7),
            (Disconnect, 7, 8),
            (UnconnectedMessage, 8, 9),
            (MtuCheck, 9, 10),
            (MtuOk, 10, 11),
            (Broadcast, 11, 12),
            (Merged, 12, 13),
            (ShutdownOk, 13, 14),
            (PeerNotFound, 14, 15),
            (InvalidProtocol, 15, 16),
            (NatMessage, 16, 17),
            (Empty, 17, 18),
        ];
        for (packet_type, v1, v2) in table {
            for (dialect, number) in [(Dialect::V1, v1), (Dialect::V2, v2)] {
                assert_eq!(packet_type.number(dialect), number, "{packet_type:?} in {dialect:?}");
                assert_eq!(PacketType::of_number(number, dialect), Some(packet_type));
            }
        }
        assert_eq!(PacketType::of_number(2, Dialect::V2), Some(ReliableMerged));
        assert_eq!(PacketType::of_number(18, Dialect::V1), None);
        assert_eq!(PacketType::of_number(19, Dialect::V2), None);
    }

    #[test]
    fn a_header_survives_and_what_is_too_short_for_its_type_has_none() {
        for connection_number in 0..4 {
            for is_fragment in [false, true] {
                let header = FirstByte { packet_type: Channeled, connection_number, is_fragment };
                let mut packet = vec![0; 10];
                packet[0] = header.byte(Dialect::V1);
                assert_eq!(FirstByte::parse(&packet, Dialect::V1), Some(header));
                let enough = if is_fragment { 10 } else { 4 };
                assert_eq!(FirstByte::parse(&packet[..enough], Dialect::V1), Some(header));
                assert_eq!(FirstByte::parse(&packet[..enough - 1], Dialect::V1), None);
            }
        }
        assert_eq!(FirstByte::parse(&[], Dialect::V1), None);
        assert_eq!(FirstByte::parse(&[0x1f], Dialect::V1), None);
    }
}
