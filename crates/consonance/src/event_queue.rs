//! The bounded queue from the voice thread to the game.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::event::{Event, EventKind};
use crate::trace::FrameTrace;

/// Events and traces that wait for the game. When it does not ask, the oldest go.
const MAX_WAITING: usize = 8192;
/// How long to sleep at once where there is no deadline.
const A_WHILE: Duration = Duration::from_hours(1);

#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    traces: VecDeque<FrameTrace>,
    dropped: u64,
    ended: bool,
}

impl EventQueue {
    pub(crate) fn push(&self, event: Event) {
        let mut waiting = self.lock();
        waiting.ended |= matches!(event.kind, EventKind::Ended(_));
        if waiting.events.len() >= MAX_WAITING {
            waiting.events.pop_front();
            waiting.dropped += 1;
        }
        waiting.events.push_back(event);
        drop(waiting);
        self.arrived.notify_all();
    }

    pub(crate) fn push_trace(&self, trace: FrameTrace) {
        let mut waiting = self.lock();
        if waiting.traces.len() >= MAX_WAITING {
            waiting.traces.pop_front();
            waiting.dropped += 1;
        }
        waiting.traces.push_back(trace);
    }

    pub(crate) fn pop(&self) -> Option<Event> {
        self.lock().events.pop_front()
    }

    pub(crate) fn pop_trace(&self) -> Option<FrameTrace> {
        self.lock().traces.pop_front()
    }

    /// The next event; waits for it at most this long, and not at all once the thread has ended.
    pub(crate) fn wait(&self, at_most: Duration) -> Option<Event> {
        // A time too long for the clock is for ever.
        let deadline = Instant::now().checked_add(at_most);
        let mut waiting = self.lock();
        loop {
            if let Some(event) = waiting.events.pop_front() {
                return Some(event);
            }
            let left =
                deadline.map_or(A_WHILE, |deadline| deadline.saturating_duration_since(Instant::now()));
            if waiting.ended || left.is_zero() {
                return None;
            }
            let woken = self.arrived.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner);
            waiting = woken.0;
        }
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;
    use crate::event::End;

    fn event(kind: EventKind) -> Event {
        Event { at: Instant::now(), kind }
    }

    #[test]
    fn waiting_ends_with_the_last_event() {
        let queue = EventQueue::default();
        queue.push(event(EventKind::Joined));
        queue.push(event(EventKind::Ended(End::Left)));
        let long = Duration::from_hours(1);
        assert_eq!(queue.wait(long).map(|event| event.kind), Some(EventKind::Joined));
        assert_eq!(queue.wait(long).map(|event| event.kind), Some(EventKind::Ended(End::Left)));
        assert!(queue.wait(long).is_none());
    }

    #[test]
    fn waiting_may_be_for_ever() {
        let queue = Arc::new(EventQueue::default());
        let waiting = Arc::clone(&queue);
        let waiter = thread::spawn(move || waiting.wait(Duration::MAX));
        queue.push(event(EventKind::Joined));
        assert_eq!(waiter.join().unwrap().map(|event| event.kind), Some(EventKind::Joined));
    }

    #[test]
    fn the_oldest_events_go_when_nobody_asks() {
        let queue = EventQueue::default();
        for _ in 0..MAX_WAITING + 3 {
            queue.push(event(EventKind::Joined));
        }
        assert_eq!(queue.dropped(), 3);
    }
}
