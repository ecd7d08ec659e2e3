//! Events of the sessions of a running server, for subscribers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Weak};
use std::time::Duration;

use consonance_session::ServerEvent;

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEvent {
    /// The session's name.
    pub session: Arc<str>,
    /// The event. The server answers join requests and moderation requests itself, so
    /// [`JoinRequested`](ServerEvent::JoinRequested) and [`ModerationRequested`](ServerEvent::ModerationRequested) do
    /// not occur.
    pub event: ServerEvent,
}

/// The events of all sessions from the moment it was asked for; see
/// [`ServerHandle::subscribe`](crate::ServerHandle::subscribe). Those of one session are in their order. Dropping it
/// ends it.
#[derive(Debug)]
pub struct SessionEvents {
    events: Receiver<SessionEvent>,
    missed: Arc<AtomicU64>,
}

impl SessionEvents {
    /// The next event, if one waits.
    pub fn poll(&self) -> Option<SessionEvent> {
        self.events.try_recv().ok()
    }

    /// The next event; waits for it at most this long. `None` at once when the server has ended and all were taken.
    pub fn wait(&self, at_most: Duration) -> Option<SessionEvent> {
        self.events.recv_timeout(at_most).ok()
    }

    /// Events that came while the queue was full: the server never waits for a subscriber.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

/// The end of the queue that workers send events to.
#[derive(Clone, Debug)]
pub(crate) struct EventSender {
    events: SyncSender<SessionEvent>,
    /// Dropped with the subscriber, which the queue itself reports only to the sender.
    missed: Weak<AtomicU64>,
}

/// Both ends of a queue for this many events, at least one.
pub(crate) fn session_events(waiting_max: usize) -> (EventSender, SessionEvents) {
    let (sender, receiver) = mpsc::sync_channel(waiting_max.max(1));
    let missed = Arc::new(AtomicU64::new(0));
    let sender = EventSender { events: sender, missed: Arc::downgrade(&missed) };
    (sender, SessionEvents { events: receiver, missed })
}

/// The subscribers of a worker.
#[derive(Debug, Default)]
pub(crate) struct Subscribers(Vec<EventSender>);

impl Subscribers {
    /// Makes room for one more: a subscriber that is gone is removed even if no event occurs.
    pub(crate) fn add(&mut self, subscriber: EventSender) {
        self.0.retain(|subscriber| subscriber.missed.strong_count() > 0);
        self.0.push(subscriber);
    }

    /// A subscriber that is gone gets no more events. Free while there is no subscriber.
    pub(crate) fn tell(&mut self, session: &str, event: &ServerEvent) {
        if self.0.is_empty() {
            return;
        }
        let event = SessionEvent { session: session.into(), event: event.clone() };
        self.0.retain(|subscriber| match subscriber.events.try_send(event.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                if let Some(missed) = subscriber.missed.upgrade() {
                    missed.fetch_add(1, Ordering::Relaxed);
                }
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consonance_session::SessionId;

    fn restarted(number: u32) -> ServerEvent {
        ServerEvent::Restarted { session: SessionId(number) }
    }

    #[test]
    fn a_subscriber_that_takes_no_events_misses_the_newest_and_knows_how_many() {
        let (sender, events) = session_events(2);
        let mut subscribers = Subscribers::default();
        subscribers.add(sender);
        (1..=5).for_each(|number| subscribers.tell("main", &restarted(number)));
        let taken: Vec<ServerEvent> = std::iter::from_fn(|| events.poll()).map(|it| it.event).collect();
        assert_eq!((taken, events.missed()), (vec![restarted(1), restarted(2)], 3));
        subscribers.tell("main", &restarted(6));
        let next = events.wait(Duration::ZERO).unwrap();
        assert_eq!((&*next.session, next.event), ("main", restarted(6)));
    }

    #[test]
    fn a_lost_subscriber_is_removed_even_if_no_event_occurs() {
        let mut subscribers = Subscribers::default();
        let (sender, stays) = session_events(1);
        subscribers.add(sender);
        for _ in 0..100 {
            let (sender, events) = session_events(1);
            subscribers.add(sender);
            drop(events);
        }
        assert!(subscribers.0.len() <= 2, "{}", subscribers.0.len());
        subscribers.tell("main", &restarted(1));
        assert!(stays.poll().is_some());
    }

    #[test]
    fn a_lost_subscriber_gets_no_more_events() {
        let (sender, events) = session_events(1);
        let mut subscribers = Subscribers::default();
        subscribers.add(sender);
        drop(events);
        subscribers.tell("main", &restarted(1));
        assert!(subscribers.0.is_empty());
    }
}
