//! The server closes: the game is told, and we follow to where it sends us.

use std::time::{Duration, Instant};

use consonance_session::Onward;

use super::VoiceThread;
use crate::event::EventKind;

impl VoiceThread {
    pub(super) fn hear_of_closing(&mut self, now: Instant, ends_in: Duration, onward: Option<&Onward>) {
        self.links.stay();
        self.move_on_at = None;
        let follows = onward.map(|onward| self.links.lead_to(&onward.address).map(|()| onward.leave_in));
        if let Some(Ok(leave_in)) = follows {
            self.move_on_at = Some(now + leave_in);
        }
        let kind = EventKind::ServerCloses {
            ends_in,
            onward: onward.map(|onward| onward.address.to_string()),
            follows_in: follows.and_then(Result::ok),
        };
        self.tell(now, kind);
    }

    pub(super) fn hear_of_staying(&mut self, now: Instant) {
        self.links.stay();
        self.move_on_at = None;
        self.tell(now, EventKind::ServerStays);
    }

    /// Goes when it is time.
    pub(super) fn move_on(&mut self, now: Instant) {
        if self.move_on_at.is_some_and(|at| at <= now) {
            self.move_on_at = None;
            self.client.move_on(self.clock.session(now));
            self.drain_session(now);
        }
    }
}
