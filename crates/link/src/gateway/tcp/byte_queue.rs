//! A contiguous queue of bytes, appended at the end and consumed from the beginning.

/// Above this, an emptied queue gives its memory back.
const KEPT_BYTES: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct ByteQueue {
    /// All memory of the queue.
    bytes: Vec<u8>,
    /// Index of the first byte that is not consumed.
    start: usize,
    /// Index behind the last byte.
    end: usize,
}

impl ByteQueue {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.free().len() < bytes.len() {
            self.bytes.truncate(self.end);
            self.bytes.reserve(bytes.len());
            self.bytes.resize(self.bytes.capacity(), 0);
        }
        self.free()[..bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Memory behind the last byte, to write further bytes to, which are then [taken in](Self::take_in).
    pub(super) fn free(&mut self) -> &mut [u8] {
        // The rest is moved only if it is shorter than the consumed part, so each byte is moved once on average.
        if self.start > self.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.len());
        }
        &mut self.bytes[self.end..]
    }

    /// This many bytes were written at the beginning of the [free](Self::free) memory.
    pub(super) fn take_in(&mut self, count: usize) {
        self.end = (self.end + count).min(self.bytes.len());
    }

    /// Takes this many bytes from the beginning, or all if there are fewer.
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count.min(self.len());
        if self.is_empty() {
            self.clear();
        }
    }

    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
        self.bytes.truncate(KEPT_BYTES);
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
            if round % 3 == 0 && queue.free().len() >= bytes.len() {
                queue.free()[..bytes.len()].copy_from_slice(&bytes);
                queue.take_in(bytes.len());
            } else {
                queue.push(&bytes);
            }
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
