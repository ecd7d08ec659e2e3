//! Rooms that the wire cannot tell apart although they follow different rules: who gets the id, and what becomes of
//! the voice of whoever does not.
//!
//! An id has 16 bits, so for each room that only a pattern names there are others, under names of anybody's choice,
//! that share its id. Whichever is in use first has it, unless there are as many who want to go to a room that asks for
//! tokens, and have one, as there are listeners in the way. One alone must not be enough: whoever has a token for rooms
//! that a pattern names could choose a name among them that has the id of a room where everybody is.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use consonance_wire::{ClientId, RoomId};

use super::{Fault, Server, ServerEvent};

/// Who wanted to enter rooms whose ids others have, and which rooms, the newest last.
#[derive(Debug, Default)]
pub(super) struct KeptOut {
    rooms: BTreeMap<ClientId, VecDeque<KeptOutRoom>>,
}

#[derive(Debug)]
struct KeptOutRoom {
    id: RoomId,
    name: Box<str>,
}

/// Rooms that are remembered of one client, and that an operator is told of at once: nobody listens to more by default.
const ROOMS_MAX: usize = 128;
/// Rooms that an operator is told of for one client, of those that are remembered.
const TOLD_MAX: usize = 32;

impl KeptOut {
    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    /// Whether the operator is to be told.
    fn note(&mut self, id: ClientId, room: &str) -> bool {
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

    /// Who did not get into this room.
    fn wanting(&self, room: &str) -> impl Iterator<Item = ClientId> {
        let wants = move |rooms: &VecDeque<KeptOutRoom>| rooms.iter().any(|known| *known.name == *room);
        self.rooms.iter().filter(move |(_, rooms)| wants(rooms)).map(|(id, _)| *id)
    }

    /// The rooms of this id that the client did not get into.
    fn names_of(&self, id: ClientId, room: RoomId) -> impl Iterator<Item = &str> {
        let rooms = self.rooms.get(&id).into_iter().flatten();
        rooms.filter(move |known| known.id == room).map(|known| &*known.name)
    }
}

impl Server {
    /// Nobody enters a room that the wire cannot tell from one of the configuration, or from one in use
    /// that follows other rules; whoever has a token for the room has it instead of those in rooms that ask
    /// for none, if they are not more.
    pub(super) fn check_id(&mut self, id: ClientId, room: &str) -> Result<(), Fault> {
        if self.settings.permissive || !self.is_kept_for_others(room) {
            return Ok(());
        }
        if !self.may_claim(id, room) {
            return Err(Fault::RoomReserved);
        }
        self.vacate(room);
        Ok(())
    }

    /// Whether a room's id is another room's.
    pub(super) fn is_kept_for_others(&self, room: &str) -> bool {
        self.rooms.is_taken_by_reserved(room) || self.shares_an_id_with_other_rules(room)
    }

    /// The client does not get into the room: what it says there must not go to whoever is behind the id.
    pub(super) fn keep_out(&mut self, id: ClientId, room: &str) {
        let in_use = self.rooms.names_of_id_of(room).find(|other| *other != room).map(Box::from);
        self.keep_out_for(id, room, in_use);
    }

    fn keep_out_for(&mut self, id: ClientId, room: &str, in_use: Option<Box<str>>) {
        if !self.kept_out.note(id, room) {
            return;
        }
        let name = self.members.name_of(id).unwrap_or_default();
        self.events.push(ServerEvent::RoomIdTaken { id, name, room: room.into(), in_use });
    }

    /// Whether a client that speaks to this id means a room that it did not get into, and others would hear it.
    pub(super) fn is_kept_out(&self, id: ClientId, room: RoomId) -> bool {
        let would_hear_it = |wanted: &str, name: &str| {
            name != wanted
                && (self.rooms.is_taken_by_reserved(wanted) || !self.follows_same_rules(wanted, name))
        };
        let mut wanted = self.kept_out.names_of(id, room);
        wanted.any(|wanted| self.rooms.names_of_id(room).any(|name| would_hear_it(wanted, name)))
    }

    /// Whether a client has a token that a room asks for, and the rooms that are in its way ask for none.
    fn may_claim(&self, id: ClientId, room: &str) -> bool {
        let mut others = self.rooms.names_of_id_of(room).filter(|other| *other != room);
        self.gate.is_entitled(id, room)
            && self.may_listen(id, room)
            && !self.rooms.is_taken_by_reserved(room)
            && others.all(|other| self.gate.rule_of(other).is_none())
            && self.entitled_to(id, room) >= self.others_behind(id, room)
    }

    /// How many with a token for a room want to go there, this client included.
    fn entitled_to(&self, id: ClientId, room: &str) -> usize {
        let others = self.kept_out.wanting(room).filter(|other| *other != id);
        1 + others.filter(|other| self.gate.is_entitled(*other, room)).count()
    }

    /// How many but this client listen to the id of a room.
    fn others_behind(&self, id: ClientId, room: &str) -> usize {
        self.members.listeners(RoomId::of(room)).iter().filter(|listener| **listener != id).count()
    }

    /// Takes everybody out of the rooms that share the id of this one, as an operator does.
    fn vacate(&mut self, room: &str) {
        let others = self.rooms.names_of_id_of(room).filter(|other| *other != room);
        let others: Vec<Box<str>> = others.map(Into::into).collect();
        let listeners = self.members.listeners(RoomId::of(room)).to_vec();
        for other in &others {
            for id in &listeners {
                if self.take_out(*id, other) {
                    self.statistics.rooms_vacated += 1;
                    self.keep_out_for(*id, other, Some(room.into()));
                }
            }
        }
    }
}
