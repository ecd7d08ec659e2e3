//! What an operator can do to a client.

use consonance_wire::{ClientId, DeltaChannelState, ErrorWrongSession, SessionId, WireStr};

use super::{Server, ServerEvent};
use crate::link::Delivery;
use crate::time::Instant;

impl Server {
    /// Takes a client out of a room, as if it had left it itself; everybody is told, the client too. False if it is
    /// not in the room. Nothing keeps it from coming back.
    pub fn remove_from_room(&mut self, id: ClientId, room: &str) -> bool {
        if self.roster.get(id).is_none_or(|member| !member.rooms.contains(room)) {
            return false;
        }
        let delta =
            DeltaChannelState { session: self.session, joined: false, id, room: Some(WireStr::from(room)) };
        self.broadcast(&delta.into());
        self.roster.leave(id, room);
        self.exited(id, room);
        true
    }

    /// Makes a client start anew: it is told of another session than this one, so it disconnects and comes back. False
    /// if there is no such client. It stays a member until its link is gone.
    pub fn reset(&mut self, id: ClientId) -> bool {
        let Some(link) = self.fan_out.link(id) else { return false };
        let another = SessionId(self.session.0.wrapping_add(1));
        self.send(link, Delivery::Unreliable, &ErrorWrongSession { session: another }.into());
        true
    }

    /// Starts the session anew under another number, as after a fault of its own: nobody is in it, and nobody is told
    /// that anybody left. The links stay up, and everybody at their ends is told of the new session at once, so that
    /// clients come back without waiting until they have something to say. What waited to be sent is lost.
    pub fn restart(&mut self, now: Instant, session: SessionId) {
        let mut settings = self.settings.clone();
        settings.session = session;
        let previous = core::mem::replace(self, Self::new(settings));
        self.places.draw_on_from(&previous.places);
        self.statistics = previous.statistics;
        self.received = previous.received;
        self.sent = previous.sent;
        self.events.push(ServerEvent::Restarted { session });
        for link in previous.links.into_keys() {
            self.handle_connected(now, link);
            self.answer_wrong_session(link);
        }
    }
}
