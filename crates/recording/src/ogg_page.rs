//! Ogg pages (RFC 3533 §6): writing them, and finding the whole pages at the start of a file.

use std::ops::Range;

/// One page that is being filled, and the numbers that a stream's pages count.
#[derive(Debug)]
pub(crate) struct PageBuilder {
    serial: u32,
    /// The number of sealed pages.
    sequence: u32,
    lacing: Vec<u8>,
    body: Vec<u8>,
}

/// The position of a page in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageKind {
    First,
    Middle,
    Last,
}

impl PageBuilder {
    /// The pages of a stream from this number on.
    pub(crate) fn new(serial: u32, sequence: u32) -> Self {
        Self { serial, sequence, lacing: Vec::with_capacity(SEGMENTS_MAX), body: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lacing.is_empty()
    }

    /// Whether a whole packet of this many bytes fits into this page.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.lacing.len() + segments(bytes) <= SEGMENTS_MAX
    }

    /// Adds a packet, for which there must be room.
    pub(crate) fn push(&mut self, packet: &[u8]) {
        debug_assert!(self.has_room(packet.len()), "the caller has checked for room");
        self.lacing.extend(std::iter::repeat_n(u8::MAX, packet.len() / 255));
        self.lacing.push((packet.len() % 255) as u8);
        self.body.extend_from_slice(packet);
    }

    /// Appends the page to `out`, and begins the next one. `granule` is the end of its last packet.
    pub(crate) fn seal(&mut self, kind: PageKind, granule: u64, out: &mut Vec<u8>) {
        let begins = out.len();
        out.extend_from_slice(CAPTURE_PATTERN);
        out.push(match kind {
            PageKind::First => FIRST,
            PageKind::Middle => 0,
            PageKind::Last => LAST,
        });
        out.extend_from_slice(&granule.to_le_bytes());
        out.extend_from_slice(&self.serial.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(self.lacing.len() as u8);
        out.append(&mut self.lacing);
        out.append(&mut self.body);
        let checksum = checksum(&out[begins..]);
        out[begins + CHECKSUM_AT..][..4].copy_from_slice(&checksum.to_le_bytes());
        self.sequence = self.sequence.wrapping_add(1);
    }
}

/// One whole page of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRead {
    pub(crate) bytes: usize,
    pub(crate) serial: u32,
    pub(crate) sequence: u32,
    pub(crate) granule: u64,
    pub(crate) is_last: bool,
}

impl PageRead {
    /// The page at the start of these bytes, if it is whole and undamaged.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
        let (lacing, _) = rest.split_at_checked(head[HEAD_BYTES - 1].into())?;
        let body: usize = lacing.iter().copied().map(usize::from).sum();
        let page = bytes.get(..HEAD_BYTES + lacing.len() + body)?;
        let number = |at: usize| u32::from_le_bytes(head[at..][..4].try_into().expect("four bytes are four"));
        let mut unsigned = page.to_vec();
        unsigned[CHECKSUM_AT..][..4].fill(0);
        let is_whole = head.starts_with(CAPTURE_PATTERN) && checksum(&unsigned) == number(CHECKSUM_AT);
        is_whole.then(|| Self {
            bytes: page.len(),
            serial: number(14),
            sequence: number(18),
            granule: u64::from(number(6)) | u64::from(number(10)) << 32,
            is_last: head[FLAGS_AT] & LAST != 0,
        })
    }
}

/// The positions of the packets in a whole page; `None` if one continues in the next page, which ours never do.
pub(crate) fn packets(page: &[u8]) -> Option<Vec<Range<usize>>> {
    let segments = usize::from(*page.get(HEAD_BYTES - 1)?);
    let lacing = page.get(HEAD_BYTES..HEAD_BYTES + segments)?;
    if page[FLAGS_AT] & CONTINUED != 0 || lacing.last() == Some(&u8::MAX) {
        return None;
    }
    let (mut packets, mut begins) = (Vec::new(), HEAD_BYTES + segments);
    let mut ends = begins;
    for length in lacing {
        ends += usize::from(*length);
        if *length < u8::MAX {
            packets.push(begins..ends);
            begins = ends;
        }
    }
    Some(packets)
}

/// The same bytes, with corrected checksums of all pages at their start: a fuzzer cannot guess checksums.
#[cfg(feature = "fuzzing")]
pub(crate) fn with_right_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut right = bytes.to_vec();
    let mut rest = &mut right[..];
    while let Some(segments) = rest.get(HEAD_BYTES - 1).copied().map(usize::from)
        && let Some(lacing) = rest.get(HEAD_BYTES..HEAD_BYTES + segments)
    {
        let bytes = HEAD_BYTES + segments + lacing.iter().copied().map(usize::from).sum::<usize>();
        let Some((page, behind)) = rest.split_at_mut_checked(bytes) else { break };
        page[CHECKSUM_AT..][..4].fill(0);
        let checksum = checksum(page);
        page[CHECKSUM_AT..][..4].copy_from_slice(&checksum.to_le_bytes());
        rest = behind;
    }
    right
}

/// With the largest number of segments, each of the largest length.
pub(crate) const PAGE_BYTES_MAX: usize = HEAD_BYTES + SEGMENTS_MAX + SEGMENTS_MAX * 255;

/// Followed by version 0.
const CAPTURE_PATTERN: &[u8] = b"OggS\0";
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;
const HEAD_BYTES: usize = 27;
const FLAGS_AT: usize = 5;
const CHECKSUM_AT: usize = 22;
const SEGMENTS_MAX: usize = 255;

fn segments(bytes: usize) -> usize {
    bytes / 255 + 1
}

/// A CRC with the polynomial 0x04C11DB7, unreflected, with an initial value of 0 and no final XOR, over the page with a
/// checksum of 0.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc, byte| crc << 8 ^ CRC_TABLE[usize::from((crc >> 24) as u8 ^ byte)])
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 << 31 == 0 { crc << 1 } else { crc << 1 ^ 0x04C1_1DB7 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn page(packet: &[u8]) -> Vec<u8> {
        let mut builder = PageBuilder::new(0x0102_0304, 7);
        builder.push(packet);
        let mut page = Vec::new();
        builder.seal(PageKind::Last, 0x0A0B_0C0D_0E0F, &mut page);
        page
    }

    #[test]
    fn a_page_is_read_as_it_was_written() {
        for bytes in [0, 1, 254, 255, 256, 510, 1275, 64_769] {
            let mut file = page(&vec![42; bytes]);
            let expected = PageRead {
                bytes: file.len(),
                serial: 0x0102_0304,
                sequence: 7,
                granule: 0x0A0B_0C0D_0E0F,
                is_last: true,
            };
            file.extend_from_slice(b"OggS and more");
            assert_eq!(PageRead::parse(&file), Some(expected), "{bytes} bytes");
        }
    }

    #[test]
    fn a_page_that_is_cut_or_changed_is_none() {
        let page = page(&[1, 2, 3]);
        for end in 0..page.len() {
            assert_eq!(PageRead::parse(&page[..end]), None, "{end} bytes of it");
        }
        for bit in 0..page.len() * 8 {
            let mut changed = page.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(PageRead::parse(&changed), None, "bit {bit}");
        }
    }

    #[test]
    fn a_page_takes_as_many_packets_as_it_can_tell_apart() {
        let mut builder = PageBuilder::new(1, 0);
        for _ in 0..SEGMENTS_MAX - 1 {
            builder.push(&[0; 254]);
        }
        assert!(builder.has_room(254) && !builder.has_room(255));
        builder.push(&[]);
        assert!(!builder.has_room(0));
        builder.seal(PageKind::First, 0, &mut Vec::new());
        assert!(builder.is_empty() && builder.has_room(254 * 255));
    }
}
