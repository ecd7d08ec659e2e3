//! Datagrams or messages that wait, in one buffer that is used again.

use std::collections::VecDeque;

/// A queue of byte strings that does not allocate once it has grown: datagrams, each with its receiver (an address,
/// or a name for one), or messages, each with its kind.
///
/// It has no limit of its own: drivers empty it at the end of each turn, and after every 64 messages sent.
#[derive(Debug)]
pub struct BytesQueue<To> {
    bytes: Vec<u8>,
    /// The receiver of each, and where it ends.
    entries: VecDeque<(To, usize)>,
    /// Index of the first one.
    start: usize,
}

impl<To> BytesQueue<To> {
    /// Appends a datagram whose bytes are written in place, behind everything that is in the buffer already.
    pub fn push(&mut self, to: To, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.entries.push_back((to, self.bytes.len()));
    }

    /// Takes the first datagram and its receiver; its bytes are appended to the buffer.
    pub fn pop(&mut self, datagram: &mut Vec<u8>) -> Option<To> {
        let (to, end) = self.entries.pop_front()?;
        datagram.extend_from_slice(&self.bytes[self.start..end]);
        self.start = end;
        if self.entries.is_empty() {
            self.clear();
        }
        Some(to)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes.clear();
        self.start = 0;
    }
}

impl<To> Default for BytesQueue<To> {
    fn default() -> Self {
        Self { bytes: Vec::new(), entries: VecDeque::new(), start: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_leave_in_order_and_whole() {
        let mut queue = BytesQueue::default();
        for turn in 0..3 {
            queue.push(1, |bytes| bytes.extend_from_slice(b"one"));
            queue.push(2, |_| ());
            queue.push(3, |bytes| bytes.push(turn));
            assert_eq!(queue.len(), 3);
            for expected in [(1, b"one".as_slice()), (2, b""), (3, &[turn])] {
                let mut datagram = Vec::new();
                let to = queue.pop(&mut datagram);
                assert_eq!((to, datagram.as_slice()), (Some(expected.0), expected.1));
            }
            assert!(queue.pop(&mut Vec::new()).is_none() && queue.is_empty() && queue.bytes.is_empty());
        }
    }
}
