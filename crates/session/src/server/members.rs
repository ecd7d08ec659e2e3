//! The clients of a session: their ids, their names, their order in what is sent, the listeners of each room, and which
//! of them the others know of.
//!
//! A name is known by every spelling, an id belongs to one client until it leaves, and a room is known by its id and
//! by its name. Links, rules and packets are handled by other parts.

mod changes;
mod names;
mod table;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use consonance_wire::names::NameKey;
use consonance_wire::{ClientId, CodecParameters, RoomId, VoiceData};

use super::proximity::Spoken;
use super::visibility::{Audience, Visibility};
use crate::client_ids::ClientIds;
use crate::link::LinkId;
use crate::roster::{Member, Roster};
use crate::time::Instant;

use changes::Changes;
use names::Names;
use table::Table;

/// Every client of the session; the link of each is the datum of its [`Member`].
#[derive(Debug)]
pub(super) struct Members {
    roster: Roster<LinkId>,
    names: Names,
    ids: ClientIds,
    table: Table,
    visibility: Visibility,
    /// The changes, where there are copies.
    changes: Option<Changes>,
}

impl Members {
    pub(super) fn new() -> Self {
        let (names, ids, table) = (Names::default(), ClientIds::default(), Table::default());
        Self { roster: Roster::new(), names, ids, table, visibility: Visibility::default(), changes: None }
    }

    /// An id that no client has; `None` if all are in use. A client may have been [inserted](Self::insert) with an id
    /// that was never given out; that id counts as given out afterwards.
    pub(super) fn take_id(&mut self) -> Option<ClientId> {
        loop {
            let id = self.ids.take()?;
            if self.roster.get(id).is_none() {
                return Some(id);
            }
        }
    }

    /// Marks the ids of all clients as given out, and no others.
    pub(super) fn give_out_own_ids(&mut self) {
        self.ids = ClientIds::without(self.roster.iter().map(|member| member.id));
    }

    /// Adds a client without rooms; the id must be free. `key` is the key of `name`.
    pub(super) fn insert(
        &mut self,
        id: ClientId,
        name: Box<str>,
        key: NameKey,
        codec: CodecParameters,
        link: LinkId,
    ) {
        self.roster.insert(id, name, codec, link);
        self.names.insert(id, key);
        self.table.insert(id);
        if let Some(changes) = &mut self.changes {
            changes.note_new(id);
        }
    }

    /// Starts noting which clients change, unless it does already, as an owner of this term that continues from a copy
    /// of this version.
    pub(super) fn note_changes(&mut self, base: Option<u64>, term: u32) {
        self.changes.get_or_insert_with(|| Changes::after(base, term));
    }

    /// Notes a change of a client.
    #[inline]
    pub(super) fn note_change(&mut self, id: ClientId) {
        if let Some(changes) = &mut self.changes {
            changes.note(id);
        }
    }

    /// Notes a change of a client that no other client is told of.
    #[inline]
    pub(super) fn note_unseen(&mut self, id: ClientId) {
        if let Some(changes) = &mut self.changes {
            changes.note_unseen(id);
        }
    }

    /// The version before the first change that was noted.
    pub(super) fn first_version(&self) -> u64 {
        self.changes.as_ref().map_or(0, Changes::first)
    }

    /// A client that has changed, each once.
    pub(super) fn pop_changed(&mut self) -> Option<ClientId> {
        self.changes.as_mut()?.pop()
    }

    /// The version of the copies.
    pub(super) fn version(&self) -> u64 {
        self.changes.as_ref().map_or(0, Changes::version)
    }

    /// The version of the clients, if copies have the same one.
    pub(super) fn version_of_clients(&self) -> Option<u64> {
        self.changes.as_ref()?.version_of_clients()
    }

    /// The clients that have changed since this version, and whether each has joined since; none if that is no longer
    /// known.
    pub(super) fn changed_since(&self, version: u64) -> Option<Vec<(ClientId, bool)>> {
        self.changes.as_ref()?.since(version)
    }

    /// Removes a client and frees its id. Its record still has the list of its rooms.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<Member<LinkId>> {
        let member = self.roster.remove(id)?;
        self.note_change(id);
        self.names.remove(id, &member.name);
        self.table.remove(id);
        if self.ids.is_taken(id) {
            self.ids.give_back(id);
        }
        Some(member)
    }

    /// Sets the client's link.
    pub(super) fn set_link(&mut self, id: ClientId, link: LinkId) {
        if let Some(member) = self.roster.get_mut(id) {
            member.data = link;
        }
        self.note_unseen(id);
    }

    /// Adds the client to a room's listeners; false if it was one already, or is not here.
    pub(super) fn enter(&mut self, id: ClientId, room: &str) -> bool {
        self.note_change(id);
        self.roster.enter(id, room)
    }

    /// Removes the client from a room's listeners; false if it was not one.
    pub(super) fn leave(&mut self, id: ClientId, room: &str) -> bool {
        self.note_change(id);
        self.roster.leave(id, room)
    }

    /// The client leaves the last room of its list; the name of that room.
    pub(super) fn leave_last(&mut self, id: ClientId) -> Option<String> {
        self.note_change(id);
        self.roster.leave_last(id)
    }

    pub(super) fn len(&self) -> usize {
        self.roster.len()
    }

    #[inline]
    pub(super) fn get(&self, id: ClientId) -> Option<&Member<LinkId>> {
        self.roster.get(id)
    }

    #[inline]
    pub(super) fn contains(&self, id: ClientId) -> bool {
        self.roster.get(id).is_some()
    }

    /// The name of a client.
    pub(super) fn name_of(&self, id: ClientId) -> Option<Box<str>> {
        self.roster.get(id).map(|member| member.name.clone())
    }

    /// The facts about a client's frame that are needed before its listeners are found by distance.
    #[inline]
    pub(super) fn spoken(&self, now: Instant, voice: &VoiceData<'_>) -> Spoken {
        let codec = self.roster.get(voice.sender).map(|member| member.codec.kind);
        Spoken::new(now, codec, voice)
    }

    /// Whether a client listens to a room of this name.
    pub(super) fn is_in(&self, id: ClientId, room: &str) -> bool {
        self.roster.get(id).is_some_and(|member| member.rooms.contains(room))
    }

    /// Whether a client listens to a room of this id, under any name.
    pub(super) fn is_in_id(&self, id: ClientId, room: RoomId) -> bool {
        self.roster.get(id).is_some_and(|member| member.rooms.contains_id(room))
    }

    /// Whether these are the rooms of a client, in the order of its list.
    pub(super) fn listens_to<'a>(&self, id: ClientId, rooms: impl Iterator<Item = &'a str>) -> bool {
        self.roster.get(id).is_some_and(|member| member.rooms.names().eq(rooms))
    }

    /// The listeners of a room id, by ascending id.
    #[inline]
    pub(super) fn listeners(&self, room: RoomId) -> &[ClientId] {
        self.roster.listeners(room)
    }

    /// Of the listeners of a room id, those that know the room by this name.
    pub(super) fn listeners_by_name(&self, id: RoomId, name: &str) -> Vec<ClientId> {
        self.listeners(id).iter().copied().filter(|listener| self.is_in(*listener, name)).collect()
    }

    /// Clients by ascending id.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Member<LinkId>> {
        self.roster.iter()
    }

    /// Clients in the order in which others are told of them.
    pub(super) fn in_order(&self) -> impl Iterator<Item = ClientId> {
        self.table.iter()
    }

    /// The clients that the others know of.
    pub(super) fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    pub(super) fn visibility_mut(&mut self) -> &mut Visibility {
        &mut self.visibility
    }

    /// The clients of an audience, in order; none for a single recipient, which is identified by its link.
    pub(super) fn audience(&self, audience: Audience) -> impl Iterator<Item = ClientId> {
        self.in_order().filter(move |id| self.visibility.is_in(audience, *id))
    }

    /// Of several clients, the first [in order](Self::in_order); one that is not here comes before all others.
    pub(super) fn first_in_order(&self, ids: impl Iterator<Item = ClientId>) -> Option<ClientId> {
        ids.min_by_key(|id| self.table.slot(*id))
    }

    /// Every client whose name has this key, by ascending id.
    pub(super) fn named(&self, key: &NameKey) -> &[ClientId] {
        self.names.of(key)
    }

    /// The client with a name of this key: the one that spells it so, else the one with the lowest id.
    pub(super) fn find(&self, name: &str, key: &NameKey) -> Option<ClientId> {
        self.find_spelled(name, key).or_else(|| self.names.of(key).first().copied())
    }

    /// The client that spells its name so. Of several, which only a permissive server has, the first in order.
    pub(super) fn find_spelled(&self, name: &str, key: &NameKey) -> Option<ClientId> {
        let is_spelled = |id: &ClientId| self.roster.get(*id).is_some_and(|member| *member.name == *name);
        self.first_in_order(self.names.of(key).iter().copied().filter(is_spelled))
    }
}

#[cfg(test)]
mod tests;
