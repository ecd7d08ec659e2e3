//! Events or messages that wait, each in a buffer of its own that changes hands instead of being copied.

use std::collections::VecDeque;

/// How much memory is kept for what comes next, in bytes.
const SPARE_BYTES_MAX: usize = 64 * 1024;

/// A queue whose entries have bytes: events with their messages, or the parts of a message.
///
/// [`pop`](Self::pop) swaps an entry's buffer with the caller's, which the queue fills again later: nothing is copied
/// on the way out, and nothing allocated in steady state. It has no limit of its own: drivers empty it before they read
/// the next datagram.
#[derive(Debug)]
pub struct BufferQueue<T> {
    entries: VecDeque<(T, Vec<u8>)>,
    /// Empty buffers to fill next.
    spare: Vec<Vec<u8>>,
    /// Their capacity together.
    spare_bytes: usize,
}

impl<T> BufferQueue<T> {
    /// Appends an entry; `write` writes its bytes into an empty buffer.
    pub fn push(&mut self, entry: T, write: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        self.spare_bytes -= bytes.capacity();
        write(&mut bytes);
        self.entries.push_back((entry, bytes));
    }

    /// Takes the first entry, and replaces what is in the buffer by its bytes.
    pub fn pop(&mut self, bytes: &mut Vec<u8>) -> Option<T> {
        let (entry, taken) = self.entries.pop_front()?;
        let former = std::mem::replace(bytes, taken);
        self.keep(former);
        Some(entry)
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
        while let Some((_, bytes)) = self.entries.pop_front() {
            self.keep(bytes);
        }
    }

    /// Removes the entries of which this is false.
    pub fn retain(&mut self, is_kept: impl Fn(&T) -> bool) {
        self.entries.retain(|(entry, _)| is_kept(entry));
    }

    fn keep(&mut self, mut bytes: Vec<u8>) {
        let spare_bytes = self.spare_bytes + bytes.capacity();
        if bytes.capacity() > 0 && spare_bytes <= SPARE_BYTES_MAX {
            bytes.clear();
            self.spare.push(bytes);
            self.spare_bytes = spare_bytes;
        }
    }
}

impl<T> Default for BufferQueue<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), spare: Vec::new(), spare_bytes: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_leave_in_order_and_replace_what_is_in_the_buffer() {
        let mut queue = BufferQueue::default();
        let mut bytes = b"an earlier event".to_vec();
        for turn in 0..3 {
            queue.push(1, |bytes| bytes.extend_from_slice(b"one"));
            queue.push(2, |_| ());
            queue.push(3, |bytes| bytes.push(turn));
            for expected in [(1, b"one".as_slice()), (2, b""), (3, &[turn])] {
                let entry = queue.pop(&mut bytes);
                assert_eq!((entry, bytes.as_slice()), (Some(expected.0), expected.1));
            }
            assert_eq!(queue.pop(&mut bytes), None);
            assert_eq!(bytes, [turn], "without an entry the buffer is left alone");
        }
    }

    #[test]
    fn bytes_are_not_copied_on_the_way_out_and_buffers_are_filled_again() {
        let (mut queue, mut bytes) = (BufferQueue::default(), Vec::new());
        let mut written_at = Vec::new();
        for _ in 0..6 {
            queue.push((), |bytes| {
                bytes.extend_from_slice(&[7; 100]);
                written_at.push(bytes.as_ptr().addr());
            });
            queue.pop(&mut bytes);
            assert_eq!(bytes.as_ptr().addr(), written_at[written_at.len() - 1]);
        }
        written_at.sort_unstable();
        written_at.dedup();
        assert_eq!(written_at.len(), 2, "one is the queue's and one is the caller's");
    }

    #[test]
    fn long_messages_leave_no_memory_behind() {
        let mut queue = BufferQueue::default();
        for length in [1000, SPARE_BYTES_MAX, 1000, SPARE_BYTES_MAX + 1] {
            (0..100).for_each(|_| queue.push((), |bytes| bytes.resize(length, 7)));
            queue.clear();
            let kept: usize = queue.spare.iter().map(Vec::capacity).sum();
            assert_eq!(kept, queue.spare_bytes);
            assert!(kept <= SPARE_BYTES_MAX && queue.is_empty());
        }
    }

    #[test]
    fn what_is_not_retained_is_gone() {
        let (mut queue, mut bytes) = (BufferQueue::default(), Vec::new());
        (0..4).for_each(|number| queue.push(number, |bytes| bytes.push(number)));
        queue.retain(|number| number % 2 == 1);
        assert_eq!((queue.pop(&mut bytes), bytes[0], queue.len()), (Some(1), 1, 1));
    }
}
