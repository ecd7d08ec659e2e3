//! The contents of the game's messages: the sender, and the time of sending.
//!
//! A kind (`u8`), a number (`u16`, in moves whether they are reliable), the time of sending (`u64`, nanoseconds since
//! the bench began), all little-endian, and as much noise as a moving player's state takes.

use std::time::Duration;

use consonance_link::Delivery;

use super::side::Side;

/// The contents of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamped {
    /// The introduction of a client: its side, and its number there.
    Introduction { side: Side, number: u16 },
    /// A move, and its time of sending. Some networks have only reliable messages, so the message itself says which
    /// delivery is meant.
    Move { delivery: Delivery, sent_at: Duration },
}

const BYTES: usize = 40;
/// The kind of a move; smaller numbers are introductions, by side.
const MOVE: u8 = Side::ALL.len() as u8;

impl Stamped {
    /// The encoded contents.
    pub(super) fn to_bytes(self) -> [u8; BYTES] {
        let (kind, number, sent_at) = match self {
            Self::Introduction { side, number } => (side as u8, number, Duration::ZERO),
            Self::Move { delivery, sent_at } => (MOVE, u16::from(delivery == Delivery::Reliable), sent_at),
        };
        let mut bytes = [0x5a; BYTES];
        bytes[0] = kind;
        bytes[1..3].copy_from_slice(&number.to_le_bytes());
        bytes[3..11].copy_from_slice(&(sent_at.as_nanos() as u64).to_le_bytes());
        bytes
    }

    /// Parses contents; `None` for anything else.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = <&[u8; BYTES]>::try_from(bytes).ok()?.split_first()?;
        let (number, rest) = rest.split_first_chunk::<2>()?;
        let number = u16::from_le_bytes(*number);
        if *kind != MOVE {
            let side = *Side::ALL.get(usize::from(*kind))?;
            return Some(Self::Introduction { side, number });
        }
        let delivery = if number == 1 { Delivery::Reliable } else { Delivery::Unreliable };
        let sent_at = u64::from_le_bytes(*rest.first_chunk()?);
        Some(Self::Move { delivery, sent_at: Duration::from_nanos(sent_at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for stamped in [
            Stamped::Introduction { side: Side::Direct, number: 3 },
            Stamped::Introduction { side: Side::Bare, number: 4 },
            Stamped::Introduction { side: Side::Proxied, number: 999 },
            Stamped::Move { delivery: Delivery::Reliable, sent_at: Duration::from_nanos(123_456_789) },
            Stamped::Move { delivery: Delivery::Unreliable, sent_at: Duration::ZERO },
        ] {
            assert_eq!(Stamped::of_bytes(&stamped.to_bytes()), Some(stamped));
        }
        assert_eq!(Stamped::of_bytes(&[9; BYTES]), None);
        assert_eq!(Stamped::of_bytes(b""), None);
    }
}
