//! Merging of packets for the same destination into shared datagrams.

use consonance_link::gateway::udp::BytesQueue;

/// The size of the length before each packet in a shared datagram, in bytes.
const LENGTH_BYTES: usize = 2;

/// A packet that leaves less room than this gets a datagram of its own (`LiteNetLib`'s own value).
const ROOM_BYTES_MIN: usize = 20;

/// The datagrams to send: complete ones, and one that is being filled.
#[derive(Debug)]
pub(super) struct Merging {
    mtu: usize,
    /// The first byte of a shared datagram, then packets with their lengths.
    open: Vec<u8>,
    packets_in_open: usize,
    complete: BytesQueue<()>,
}

impl Merging {
    pub(super) fn new(mtu: usize, first_byte: u8) -> Self {
        Self { mtu, open: vec![first_byte], packets_in_open: 0, complete: BytesQueue::default() }
    }

    /// Appends a packet, given in pieces, to the open datagram or to a new one.
    pub(super) fn put(&mut self, packet: &[&[u8]]) {
        let bytes: usize = packet.iter().map(|piece| piece.len()).sum();
        if bytes + ROOM_BYTES_MIN >= self.mtu {
            self.put_alone(packet);
            return;
        }
        if self.open.len() + LENGTH_BYTES + bytes > self.mtu {
            self.close();
        }
        self.open.extend_from_slice(&(bytes as u16).to_le_bytes());
        for piece in packet {
            self.open.extend_from_slice(piece);
        }
        self.packets_in_open += 1;
    }

    /// Appends a packet in a datagram of its own.
    pub(super) fn put_alone(&mut self, packet: &[&[u8]]) {
        self.close();
        self.complete.push((), |datagram| packet.iter().for_each(|piece| datagram.extend_from_slice(piece)));
    }

    /// Takes the first datagram; its bytes are appended to the buffer.
    pub(super) fn pop(&mut self, datagram: &mut Vec<u8>) -> bool {
        if self.complete.is_empty() {
            self.close();
        }
        self.complete.pop(datagram).is_some()
    }

    fn close(&mut self) {
        // A single packet needs neither a length nor the first byte of a merged one.
        let start = match std::mem::take(&mut self.packets_in_open) {
            0 => return,
            1 => 1 + LENGTH_BYTES,
            _ => 0,
        };
        self.complete.push((), |datagram| datagram.extend_from_slice(&self.open[start..]));
        self.open.truncate(1);
    }
}

/// Splits off the first packet of a shared datagram, given without its first byte; returns the packet and the rest.
/// `None` at the end of the datagram, and when it becomes invalid.
pub(super) fn split(merged: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = merged.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::from(u16::from_le_bytes(*length));
    if length == 0 { None } else { rest.split_at_checked(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagrams(mut merging: Merging) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut datagram = Vec::new();
        while merging.pop(&mut datagram) {
            all.push(std::mem::take(&mut datagram));
        }
        all
    }

    #[test]
    fn two_packets_share_a_datagram_and_one_goes_bare() {
        let mut merging = Merging::new(100, 12);
        merging.put(&[&[0], b"m1"]);
        merging.put(&[b"\0m2"]);
        assert_eq!(datagrams(merging), [b"\x0c\x03\0\0m1\x03\0\0m2"]);
        let mut merging = Merging::new(100, 12);
        merging.put(&[b"\0m1"]);
        assert_eq!(datagrams(merging), [b"\0m1"]);
    }

    #[test]
    fn no_datagram_is_too_long_and_order_is_kept() {
        let mut merging = Merging::new(100, 12);
        for (number, bytes) in [10, 79, 80, 50, 43, 46, 100, 1].into_iter().enumerate() {
            merging.put(&[&vec![number as u8; bytes]]);
        }
        let datagrams = datagrams(merging);
        let firsts: Vec<u8> =
            datagrams.iter().map(|bytes| if bytes[0] == 12 { bytes[3] } else { bytes[0] }).collect();
        assert_eq!(firsts, [0, 2, 3, 5, 6, 7]);
        assert!(datagrams.iter().all(|datagram| datagram.len() <= 100));
    }

    #[test]
    fn a_length_of_nothing_and_one_of_too_much_end_it() {
        assert_eq!(split(&[1, 0, 7, 9]), Some((&[7_u8][..], &[9_u8][..])));
        for merged in [&[0, 0, 7][..], &[2, 0, 7], &[1], &[]] {
            assert_eq!(split(merged), None, "{merged:?}");
        }
    }
}
