//! A contiguous queue of bytes, appended at the end and consumed from the beginning.

/// Above this, an emptied queue gives its memory back.
const KEPT_BYTES: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct ByteQueue {
    bytes: Vec<u8>,
    /// Index of the first byte that is not consumed.
    start: usize,
}

impl ByteQueue {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        // The rest is moved only if it is shorter than the consumed part, so each byte is moved once on average.
        if self.start > self.len() {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes this many bytes from the beginning, or all if there are fewer.
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count.min(self.len());
        if self.is_empty() {
            self.clear();
        }
    }

    pub(super) fn clear(&mut self) {
        self.start = 0;
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_leave_in_the_order_they_came_and_memory_is_given_back() {
        let mut queue = ByteQueue::default();
        let mut expected = std::collections::VecDeque::new();
        for round in 0..1000_usize {
            let bytes = vec![round as u8; round % 97];
            queue.push(&bytes);
            expected.extend(bytes);
            let taken = (round * 7) % 61;
            assert_eq!(queue.bytes(), expected.make_contiguous());
            queue.consume(taken);
            expected.drain(..taken.min(expected.len()));
            assert_eq!(queue.len(), expected.len());
        }
        queue.push(&vec![0; 1_000_000]);
        queue.consume(usize::MAX);
        assert!(queue.is_empty() && queue.bytes.capacity() <= KEPT_BYTES);
    }
}
