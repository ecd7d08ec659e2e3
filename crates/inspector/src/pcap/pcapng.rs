//! The blocks of a pcapng file (draft-ietf-opsawg-pcapng), as much of them as a writer needs.
//!
//! A block is its type, its length, a body, options, and its length again; everything is a multiple of four bytes.

/// Raw IP, beginning with its own version: `LINKTYPE_RAW`.
const LINK_TYPE_RAW: u16 = 101;
/// Readers take little-endian and big-endian sections; this says which.
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// 10^-9 s.
const NANOSECONDS: u8 = 9;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// A packet with its metadata.
#[derive(Debug)]
pub(crate) struct EnhancedPacket<'a> {
    pub(crate) interface: u32,
    /// Since 1970.
    pub(crate) nanoseconds: u64,
    pub(crate) frame: &'a [u8],
    pub(crate) is_received: bool,
    /// Lost between the packet before and this one.
    pub(crate) dropped: u64,
    pub(crate) comment: &'a str,
}

/// How a capture ended for one interface.
#[derive(Debug)]
pub(crate) struct InterfaceStatistics<'a> {
    pub(crate) interface: u32,
    /// Since 1970.
    pub(crate) nanoseconds: u64,
    pub(crate) packets: u64,
    pub(crate) dropped: u64,
    pub(crate) comment: Option<&'a str>,
}

/// The beginning of the file.
pub(crate) fn section_header(application: &str, comment: &str) -> Vec<u8> {
    let mut block = Block::begin(SECTION_HEADER);
    block.u32(BYTE_ORDER_MAGIC);
    block.u16(1);
    block.u16(0);
    // Section length: unknown.
    block.u64(u64::MAX);
    block.option(1, comment.as_bytes());
    block.option(4, application.as_bytes());
    block.end()
}

/// An interface; they are numbered from 0 in the order in which they are described.
pub(crate) fn interface_description(name: &str, description: &str) -> Vec<u8> {
    let mut block = Block::begin(INTERFACE_DESCRIPTION);
    block.u16(LINK_TYPE_RAW);
    block.u16(0);
    // Snapshot length: no limit.
    block.u32(0);
    block.option(2, name.as_bytes());
    block.option(3, description.as_bytes());
    block.option(9, &[NANOSECONDS]);
    block.end()
}

pub(crate) fn enhanced_packet(packet: &EnhancedPacket<'_>) -> Vec<u8> {
    let mut block = Block::begin(ENHANCED_PACKET);
    block.u32(packet.interface);
    block.time(packet.nanoseconds);
    block.u32(packet.frame.len() as u32);
    block.u32(packet.frame.len() as u32);
    block.padded(packet.frame);
    block.option(1, packet.comment.as_bytes());
    let direction: u32 = if packet.is_received { 1 } else { 2 };
    block.option(2, &direction.to_le_bytes());
    if packet.dropped > 0 {
        block.option(4, &packet.dropped.to_le_bytes());
    }
    block.end()
}

pub(crate) fn interface_statistics(statistics: &InterfaceStatistics<'_>) -> Vec<u8> {
    let mut block = Block::begin(INTERFACE_STATISTICS);
    block.u32(statistics.interface);
    block.time(statistics.nanoseconds);
    if let Some(comment) = statistics.comment {
        block.option(1, comment.as_bytes());
    }
    block.option(4, &statistics.packets.to_le_bytes());
    block.option(5, &statistics.dropped.to_le_bytes());
    block.end()
}

/// A block that is being filled.
struct Block(Vec<u8>);

impl Block {
    fn begin(kind: u32) -> Self {
        let mut bytes = kind.to_le_bytes().to_vec();
        // The length, filled in by `end`.
        bytes.extend([0; 4]);
        Self(bytes)
    }

    fn u16(&mut self, value: u16) {
        self.0.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    fn time(&mut self, nanoseconds: u64) {
        self.u32((nanoseconds >> 32) as u32);
        self.u32(nanoseconds as u32);
    }

    fn padded(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        self.u16(code);
        self.u16(value.len() as u16);
        self.padded(value);
    }

    fn end(mut self) -> Vec<u8> {
        // The end of the options.
        self.u32(0);
        let length = (self.0.len() + 4) as u32;
        self.0[4..8].copy_from_slice(&length.to_le_bytes());
        self.u32(length);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_says_its_length_at_both_ends_and_is_padded_to_four_bytes() {
        let block = interface_description("server", "");
        let length = block.len() as u32;
        assert_eq!(length % 4, 0);
        assert_eq!(block[..4], 1_u32.to_le_bytes());
        assert_eq!(block[4..8], length.to_le_bytes());
        assert_eq!(block[block.len() - 4..], length.to_le_bytes());
    }

    #[test]
    fn a_packet_stands_in_its_block_with_time_direction_and_losses() {
        let frame = [9, 8, 7, 6, 5];
        let block = enhanced_packet(&EnhancedPacket {
            interface: 2,
            nanoseconds: 0x0000_0001_0000_0002,
            frame: &frame,
            is_received: true,
            dropped: 3,
            comment: "hi",
        });
        let mut expected = Vec::new();
        for word in [6, block.len() as u32, 2, 1, 2, 5, 5] {
            expected.extend(word.to_le_bytes());
        }
        expected.extend([9, 8, 7, 6, 5, 0, 0, 0]);
        expected.extend([1, 0, 2, 0, b'h', b'i', 0, 0]);
        expected.extend([2, 0, 4, 0, 1, 0, 0, 0]);
        expected.extend([4, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([0; 4]);
        expected.extend((block.len() as u32).to_le_bytes());
        assert_eq!(block, expected);
    }
}
