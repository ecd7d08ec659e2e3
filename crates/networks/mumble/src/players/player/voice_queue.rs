//! Voice that waits to be sent to the client; the Opus of all packets shares one buffer that empties when the queue
//! does.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use super::queue::next;
use crate::{VOICE_BYTES_MAX, Voice};

/// Packets in order, without an allocation for each.
#[derive(Debug, Default)]
pub(super) struct VoiceQueue {
    waiting: VecDeque<(Voice<'static>, Range<usize>)>,
    opus: Vec<u8>,
}

/// More packets than this never wait, nor more bytes; then the newest are dropped.
const PACKETS_MAX: usize = 1000;
const BYTES_MAX: usize = PACKETS_MAX * VOICE_BYTES_MAX;
/// Bytes of room that an empty queue keeps: it is one of hundreds.
const KEPT_BYTES_MAX: usize = 2 * VOICE_BYTES_MAX;

impl VoiceQueue {
    pub(super) fn push(&mut self, voice: &Voice<'_>) {
        if self.waiting.is_empty() {
            self.opus.clear();
        }
        if self.waiting.len() >= PACKETS_MAX || self.opus.len() + voice.opus.len() > BYTES_MAX {
            return;
        }
        let first = self.opus.len();
        self.opus.extend_from_slice(&voice.opus);
        self.waiting.push_back((Voice { opus: Cow::Borrowed(&[]), ..*voice }, first..self.opus.len()));
    }

    pub(super) fn pop(&mut self) -> Option<Voice<'_>> {
        let Some((voice, opus)) = next(&mut self.waiting) else {
            if self.opus.capacity() > KEPT_BYTES_MAX {
                self.opus = Vec::new();
            }
            return None;
        };
        Some(Voice { opus: Cow::Borrowed(&self.opus[opus]), ..voice })
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(number: u64, opus: &[u8]) -> Voice<'_> {
        Voice { number, opus: Cow::Borrowed(opus), ..Voice::default() }
    }

    #[test]
    fn packets_come_out_in_order_as_they_went_in() {
        let mut queue = VoiceQueue::default();
        queue.push(&voice(1, &[1, 2]));
        queue.push(&voice(2, &[]));
        assert_eq!(queue.pop(), Some(voice(1, &[1, 2])));
        queue.push(&voice(3, &[3]));
        assert_eq!(queue.pop(), Some(voice(2, &[])));
        assert_eq!(queue.pop(), Some(voice(3, &[3])));
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn one_too_many_and_one_too_large_are_dropped() {
        let mut queue = VoiceQueue::default();
        (0..2000).for_each(|number| queue.push(&voice(number, &[7])));
        assert_eq!(std::iter::from_fn(|| queue.pop().map(|voice| voice.number)).count(), PACKETS_MAX);
        queue.push(&voice(0, &vec![7; BYTES_MAX]));
        queue.push(&voice(1, &[7]));
        queue.push(&voice(2, &[]));
        let numbers: Vec<u64> = std::iter::from_fn(|| queue.pop().map(|voice| voice.number)).collect();
        assert_eq!(numbers, [0, 2]);
    }

    #[test]
    fn an_empty_queue_gives_back_what_it_does_not_need_for_a_speaker() {
        let mut queue = VoiceQueue::default();
        let mut capacity_after = |packets: u64| {
            (0..packets).for_each(|number| queue.push(&voice(number, &[7; 200])));
            while queue.pop().is_some() {}
            queue.opus.capacity()
        };
        assert!((200..=KEPT_BYTES_MAX).contains(&capacity_after(1)));
        assert_eq!(capacity_after(1000), 0);
    }

    #[test]
    fn what_is_cleared_does_not_come_out() {
        let mut queue = VoiceQueue::default();
        queue.push(&voice(1, &[1]));
        queue.clear();
        queue.push(&voice(2, &[2, 2]));
        assert_eq!(queue.pop(), Some(voice(2, &[2, 2])));
        assert_eq!(queue.pop(), None);
    }
}
