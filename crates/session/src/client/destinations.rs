//! The destinations of a frame or a text, found in the client's own roster.

use consonance_wire::{ChannelKind, ClientId, RoomId, VoiceChannel};

use super::Client;

impl Client {
    /// Puts the listeners of room `room` into `destinations`, but not me; true if I am one of them.
    pub(super) fn gather_room(&mut self, own: ClientId, room: RoomId) -> bool {
        self.start_gathering();
        self.add_room(own, room)
    }

    /// Puts one player into `destinations`, unless it is me.
    pub(super) fn gather_player(&mut self, own: ClientId, player: ClientId) {
        self.start_gathering();
        self.add(own, player);
    }

    /// All clients that the channels reach, each once: channels in list order, within a room by ascending id.
    pub(super) fn gather_listeners(&mut self, own: ClientId) -> bool {
        self.start_gathering();
        let mut i_am_one = false;
        for index in 0..self.on_wire.len() {
            let VoiceChannel { bits, recipient } = self.on_wire[index];
            i_am_one |= match bits.kind() {
                ChannelKind::Player => self.add(own, ClientId(recipient)),
                ChannelKind::Room => self.add_room(own, RoomId(recipient)),
            };
        }
        i_am_one
    }

    /// Whether a channel leads to the room whose voice is sent even without listeners.
    pub(super) fn is_always_sent(&self) -> bool {
        self.on_wire.iter().any(VoiceChannel::is_always_sent)
    }

    fn start_gathering(&mut self) {
        self.round += 1;
        self.destinations.clear();
    }

    fn add_room(&mut self, own: ClientId, room: RoomId) -> bool {
        let mut i_am_one = false;
        let mut next = 0;
        while let Some(listener) = self.roster.listener_from(room, next) {
            i_am_one |= self.add(own, listener);
            let Some(after) = listener.0.checked_add(1) else { break };
            next = after;
        }
        i_am_one
    }

    fn add(&mut self, own: ClientId, listener: ClientId) -> bool {
        if listener == own {
            return true;
        }
        if let Some(member) = self.roster.get_mut(listener)
            && core::mem::replace(&mut member.data.round, self.round) != self.round
        {
            self.destinations.push(listener);
        }
        false
    }
}
