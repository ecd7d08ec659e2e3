//! Messages about a link that only our ends exchange.
//!
//! Steam does not report that the other side has left, and the originals rely on the game for that. So our ends send
//! signals that originals never notice: the end that opens a link sends [`Hello`](Signal::Hello) on a channel that
//! originals do not read. An end that answers is one of ours, and from then on the rest travels among the packets, in
//! order with them.
//!
//! ```text
//!   opens ── Hello 7, on a channel for it ──▶ other
//!         ◀── Welcome 7, before all packets ──
//!         ◀═══════════ packets ══════════════▶
//!         ── Goodbye 7, after all packets ───▶      or the other way, with words
//! ```
//!
//! A link has the number that its opener gave it, so that leftovers of an earlier link are recognized. Between
//! players, each opens a link and welcomes the other's; a link carries packets when it is welcomed.

use consonance_link::{DisconnectReason, REASON_BYTES_MAX};

/// A message from one end to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Opens a link.
    Hello(u32),
    /// Accepts the link with this number.
    Welcome(u32),
    /// The link ends, with a reason, which may be empty, and is at most [`REASON_BYTES_MAX`] long.
    Goodbye(u32, String),
    /// A heartbeat, so that Steam notices if the other end is gone.
    StillHere,
}

impl Signal {
    /// `prefix 8 | kind u8`, then the number, little-endian, and the words in UTF-8 to the end. Too many words are cut.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = PREFIX.to_vec();
        let (kind, number, words) = match self {
            Self::Hello(number) => (1, Some(number), ""),
            Self::Welcome(number) => (2, Some(number), ""),
            Self::Goodbye(number, words) => (3, Some(number), DisconnectReason::cut(words)),
            Self::StillHere => (4, None, ""),
        };
        bytes.push(kind);
        bytes.extend(number.into_iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend_from_slice(words.as_bytes());
        bytes
    }

    /// Reads one. `None` for everything else, which is a packet.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (&kind, rest) = bytes.strip_prefix(PREFIX)?.split_first()?;
        if kind == 4 {
            return rest.is_empty().then_some(Self::StillHere);
        }
        let (number, words) = rest.split_first_chunk()?;
        let number = u32::from_le_bytes(*number);
        match kind {
            1 if words.is_empty() => Some(Self::Hello(number)),
            2 if words.is_empty() => Some(Self::Welcome(number)),
            3 if words.len() <= REASON_BYTES_MAX => {
                Some(Self::Goodbye(number, std::str::from_utf8(words).ok()?.to_owned()))
            }
            _ => None,
        }
    }
}

/// No packet of voice begins like this: those begin with `8b c7`.
const PREFIX: &[u8; 8] = b"cnsnlink";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same_and_has_these_bytes() {
        let rows: [(Signal, &[u8]); 4] = [
            (Signal::Hello(0x0102_0304), b"cnsnlink\x01\x04\x03\x02\x01"),
            (Signal::Welcome(7), b"cnsnlink\x02\x07\0\0\0"),
            (Signal::Goodbye(7, "enough".to_owned()), b"cnsnlink\x03\x07\0\0\0enough"),
            (Signal::StillHere, b"cnsnlink\x04"),
        ];
        for (signal, bytes) in rows {
            assert_eq!(signal.to_bytes(), bytes);
            assert_eq!(Signal::parse(bytes), Some(signal));
        }
    }

    #[test]
    fn words_are_cut_where_they_are_too_many_and_more_of_them_are_a_packet() {
        let longest = Signal::Goodbye(7, "x".repeat(REASON_BYTES_MAX));
        let longer = Signal::Goodbye(7, "x".repeat(REASON_BYTES_MAX + 1));
        assert_eq!(Signal::parse(&longer.to_bytes()), Some(longest.clone()));
        assert_eq!(Signal::parse(&[&longest.to_bytes()[..], b"x"].concat()), None);
    }

    #[test]
    fn whatever_is_cut_or_longer_or_unknown_is_a_packet() {
        let hello = Signal::Hello(7).to_bytes();
        for length in 0..hello.len() {
            assert_eq!(Signal::parse(&hello[..length]), None, "{length} bytes");
        }
        for bytes in [
            &b"cnsnlink\x01\x07\0\0\0x"[..],
            b"cnsnlink\x04x",
            b"cnsnlink\x05\x07\0\0\0",
            b"cnsnlink\x03\x07\0\0\0\xff",
            b"\x8b\xc7\x06",
        ] {
            assert_eq!(Signal::parse(bytes), None, "{bytes:02x?}");
        }
    }
}
