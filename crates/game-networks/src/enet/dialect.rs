//! The difference between the datagrams of ENet's relatives: the first two bytes.

/// The dialect of the datagrams.
///
/// The first 16 bits of a datagram, big-endian, hold the number of the peer in bits 0 to 11, that of its session in
/// bits 12 and 13, and flags. Everything behind them is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// ENet-CSharp 2.x, as used by Ignorance: bit 14 says that a send time follows, and bit 15 is unused and must be 0.
    EnetCsharp,
    /// ENet 1.3 itself: bit 15 says that a send time follows, and bit 14 that the rest is compressed, which is not
    /// supported here.
    Enet13,
}

impl Dialect {
    /// The first word as stock ENet would have written it, or `None` if it is invalid.
    pub(crate) fn read(self, word: u16) -> Option<u16> {
        match self {
            Self::EnetCsharp if word & BIT_15 != 0 => None,
            Self::EnetCsharp if word & BIT_14 != 0 => Some(word & !BIT_14 | BIT_15),
            Self::Enet13 if word & BIT_14 != 0 => None,
            Self::EnetCsharp | Self::Enet13 => Some(word),
        }
    }

    /// Converts a datagram that stock ENet has written to this dialect.
    pub(crate) fn convert(self, datagram: &mut [u8]) {
        if let Some(word) = datagram.first_chunk_mut() {
            *word = self.write(u16::from_be_bytes(*word)).to_be_bytes();
        }
    }

    fn write(self, word: u16) -> u16 {
        match self {
            Self::EnetCsharp if word & BIT_15 != 0 => word & !BIT_15 | BIT_14,
            Self::EnetCsharp | Self::Enet13 => word,
        }
    }
}

const BIT_15: u16 = 0x8000;
const BIT_14: u16 = 0x4000;

#[cfg(test)]
mod tests {
    use super::*;

    /// First words with the bits that matter: as the fork sends them, and as stock ENet does.
    const WORDS: [(&str, u16, u16); 5] = [
        ("a peer, no time", 0x0005, 0x0005),
        ("a peer and its session, no time", 0x3005, 0x3005),
        ("a peer and a time", 0x4005, 0x8005),
        ("a peer, its session and a time", 0x7005, 0xb005),
        ("no peer yet, and a time", 0x4fff, 0x8fff),
    ];

    #[test]
    fn the_fork_says_with_bit_14_what_stock_enet_says_with_bit_15() {
        for (what, fork, stock) in WORDS {
            assert_eq!(Dialect::EnetCsharp.read(fork), Some(stock), "{what}");
            assert_eq!(Dialect::EnetCsharp.write(stock), fork, "{what}");
        }
    }

    #[test]
    fn stock_enet_is_left_as_it_is() {
        for (what, _, stock) in WORDS {
            assert_eq!(Dialect::Enet13.read(stock), Some(stock), "{what}");
            assert_eq!(Dialect::Enet13.write(stock), stock, "{what}");
        }
    }

    #[test]
    fn what_neither_can_have_meant_is_not_read() {
        assert_eq!(Dialect::EnetCsharp.read(0x8005), None, "stock ENet's time, said to the fork");
        assert_eq!(Dialect::Enet13.read(0x4005), None, "the fork's time is stock ENet's compression");
    }
}
