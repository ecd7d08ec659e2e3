//! Messages stored back to back in one buffer.

use std::ops::Range;

use consonance_link::Delivery;

/// Each message is preceded by its length in four bytes, whose highest bit marks it as reliable.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// The position of the current message.
    message: Range<usize>,
    is_reliable: bool,
}

const HEAD: usize = 4;
const RELIABLE: u32 = 1 << 31;
/// A buffer that has grown beyond this is freed once it is read.
const KEPT_BYTES: usize = 1 << 20;

impl Batch {
    pub(super) fn push(&mut self, delivery: Delivery, message: &[u8]) {
        let length = u32::try_from(message.len()).unwrap_or(0);
        debug_assert!(length != 0 || message.is_empty(), "a message is far shorter than 2 GiB");
        let mark = if delivery == Delivery::Reliable { RELIABLE } else { 0 };
        self.bytes.extend_from_slice(&(length | mark).to_le_bytes());
        self.bytes.extend_from_slice(&message[..length as usize]);
    }

    /// Moves the messages of another batch to the end of this one.
    pub(super) fn append(&mut self, other: &mut Self) {
        if self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, &mut other.bytes);
        } else {
            self.bytes.extend_from_slice(&other.bytes);
        }
        other.clear();
    }

    /// Advances to the next message. Returns false if there is none.
    pub(super) fn advance(&mut self) -> bool {
        let Some((length, is_reliable)) = self.head(self.message.end) else { return false };
        self.is_reliable = is_reliable;
        let start = self.message.end + HEAD;
        self.message = start..start + length;
        true
    }

    /// The current message.
    pub(super) fn message(&self) -> &[u8] {
        self.bytes.get(self.message.clone()).unwrap_or_default()
    }

    /// Whether that message is reliable.
    pub(super) fn is_reliable(&self) -> bool {
        self.is_reliable
    }

    /// Drops all unreliable messages, and returns their number.
    pub(super) fn drop_unreliable(&mut self) -> u64 {
        let (mut at, mut kept, mut dropped) = (0, 0, 0);
        while let Some((length, is_reliable)) = self.head(at) {
            let end = at + HEAD + length;
            if is_reliable {
                self.bytes.copy_within(at..end, kept);
                kept += end - at;
            } else {
                dropped += 1;
            }
            at = end;
        }
        self.bytes.truncate(kept);
        dropped
    }

    pub(super) fn clear(&mut self) {
        self.message = 0..0;
        self.bytes.clear();
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes = Vec::new();
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The length of the message that begins here, and whether it is reliable.
    fn head(&self, at: usize) -> Option<(usize, bool)> {
        let head = self.bytes.get(at..at + HEAD)?.try_into().ok().map(u32::from_le_bytes)?;
        Some(((head & !RELIABLE) as usize, head & RELIABLE != 0))
    }
}
