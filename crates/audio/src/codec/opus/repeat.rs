//! Repetition of whole packets in the padding of the next ones, which decoders skip if they do not know it.
//!
//! Each is an extension in the form of draft-ietf-mlcodec-opus-extension, with an identifier of its experimental range:
//! the identifier, the packet's length, the packet. The first is the packet right before, the next the one before that.

use std::collections::VecDeque;

use consonance_wire::opus_packet::{padding, write_padded};

/// Identifier 121, with a length (the lowest bit).
const REPEATED: u8 = 121 << 1 | 1;

/// How many packets can be repeated in one.
pub(super) const REPEATED_FRAMES_MAX: u8 = 3;

/// An encoder's last packets, as they were before others were added.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// The newest first.
    packets: VecDeque<Vec<u8>>,
    added: Vec<u8>,
    padded: Vec<u8>,
}

impl Repeats {
    /// Adds so many of the packets before to the packet that the buffer begins with, as far as there is room, and says
    /// how long it is now.
    pub(super) fn add(&mut self, frames: u8, buffer: &mut [u8], bytes: usize) -> usize {
        self.added.clear();
        for packet in self.packets.iter().take(frames.into()) {
            self.added.push(REPEATED);
            self.added.extend(std::iter::repeat_n(u8::MAX, packet.len() / 255));
            self.added.push((packet.len() % 255) as u8);
            self.added.extend_from_slice(packet);
        }
        self.keep(frames, &buffer[..bytes]);
        if self.added.is_empty() || !write_padded(&buffer[..bytes], &self.added, &mut self.padded) {
            return bytes;
        }
        match buffer.get_mut(..self.padded.len()) {
            Some(room) => {
                room.copy_from_slice(&self.padded);
                room.len()
            }
            None => bytes,
        }
    }

    /// The next packet repeats nothing.
    pub(super) fn clear(&mut self) {
        self.packets.clear();
    }

    fn keep(&mut self, frames: u8, packet: &[u8]) {
        let frames = usize::from(frames);
        self.packets.truncate(frames);
        if frames == 0 {
            return;
        }
        // The buffer of the oldest packet is reused.
        let oldest = if self.packets.len() == frames { self.packets.pop_back() } else { None };
        let mut kept = oldest.unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(packet);
        self.packets.push_front(kept);
    }
}

/// How many packets before it one repeats.
pub(super) fn repeated_frames(packet: &[u8]) -> u8 {
    repeated(packet).count() as u8
}

/// The packet so many frames before, at least 1, if this one repeats it.
pub(super) fn repeated_packet(packet: &[u8], back: u8) -> Option<&[u8]> {
    repeated(packet).nth(usize::from(back).checked_sub(1)?)
}

fn repeated(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = padding(packet).unwrap_or_default();
    let packets = std::iter::from_fn(move || {
        let (repeated, behind) = next_repeated(rest)?;
        rest = behind;
        Some(repeated)
    });
    packets.take(REPEATED_FRAMES_MAX.into())
}

fn next_repeated(extensions: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = extensions.strip_prefix(&[REPEATED])?;
    let mut length = 0;
    loop {
        let (&bytes, behind) = rest.split_first()?;
        rest = behind;
        length += usize::from(bytes);
        if bytes < u8::MAX {
            return rest.split_at_checked(length);
        }
    }
}
