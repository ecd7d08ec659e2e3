//! The bounded queues from the voice thread to the readers of events.

mod event_log;
#[cfg(feature = "tokio")]
mod wakers;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
#[cfg(feature = "tokio")]
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::event::{End, Event, EventKind};
use crate::lock::lock;
use crate::trace::FrameTrace;

/// Events queued for one reader: one for each player of the largest session, as joining it raises them all at once. If
/// the reader does not keep up, the oldest are dropped.
const WAITING_MAX: usize = 65_536;
/// Queued traces: there is one for each frame, so older ones are of little use.
const TRACES_MAX: usize = 8192;
/// The longest single sleep without a deadline.
const SLEEP_MAX: Duration = Duration::from_hours(1);

/// Distributes events from the voice thread: to the chat's own queue, and to one for each further reader.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    /// The chat's player, for the log.
    player: Box<str>,
    own: Arc<Waiting>,
    readers: Mutex<Vec<Weak<Waiting>>>,
    traces: Mutex<Traces>,
}

/// Reads every event of a chat from its creation on, independently of other readers. See
/// [`VoiceChat::subscribe`](crate::VoiceChat::subscribe) and [`Player::subscribe`](crate::Player::subscribe).
///
/// As an iterator it returns the queued events, and ends when the queue is empty.
#[derive(Debug)]
pub struct EventReader {
    waiting: Arc<Waiting>,
    only_of: Option<Box<str>>,
}

/// The events queued for one reader, or for several that share them.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    events: Mutex<Events>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Events {
    queue: VecDeque<Event>,
    dropped: u64,
    end: Option<End>,
    #[cfg(feature = "tokio")]
    wakers: wakers::Wakers,
}

#[derive(Debug, Default)]
struct Traces {
    queue: VecDeque<FrameTrace>,
    dropped: u64,
}

impl EventQueue {
    /// A queue for the chat of this player.
    pub(crate) fn new(player: &str) -> Self {
        Self { player: player.into(), ..Self::default() }
    }

    pub(crate) fn push(&self, event: Event) {
        event_log::note(&self.player, &event.kind);
        // Held until the chat's own queue has the event too, so that no new reader comes in between and misses the end.
        let mut readers = lock(&self.readers);
        readers.retain(|reader| {
            let reader = reader.upgrade();
            reader.inspect(|reader| reader.push(event.clone())).is_some()
        });
        self.own.push(event);
    }

    pub(crate) fn push_trace(&self, trace: FrameTrace) {
        let mut traces = lock(&self.traces);
        if traces.queue.len() >= TRACES_MAX {
            traces.queue.pop_front();
            traces.dropped += 1;
        }
        traces.queue.push_back(trace);
    }

    /// Adds a reader of all events from now on, or of those about one player.
    pub(crate) fn subscribe(&self, only_of: Option<&str>) -> EventReader {
        let waiting = Arc::new(Waiting::default());
        let mut readers = lock(&self.readers);
        lock(&waiting.events).end = self.end();
        readers.push(Arc::downgrade(&waiting));
        drop(readers);
        EventReader { waiting, only_of: only_of.map(Box::from) }
    }

    /// The chat's own queue.
    #[cfg(feature = "tokio")]
    pub(crate) fn own(&self) -> Arc<Waiting> {
        Arc::clone(&self.own)
    }

    pub(crate) fn pop(&self) -> Option<Event> {
        lock(&self.own.events).queue.pop_front()
    }

    pub(crate) fn pop_trace(&self) -> Option<FrameTrace> {
        lock(&self.traces).queue.pop_front()
    }

    /// The next event; waits for it at most this long, and not at all once the thread has ended.
    pub(crate) fn wait(&self, at_most: Duration) -> Option<Event> {
        self.own.wait(at_most)
    }

    /// Events and traces dropped because they were not read.
    pub(crate) fn dropped(&self) -> u64 {
        lock(&self.own.events).dropped + lock(&self.traces).dropped
    }

    /// Why the thread has ended, if it has.
    pub(crate) fn end(&self) -> Option<End> {
        lock(&self.own.events).end.clone()
    }

    /// Waits for the end of the thread.
    pub(crate) fn wait_for_end(&self) -> End {
        let mut events = lock(&self.own.events);
        loop {
            if let Some(end) = &events.end {
                return end.clone();
            }
            events = self.own.arrived.wait(events).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl EventReader {
    /// The next queued event.
    pub fn poll(&self) -> Option<Event> {
        self.wait(Duration::ZERO)
    }

    /// The next event; waits at most this long. `None` at once when the chat has ended and all events were taken.
    pub fn wait(&self, at_most: Duration) -> Option<Event> {
        let Some(only_of) = &self.only_of else { return self.waiting.wait(at_most) };
        let deadline = Instant::now().checked_add(at_most);
        loop {
            match self.waiting.wait(left_until(deadline)) {
                Some(event) if event.kind.concerns(only_of) => return Some(event),
                Some(_) => {}
                None => return None,
            }
        }
    }

    /// Events lost because they were not read in time.
    pub fn dropped(&self) -> u64 {
        lock(&self.waiting.events).dropped
    }
}

impl Iterator for EventReader {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.poll()
    }
}

impl Waiting {
    fn push(&self, event: Event) {
        let mut events = lock(&self.events);
        if events.end.is_some() {
            // The end is the last event, whatever the game does later.
            return;
        }
        if let EventKind::Ended(end) = &event.kind {
            events.end = Some(end.clone());
        }
        if events.queue.len() >= WAITING_MAX {
            events.queue.pop_front();
            events.dropped += 1;
        }
        events.queue.push_back(event);
        #[cfg(feature = "tokio")]
        let wakers = events.wakers.take();
        drop(events);
        self.arrived.notify_all();
        #[cfg(feature = "tokio")]
        for (_, waker) in wakers {
            waker.wake();
        }
    }

    fn wait(&self, at_most: Duration) -> Option<Event> {
        // A time too long for the clock means forever.
        let deadline = Instant::now().checked_add(at_most);
        let mut events = lock(&self.events);
        loop {
            if let Some(event) = events.queue.pop_front() {
                return Some(event);
            }
            let left = left_until(deadline);
            if events.end.is_some() || left.is_zero() {
                return None;
            }
            let woken = self
                .arrived
                .wait_timeout(events, left.min(SLEEP_MAX))
                .unwrap_or_else(PoisonError::into_inner);
            events = woken.0;
        }
    }
}

#[cfg(feature = "tokio")]
impl Waiting {
    pub(crate) fn number_stream(&self) -> u64 {
        lock(&self.events).wakers.number_stream()
    }

    /// The next event, or the end; keeps the waker of the stream of this number while there is neither.
    pub(crate) fn poll(&self, number: u64, waker: &Waker) -> Poll<Option<Event>> {
        let mut events = lock(&self.events);
        if let Some(event) = events.queue.pop_front() {
            return Poll::Ready(Some(event));
        }
        if events.end.is_some() {
            return Poll::Ready(None);
        }
        events.wakers.keep(number, waker);
        Poll::Pending
    }

    pub(crate) fn forget_waker(&self, number: u64) {
        lock(&self.events).wakers.forget(number);
    }
}

#[cfg(feature = "tokio")]
impl EventReader {
    /// Its queue, and the player that it is limited to.
    pub(crate) fn into_parts(self) -> (Arc<Waiting>, Option<Box<str>>) {
        (self.waiting, self.only_of)
    }
}

/// The time left until a deadline; [`Duration::MAX`] without one.
fn left_until(deadline: Option<Instant>) -> Duration {
    deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn event(kind: EventKind) -> Event {
        Event { at: Instant::now(), kind }
    }

    fn started(name: &str) -> EventKind {
        EventKind::StartedSpeaking { name: name.into() }
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
        assert_eq!(queue.wait_for_end(), End::Left);
    }

    #[test]
    fn a_wait_may_have_no_end() {
        let queue = Arc::new(EventQueue::default());
        let waiting = Arc::clone(&queue);
        let waiter = thread::spawn(move || waiting.wait(Duration::MAX));
        queue.push(event(EventKind::Joined));
        assert_eq!(waiter.join().unwrap().map(|event| event.kind), Some(EventKind::Joined));
    }

    #[test]
    fn the_oldest_events_are_dropped_when_they_are_not_read() {
        let queue = EventQueue::default();
        (0..3).for_each(|_| queue.push(event(EventKind::Joined)));
        queue.push(event(started("Alice")));
        (1..WAITING_MAX).for_each(|_| queue.push(event(EventKind::Joined)));
        assert_eq!((queue.dropped(), queue.pop().map(|event| event.kind)), (3, Some(started("Alice"))));
    }

    #[test]
    fn every_reader_gets_every_event_from_when_it_was_made() {
        let queue = EventQueue::default();
        queue.push(event(EventKind::Joined));
        let reader = queue.subscribe(None);
        queue.push(event(EventKind::PlayersSynced));
        assert_eq!(reader.map(|event| event.kind).collect::<Vec<_>>(), [EventKind::PlayersSynced]);
        assert_eq!(queue.pop().map(|event| event.kind), Some(EventKind::Joined));
        assert_eq!(queue.pop().map(|event| event.kind), Some(EventKind::PlayersSynced));
    }

    #[test]
    fn a_players_reader_skips_what_others_do_and_ends_with_the_chat() {
        let queue = EventQueue::default();
        let reader = queue.subscribe(Some("Alice"));
        for kind in [started("Bob"), started("Alice"), EventKind::Joined, EventKind::Ended(End::Left)] {
            queue.push(event(kind));
        }
        assert_eq!(reader.wait(Duration::MAX).map(|event| event.kind), Some(started("Alice")));
        assert!(reader.wait(Duration::MAX).is_none());
    }

    #[test]
    fn a_wait_without_a_deadline_does_not_end_by_itself() {
        assert_eq!(left_until(None), Duration::MAX);
        assert_eq!(left_until(Some(Instant::now())), Duration::ZERO);
    }

    #[test]
    fn dropped_readers_are_forgotten() {
        let queue = EventQueue::default();
        drop(queue.subscribe(None));
        queue.push(event(EventKind::Joined));
        assert!(lock(&queue.readers).is_empty());
    }

    #[test]
    fn a_reader_that_is_made_while_the_chat_ends_learns_of_the_end() {
        for _ in 0..500 {
            let queue = Arc::new(EventQueue::default());
            let ending = Arc::clone(&queue);
            let end = thread::spawn(move || ending.push(event(EventKind::Ended(End::Left))));
            let reader = queue.subscribe(None);
            end.join().unwrap();
            assert_eq!(lock(&reader.waiting.events).end, Some(End::Left));
        }
    }

    #[test]
    fn a_reader_of_a_chat_that_has_ended_does_not_wait() {
        let queue = EventQueue::default();
        queue.push(event(EventKind::Ended(End::Left)));
        assert!(queue.subscribe(None).wait(Duration::MAX).is_none());
    }
}
