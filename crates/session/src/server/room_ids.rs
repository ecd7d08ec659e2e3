//! Rooms that the wire cannot tell apart although they follow different rules: which one gets the id, and what becomes
//! of the voice in the others.
//!
//! An id has 16 bits, so for each room that only a pattern names there are others that share its id, under names that
//! any player can choose. The first in use has it, unless the players that want to go to a room that asks for tokens,
//! and have one, are as many as the listeners in the way. One alone must not be enough: a player with a token for rooms
//! that a pattern names could choose a name among them that has the id of a room full of players.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use consonance_wire::{ClientId, RoomId};

/// Clients that wanted to enter rooms whose ids others have, and which rooms, the newest last.
#[derive(Debug, Default)]
pub(super) struct KeptOut {
    rooms: BTreeMap<ClientId, VecDeque<KeptOutRoom>>,
}

#[derive(Debug)]
struct KeptOutRoom {
    id: RoomId,
    name: Box<str>,
}

/// Rooms that are remembered of one client, and that an operator is told of at once: by default no client listens to
/// more.
const ROOMS_MAX: usize = 128;
/// Rooms that an operator is told of for one client, of those that are remembered.
const TOLD_MAX: usize = 32;

impl KeptOut {
    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    /// Whether the operator is to be told.
    pub(super) fn note(&mut self, id: ClientId, room: &str) -> bool {
        let rooms = self.rooms.entry(id).or_default();
        if rooms.iter().any(|known| *known.name == *room) {
            return false;
        }
        if rooms.len() >= ROOMS_MAX {
            rooms.pop_front();
        }
        rooms.push_back(KeptOutRoom { id: RoomId::of(room), name: room.into() });
        rooms.len() <= TOLD_MAX
    }

    /// The client is in the room, or wants to be there no more.
    pub(super) fn forget_room(&mut self, id: ClientId, room: &str) {
        self.retain(id, |known| *known.name != *room);
    }

    /// The client lists all rooms where it wants to be: another one of the same id is what it means by that, unless it
    /// lists both.
    pub(super) fn forget_others(&mut self, id: ClientId, listed: &[Cow<'_, str>]) {
        if !self.rooms.contains_key(&id) {
            return;
        }
        let ids: Vec<RoomId> = listed.iter().map(|room| RoomId::of(room)).collect();
        let is_listed = |known: &KeptOutRoom| listed.iter().any(|room| **room == *known.name);
        self.retain(id, |known| is_listed(known) || !ids.contains(&known.id));
    }

    fn retain(&mut self, id: ClientId, wants: impl Fn(&KeptOutRoom) -> bool) {
        let Some(rooms) = self.rooms.get_mut(&id) else { return };
        rooms.retain(wants);
        if rooms.is_empty() {
            self.rooms.remove(&id);
        }
    }

    /// The client is gone.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.rooms.remove(&id);
    }

    /// The client that did not get into this room.
    pub(super) fn wanting(&self, room: &str) -> impl Iterator<Item = ClientId> {
        let wants = move |rooms: &VecDeque<KeptOutRoom>| rooms.iter().any(|known| *known.name == *room);
        self.rooms.iter().filter(move |(_, rooms)| wants(rooms)).map(|(id, _)| *id)
    }

    /// The rooms of this id that the client did not get into.
    pub(super) fn names_of(&self, id: ClientId, room: RoomId) -> impl Iterator<Item = &str> {
        let rooms = self.rooms.get(&id).into_iter().flatten();
        rooms.filter(move |known| known.id == room).map(|known| &*known.name)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const ANN: ClientId = ClientId(1);

    #[test]
    fn of_one_client_the_newest_rooms_are_remembered_and_the_first_are_told() {
        let mut kept_out = KeptOut::default();
        let names: Vec<_> = (0..=ROOMS_MAX).map(|number| format!("room {number}")).collect();
        let told = names.iter().filter(|name| kept_out.note(ANN, name)).count();
        assert_eq!(told, TOLD_MAX);
        assert_eq!(kept_out.wanting("room 0").next(), None, "it made room for the last");
        assert_eq!(kept_out.wanting("room 1").next(), Some(ANN));
        assert_eq!(kept_out.wanting(&names[ROOMS_MAX]).next(), Some(ANN));
        assert!(!kept_out.note(ANN, "room 1"), "known already");
    }
}
