//! What an operator can do to a client.

use consonance_wire::{ClientId, DeltaChannelState, ErrorWrongSession, SessionId, WireStr};

use super::Server;
use crate::link::Delivery;

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
}
