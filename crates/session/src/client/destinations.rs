//! The destinations of a frame or a text, found in the client's own roster.

use alloc::vec::Vec;

use consonance_wire::{ChannelKind, ClientId, RoomId, VoiceChannel};

use super::players::Players;

/// The clients that the present frame or text goes to, each once and without the client itself.
#[derive(Debug, Default)]
pub(super) struct Destinations {
    /// Numbers the lists, to detect duplicates without a search.
    round: u64,
    clients: Vec<ClientId>,
}

impl Destinations {
    pub(super) fn clients(&self) -> &[ClientId] {
        &self.clients
    }

    /// Sets the listeners of a room; true if `own` is one of them.
    pub(super) fn set_room(&mut self, players: &mut Players, own: ClientId, room: RoomId) -> bool {
        self.start();
        self.add_room(players, own, room)
    }

    /// Sets a single player.
    pub(super) fn set_player(&mut self, players: &mut Players, own: ClientId, player: ClientId) {
        self.start();
        self.add(players, own, player);
    }

    /// Sets all clients that the channels reach: channels in list order, within a room by ascending id. True if `own`
    /// is one of them.
    pub(super) fn set_listeners(
        &mut self,
        players: &mut Players,
        own: ClientId,
        channels: &[VoiceChannel],
    ) -> bool {
        self.start();
        let mut is_own_there = false;
        for &VoiceChannel { bits, recipient } in channels {
            is_own_there |= match bits.kind() {
                ChannelKind::Player => self.add(players, own, ClientId(recipient)),
                ChannelKind::Room => self.add_room(players, own, RoomId(recipient)),
            };
        }
        is_own_there
    }

    fn start(&mut self) {
        self.round += 1;
        self.clients.clear();
    }

    fn add_room(&mut self, players: &mut Players, own: ClientId, room: RoomId) -> bool {
        let mut is_own_there = false;
        let mut next = 0;
        while let Some(listener) = players.roster.listener_from(room, next) {
            is_own_there |= self.add(players, own, listener);
            let Some(after) = listener.0.checked_add(1) else { break };
            next = after;
        }
        is_own_there
    }

    fn add(&mut self, players: &mut Players, own: ClientId, listener: ClientId) -> bool {
        if listener == own {
            return true;
        }
        if let Some(member) = players.roster.get_mut(listener)
            && core::mem::replace(&mut member.data.round, self.round) != self.round
        {
            self.clients.push(listener);
        }
        false
    }
}
