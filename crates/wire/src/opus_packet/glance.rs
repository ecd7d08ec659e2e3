//! Data from the first bytes of a packet, for callers that need no full validation.

use crate::opus_packet::SAMPLES_MAX;
use crate::opus_packet::head::{CODE, HAS_LENGTHS, HAS_PADDING, frame_length, frame_samples, padding_length};

/// The length of a packet in samples at 48 kHz, 120 … 5760, by its first two bytes; none if it is out of that range.
pub fn samples(packet: &[u8]) -> Option<u32> {
    let (&toc, rest) = packet.split_first()?;
    let frames = match toc & CODE {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(rest.first()? & 63),
    };
    let samples = frames * frame_samples(toc);
    (1..=SAMPLES_MAX).contains(&samples).then_some(samples)
}

/// The packet from the first byte of its first frame on; the end of that frame is not determined. None if the first
/// frame is empty by its length, or the bytes before it are cut off.
pub fn first_frame(packet: &[u8]) -> Option<&[u8]> {
    let (&toc, rest) = packet.split_first()?;
    match toc & CODE {
        0 | 1 => Some(rest),
        2 => behind_lengths(rest, 2),
        _ => {
            let (&counts, rest) = rest.split_first()?;
            let rest = if counts & HAS_PADDING == 0 { rest } else { padding_length(rest)?.1 };
            match counts & 63 {
                0 => None,
                frames if counts & HAS_LENGTHS != 0 => behind_lengths(rest, frames),
                _ => Some(rest),
            }
        }
    }
}

/// The bytes after the lengths of all of this many frames but the last; none if the first of those lengths is 0.
fn behind_lengths(bytes: &[u8], frames: u8) -> Option<&[u8]> {
    let mut rest = bytes;
    for nth in 1..frames {
        let (length, behind) = frame_length(rest)?;
        if nth == 1 && length == 0 {
            return None;
        }
        rest = behind;
    }
    Some(rest)
}
