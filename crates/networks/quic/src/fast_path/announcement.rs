//! The negotiation of the path between two peers, over their existing connection.

use std::num::NonZeroU16;

use crate::fast_path::Cipher;

/// The number of ciphers read from an offer.
const CIPHERS_MAX: usize = 8;

/// The bit of an offer's flags for datagrams with several packets.
const TAKES_SEVERAL: u8 = 0x01;

/// A client's capabilities and preferences: flags, the number of ciphers, and their codes, the best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The ciphers that it supports, the preferred one first.
    pub ciphers: Vec<Cipher>,
    /// Whether it accepts datagrams with several packets.
    pub takes_several: bool,
}

impl Offer {
    /// The encoded offer.
    pub fn encode(&self) -> Vec<u8> {
        let ciphers = &self.ciphers[..self.ciphers.len().min(CIPHERS_MAX)];
        let mut bytes = vec![if self.takes_several { TAKES_SEVERAL } else { 0 }, ciphers.len() as u8];
        bytes.extend(ciphers.iter().map(|cipher| cipher.code()));
        bytes
    }

    /// Reads an offer. Ciphers that are not known here, flags and whatever follows are skipped: later versions may
    /// add them. `None` if it is cut short.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [flags, count, rest @ ..] = bytes else { return None };
        let codes = rest.get(..usize::from(*count))?;
        let ciphers = codes.iter().take(CIPHERS_MAX).filter_map(|&code| Cipher::from_code(code)).collect();
        Some(Self { ciphers, takes_several: flags & TAKES_SEVERAL != 0 })
    }
}

/// The destination of a client's datagrams: port, worker, link and cipher; 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The UDP port, at the address of the connection; `None` for the connection's own, whatever number the client
    /// knows it by.
    pub port: Option<NonZeroU16>,
    /// The number of the worker that reads them; the system steers by it.
    pub worker: u8,
    /// The client's number there.
    pub link: u32,
    /// The cipher of the datagrams.
    pub cipher: Cipher,
}

impl Announcement {
    /// The length of an announcement.
    pub const BYTES: usize = 8;

    /// The encoded announcement.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let [p0, p1] = self.port.map_or(0, NonZeroU16::get).to_be_bytes();
        let [l0, l1, l2, l3] = self.link.to_be_bytes();
        [p0, p1, self.worker, l0, l1, l2, l3, self.cipher.code()]
    }

    /// Reads an announcement; further bytes are ignored. `None` if it is too short or names an unknown cipher.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [p0, p1, worker, l0, l1, l2, l3, cipher] = *bytes.first_chunk()?;
        let port = NonZeroU16::new(u16::from_be_bytes([p0, p1]));
        Some(Self {
            port,
            worker,
            link: u32::from_be_bytes([l0, l1, l2, l3]),
            cipher: Cipher::from_code(cipher)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offer() -> Offer {
        Offer { ciphers: vec![Cipher::ChaCha20Poly1305, Cipher::Aes128Gcm], takes_several: true }
    }

    fn announcement() -> Announcement {
        Announcement { port: NonZeroU16::new(7777), worker: 3, link: 0x0102_0304, cipher: Cipher::Aes128Gcm }
    }

    #[test]
    fn what_is_said_is_understood() {
        assert_eq!(offer().encode(), [1, 2, 2, 1]);
        assert_eq!(Offer::parse(&offer().encode()), Some(offer()));
        assert_eq!(announcement().encode(), [0x1e, 0x61, 3, 1, 2, 3, 4, 1]);
        assert_eq!(Announcement::parse(&announcement().encode()), Some(announcement()));
        let same_port = Announcement { port: None, ..announcement() };
        assert_eq!(Announcement::parse(&same_port.encode()), Some(same_port));
    }

    #[test]
    fn what_later_versions_add_is_skipped() {
        assert_eq!(Offer::parse(&[0xff, 3, 9, 2, 1, 7, 7]), Some(offer()));
        let mut longer = announcement().encode().to_vec();
        longer.push(9);
        assert_eq!(Announcement::parse(&longer), Some(announcement()));
    }

    #[test]
    fn what_is_cut_short_or_makes_no_sense_is_refused() {
        let offer = offer().encode();
        let announcement = announcement().encode();
        assert!((0..offer.len()).all(|length| Offer::parse(&offer[..length]).is_none()));
        assert!((0..announcement.len()).all(|length| Announcement::parse(&announcement[..length]).is_none()));
        assert_eq!(Announcement::parse(&[0, 1, 3, 1, 2, 3, 4, 9]), None, "an unknown cipher");
    }

    #[cfg(not(feature = "plain-cipher"))]
    #[test]
    fn a_path_without_encryption_can_be_neither_offered_nor_announced() {
        assert_eq!(Offer::parse(&[1, 2, 0, 1]).unwrap().ciphers, [Cipher::Aes128Gcm]);
        assert_eq!(Announcement::parse(&[0x1e, 0x61, 3, 1, 2, 3, 4, 0]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_to_be_judged(bytes: Vec<u8>) {
            let _ = Offer::parse(&bytes);
            if let Some(announcement) = Announcement::parse(&bytes) {
                prop_assert!(bytes.starts_with(&announcement.encode()));
            }
        }
    }
}
