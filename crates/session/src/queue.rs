//! A bounded queue of events: a slow reader loses the oldest.

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

    /// Changes the limit; the oldest events are dropped at once if there are more.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.max(1);
        while self.events.len() > self.limit {
            self.events.pop_front();
            self.dropped += 1;
        }
    }

    pub(crate) fn push(&mut self, event: T) {
        if self.events.len() >= self.limit {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(event);
    }

    /// Like [`push`](Self::push), but drops the event itself if fewer than this many more would fit behind it.
    pub(crate) fn push_before(&mut self, to_come: usize, event: T) {
        if self.events.len() + to_come < self.limit {
            self.events.push_back(event);
        } else {
            self.dropped += 1;
        }
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        self.events.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The number of events that were dropped because they were not polled in time.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_drops_the_oldest_event() {
        let mut queue = EventQueue::new(2);
        for event in 1..=3 {
            queue.push(event);
        }
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(2), Some(3), None));
        assert_eq!(queue.dropped(), 1);
    }

    #[test]
    fn what_matters_less_than_what_is_to_come_leaves_space_for_it() {
        let mut queue = EventQueue::new(3);
        (1..=3).for_each(|event| queue.push_before(2, event));
        (4..=5).for_each(|event| queue.push(event));
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(1), Some(4), Some(5)));
        assert_eq!(queue.dropped(), 2);
    }

    #[test]
    fn a_smaller_bound_holds_at_once() {
        let mut queue = EventQueue::new(3);
        (1..=3).for_each(|event| queue.push(event));
        queue.set_limit(1);
        assert_eq!((queue.pop(), queue.pop(), queue.dropped()), (Some(3), None, 2));
    }
}
