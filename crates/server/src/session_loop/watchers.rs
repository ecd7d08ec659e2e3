//! Notifies observers of the sessions: inspectors, subscribers and webhooks.

use consonance_session::{Instant as SessionInstant, ServerEvent};

use super::observation::Observation;
use super::webhooks;
use crate::session_events::{EventSender, Subscribers};
use crate::sessions::Session;
use crate::webhooks::{Occurrence, Webhooks};

/// They only listen: nothing that they do reaches a session.
#[derive(Default)]
pub(super) struct Watchers {
    observation: Observation,
    subscribers: Subscribers,
    webhooks: Webhooks,
    /// Configured sessions of whose beginning webhooks have not been notified yet.
    untold_sessions: Vec<String>,
}

impl Watchers {
    /// With sessions that are about to begin.
    pub(super) fn new(webhooks: Webhooks, untold_sessions: Vec<String>) -> Self {
        Self { webhooks, untold_sessions, ..Self::default() }
    }

    /// What inspectors see.
    pub(super) fn observation(&self) -> &Observation {
        &self.observation
    }

    /// The same, to show something.
    pub(super) fn observation_mut(&mut self) -> &mut Observation {
        &mut self.observation
    }

    /// Tells one more from now on.
    pub(super) fn add_subscriber(&mut self, subscriber: EventSender) {
        self.subscribers.add(subscriber);
    }

    /// Something has happened in a session.
    pub(super) fn tell(&mut self, at: SessionInstant, session: &Session, event: &ServerEvent) {
        self.observation.note(at, &session.name, event);
        self.subscribers.tell(&session.name, event);
        webhooks::tell(&self.webhooks, session, event);
    }

    /// In the first iteration, since a server that cannot start tells nothing.
    pub(super) fn tell_first_sessions(&mut self) {
        for session in self.untold_sessions.drain(..) {
            self.webhooks.tell(&Occurrence::SessionBegun { session: &session });
        }
    }

    /// The beginning of a configured session was reported by another process.
    pub(super) fn forget_first_session(&mut self, session: &str) {
        self.untold_sessions.retain(|untold| untold != session);
    }

    /// A session began for a client.
    pub(super) fn tell_begun(&self, session: &str) {
        self.webhooks.tell(&Occurrence::SessionBegun { session });
    }

    /// A session ended.
    pub(super) fn tell_ended(&self, session: &str) {
        self.webhooks.tell(&Occurrence::SessionEnded { session });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_session_is_told_of_once_and_never_if_another_process_began_it() {
        let mut watchers = Watchers::new(Webhooks::default(), vec!["red".into(), "blue".into()]);
        watchers.forget_first_session("red");
        assert_eq!(watchers.untold_sessions, ["blue"]);
        watchers.tell_first_sessions();
        assert!(watchers.untold_sessions.is_empty());
    }
}
