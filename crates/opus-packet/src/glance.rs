//! What the first bytes of a packet say, for callers that need not know whether it keeps all the rules.

use crate::SAMPLES_MAX;
use crate::head::{CODE, HAS_LENGTHS, HAS_PADDING, frame_length, frame_samples, padding_length};

/// How many samples at 48 kHz a packet has, 120 … 5760, going by its first two bytes; none if that cannot be.
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

/// The packet from the first byte of its first frame on; where that frame ends is not looked for. None if the first
/// frame is empty by its length, or what stands before it is cut off.
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

/// What follows the lengths of all of so many frames but the last.
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
