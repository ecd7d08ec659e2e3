//! Packets put together from the frames of others.

use alloc::vec::Vec;

use crate::opus_packet::head::{CODE, HAS_LENGTHS};

/// Puts a packet together, in place of what `out` held, from frames that have this first byte in common, all but the
/// count; `lengths` are theirs, and `bytes` the frames one after the other.
///
/// It is a packet if there are frames, of together at most 120 ms and each of at most 1275 bytes.
pub fn write(toc: u8, lengths: &[u16], bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    if lengths.len() == 1 {
        out.push(toc & !CODE);
    } else {
        out.extend([toc | CODE, HAS_LENGTHS | lengths.len() as u8]);
        for length in lengths.iter().take(lengths.len().saturating_sub(1)) {
            // Section 3.2.1.
            let first = if *length < 252 { *length } else { 252 + length % 4 };
            out.push(first as u8);
            if *length >= 252 {
                out.push(((length - first) / 4) as u8);
            }
        }
    }
    out.extend_from_slice(bytes);
}
