//! A queue of events with a bound: who does not listen loses the oldest.

use alloc::collections::VecDeque;

#[derive(Debug)]
pub(crate) struct EventQueue<T> {
    events: VecDeque<T>,
    limit: usize,
    dropped: u64,
}

impl<T> EventQueue<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { events: VecDeque::new(), limit: limit.max(1), dropped: 0 }
    }

    pub(crate) fn push(&mut self, event: T) {
        if self.events.len() >= self.limit {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(event);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        self.events.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many were lost because nobody asked for them.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_event_goes_when_nobody_listens() {
        let mut queue = EventQueue::new(2);
        for event in 1..=3 {
            queue.push(event);
        }
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(2), Some(3), None));
        assert_eq!(queue.dropped(), 1);
    }
}
