//! The server's end: the game is told, and we follow the server's redirect.

use std::time::{Duration, Instant};

use consonance_session::{LinkChange, Redirect};

use super::VoiceThread;
use crate::event::EventKind;

impl VoiceThread {
    pub(super) fn hear_of_closing(&mut self, now: Instant, ends_in: Duration, redirect: Option<&Redirect>) {
        self.links.stay();
        let follows =
            redirect.map(|redirect| self.links.lead_to(&redirect.address).map(|()| redirect.leave_in));
        let follows_in = follows.and_then(Result::ok);
        self.connection.set_redirect(follows_in.map(|leave_in| now + leave_in));
        let redirect = redirect.map(|redirect| redirect.address.to_string());
        let kind = EventKind::Draining { ends_in, redirect, follows_in };
        self.tell(now, kind);
    }

    pub(super) fn hear_of_staying(&mut self, now: Instant) {
        self.links.stay();
        self.connection.set_redirect(None);
        self.tell(now, EventKind::DrainCancelled);
    }

    /// Leaves when it is time. A client that lost its link meanwhile has already been redirected.
    pub(super) fn follow_redirect(&mut self, now: Instant) {
        if self.connection.take_redirect(now) && self.links.has_another_way() {
            self.client.change_link(self.clock.session(now), LinkChange::Redirect);
            self.drain_session(now);
        }
    }
}
