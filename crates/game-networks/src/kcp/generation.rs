//! The generations of kcp2k: each frames its datagrams and identifies its messages differently.

use consonance_link::{Delivery, PacketLimits};

use crate::kcp::arq::PARTS_MAX;
use crate::kcp::segment::HEADER_BYTES;

/// The largest datagram that either side sends or reads, in bytes: the limit of stock ends.
pub const DATAGRAM_BYTES_MAX: usize = 1200;

/// The first byte of a datagram of segments.
pub(crate) const RELIABLE: u8 = 1;
/// The first byte of a datagram that is one message.
pub(crate) const UNRELIABLE: u8 = 2;

/// The first byte of a reliable message.
pub(crate) mod opcode {
    pub(crate) const HELLO: u8 = 1;
    pub(crate) const PING: u8 = 2;
    pub(crate) const DATA: u8 = 3;
    /// A goodbye up to G3; in G4 the answer to a ping with a time in it.
    pub(crate) const GOODBYE_OR_PONG: u8 = 4;
}

/// The first byte of an unreliable message in G4.
pub(crate) mod unreliable_opcode {
    pub(crate) const DATA: u8 = 4;
    pub(crate) const GOODBYE: u8 = 5;
}

/// A generation of kcp2k, as visible on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// V1.6 to V1.34, Mirror v30.3.8 to v78.2 (2021-01 to 2023-03): no cookies.
    G1,
    /// V1.35 to V1.37, Mirror v78.3 to v82.8.1 (2023-04 to 2023-10): each side has a cookie.
    G2,
    /// V1.38 and V1.39, Mirror v82.8.2 to v86.15.3 (2023-10 to 2024-01): the server has a cookie.
    G3,
    /// V1.40 and later, Mirror v86.15.4 and later (since 2024-01): unreliable messages carry an opcode.
    G4,
}

impl Generation {
    /// All generations, oldest first.
    pub const ALL: [Self; 4] = [Self::G1, Self::G2, Self::G3, Self::G4];

    /// The largest message of this delivery, in bytes.
    pub fn message_bytes_max(self, delivery: Delivery) -> usize {
        let datagram = DATAGRAM_BYTES_MAX - self.prefix_bytes();
        match delivery {
            Delivery::Reliable => (datagram - HEADER_BYTES) * PARTS_MAX - 1,
            Delivery::Unreliable => datagram - usize::from(self == Self::G4),
        }
    }

    pub(crate) fn limits(self) -> PacketLimits {
        PacketLimits {
            reliable_bytes: self.message_bytes_max(Delivery::Reliable),
            unreliable_bytes: self.message_bytes_max(Delivery::Unreliable),
        }
    }

    /// The size of the prefix of a datagram: its kind, and perhaps a cookie.
    pub(crate) fn prefix_bytes(self) -> usize {
        if self.has_cookies() { 5 } else { 1 }
    }

    /// The size of a datagram with a hello, from either side, in bytes.
    pub(crate) fn hello_bytes(self) -> usize {
        let cookie = if self == Self::G2 { 4 } else { 0 };
        self.prefix_bytes() + HEADER_BYTES + 1 + cookie
    }

    pub(crate) fn has_cookies(self) -> bool {
        self != Self::G1
    }

    /// Whether datagrams to a new client before its admission contain something that only its address can repeat.
    pub(crate) fn can_prove_at_once(self) -> bool {
        matches!(self, Self::G3 | Self::G4)
    }

    /// Whether a goodbye is a reliable message; otherwise it is a separate datagram.
    pub(crate) fn has_reliable_goodbye(self) -> bool {
        self != Self::G4
    }

    pub(crate) fn to_byte(self) -> u8 {
        match self {
            Self::G1 => 1,
            Self::G2 => 2,
            Self::G3 => 3,
            Self::G4 => 4,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|generation| generation.to_byte() == byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_messages_are_those_of_stock_ends() {
        let largest = |delivery| Generation::ALL.map(|generation| generation.message_bytes_max(delivery));
        assert_eq!(largest(Delivery::Unreliable), [1199, 1195, 1195, 1194]);
        assert_eq!(largest(Delivery::Reliable), [298_449, 297_433, 297_433, 297_433]);
    }
}
