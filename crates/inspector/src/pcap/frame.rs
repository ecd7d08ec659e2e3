//! Made-up IPv4 and UDP headers, so that Wireshark knows what to do with a packet.

/// The UDP port that unreliable packets have in captures, on both sides; 49242.
pub const UNRELIABLE_PORT: u16 = 0xc05a;
/// The UDP port that reliable packets have in captures, on both sides; 49243.
pub const RELIABLE_PORT: u16 = UNRELIABLE_PORT + 1;

/// Our end of every link: 198.18.0.1, out of the block that RFC 2544 sets aside for tests.
const OUR_ADDRESS: u32 = 0xc612_0001;

const IP_HEADER_BYTES: usize = 20;
const UDP_HEADER_BYTES: usize = 8;
const UDP: u8 = 17;
const HOPS: u8 = 64;

/// A packet in a frame to or from the other end of this interface.
pub(crate) fn of(packet: &[u8], interface: u16, is_received: bool, is_reliable: bool) -> Vec<u8> {
    // None of our networks carries packets larger than a datagram.
    let packet = &packet[..packet.len().min(usize::from(u16::MAX) - IP_HEADER_BYTES - UDP_HEADER_BYTES)];
    let theirs = OUR_ADDRESS + 1 + u32::from(interface);
    let (from, to) = if is_received { (theirs, OUR_ADDRESS) } else { (OUR_ADDRESS, theirs) };
    let port = if is_reliable { RELIABLE_PORT } else { UNRELIABLE_PORT };
    let udp_bytes = UDP_HEADER_BYTES + packet.len();

    let mut frame = Vec::with_capacity(IP_HEADER_BYTES + udp_bytes);
    // Version 4 and five words of header; no type of service.
    frame.extend([0x45, 0]);
    frame.extend(((IP_HEADER_BYTES + udp_bytes) as u16).to_be_bytes());
    // No identification; don't fragment.
    frame.extend([0, 0, 0x40, 0]);
    frame.extend([HOPS, UDP, 0, 0]);
    frame.extend(from.to_be_bytes());
    frame.extend(to.to_be_bytes());
    let checksum = internet_checksum(&frame);
    frame[10..12].copy_from_slice(&checksum.to_be_bytes());
    frame.extend(port.to_be_bytes());
    frame.extend(port.to_be_bytes());
    frame.extend((udp_bytes as u16).to_be_bytes());
    // No checksum, which IPv4 allows.
    frame.extend([0, 0]);
    frame.extend(packet);
    frame
}

/// RFC 1071, over an even number of bytes.
fn internet_checksum(header: &[u8]) -> u16 {
    let sum: u32 = header.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    !((sum & 0xffff) + (sum >> 16)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_adds_up_and_the_packet_follows() {
        let frame = of(b"voice", 0, true, false);
        assert_eq!(internet_checksum(&frame[..20]), 0, "a right header sums up to nothing");
        assert_eq!(frame[12..20], [198, 18, 0, 2, 198, 18, 0, 1]);
        assert_eq!(frame[20..26], [0xc0, 0x5a, 0xc0, 0x5a, 0, 13]);
        assert_eq!(&frame[28..], b"voice");
    }

    #[test]
    fn each_interface_has_an_address_and_each_delivery_a_port() {
        let frame = of(b"", 999, false, true);
        assert_eq!(frame[12..20], [198, 18, 0, 1, 198, 18, 3, 233]);
        assert_eq!(frame[20..24], [0xc0, 0x5b, 0xc0, 0x5b]);
    }

    #[test]
    fn more_than_a_datagram_can_hold_is_cut() {
        assert_eq!(of(&vec![0; 70_000], 0, true, true).len(), 65_535);
    }
}
