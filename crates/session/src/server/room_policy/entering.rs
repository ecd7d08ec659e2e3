//! Checks whether a client may enter a room, and which rooms have to make way for it.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, ClientState, RoomId};

use super::RoomPolicy;
use crate::limits::STATE_BYTES;
use crate::link::LinkId;
use crate::roster::Member;
use crate::server::fault::Fault;
use crate::server::members::Members;
use crate::server::settings::RoomBounds;

impl RoomPolicy {
    /// Whether a member can listen to a room that is not in its list. Its state with that room must fit a packet once
    /// more when it is written for a newcomer, where a byte that is not UTF-8 has become the three of U+FFFD.
    pub(in crate::server) fn check_one_more(
        &self,
        bounds: RoomBounds,
        member: &Member<LinkId>,
        room: &str,
    ) -> Result<(), Fault> {
        check_name(bounds, room)?;
        self.check_new_rooms(bounds, usize::from(!self.directory.contains(room)))?;
        if member.rooms.len() >= bounds.per_client
            || state_bytes(member) + 2 + room.len() > crate::PACKET_BYTES_MAX
        {
            return Err(Fault::RoomRefused);
        }
        Ok(())
    }

    /// Whether a client with a name of this many bytes can enter all rooms of a state at once. Rooms that it leaves
    /// are not counted.
    pub(in crate::server) fn check_all(
        &self,
        bounds: RoomBounds,
        state: &ClientState<'_>,
        name_bytes: usize,
    ) -> Result<(), Fault> {
        let mut bytes = STATE_BYTES + name_bytes;
        let mut new = 0;
        let may_exhaust = self.directory.len() + state.rooms.len() > bounds.in_use;
        for room in state.rooms {
            let room = room.ok_or(Fault::RoomRefused)?.to_str();
            check_name(bounds, &room)?;
            bytes += 2 + room.len();
            new += usize::from(may_exhaust && !self.directory.contains(&room));
        }
        self.check_new_rooms(bounds, new)?;
        if state.rooms.len() > bounds.per_client || bytes > crate::PACKET_BYTES_MAX {
            return Err(Fault::RoomRefused);
        }
        Ok(())
    }

    /// Whether the session can have this many more rooms.
    fn check_new_rooms(&self, bounds: RoomBounds, new: usize) -> Result<(), Fault> {
        if new > 0 && self.directory.len() + new > bounds.in_use {
            return Err(Fault::RoomsExhausted);
        }
        Ok(())
    }

    /// No client enters a room that the wire cannot tell from one of the configuration, or from one in use that follows
    /// other rules; a client with a token for the room has it instead of those in rooms that ask for none, if they are
    /// not more. The rooms that all clients have to leave for that.
    pub(in crate::server) fn claim_id(
        &self,
        members: &Members,
        id: ClientId,
        room: &str,
    ) -> Result<Vec<Box<str>>, Fault> {
        if self.is_permissive || !self.is_kept_for_others(room) {
            return Ok(Vec::new());
        }
        if !self.may_claim(members, id, room) {
            return Err(Fault::RoomReserved);
        }
        let others = self.directory.names_of_id_of(room).filter(|other| *other != room);
        Ok(others.map(Into::into).collect())
    }

    /// Whether a client has a token that a room asks for, and the rooms that are in its way ask for none.
    fn may_claim(&self, members: &Members, id: ClientId, room: &str) -> bool {
        let mut others = self.directory.names_of_id_of(room).filter(|other| *other != room);
        self.gate.is_entitled(id, room)
            && self.may_listen(id, room)
            && !self.directory.is_taken_by_reserved(room)
            && others.all(|other| self.gate.rule_of(other).is_none())
            && self.entitled_to(id, room) >= others_behind(members, id, room)
    }

    /// The number of clients with a token for a room that want to enter it, this client included.
    fn entitled_to(&self, id: ClientId, room: &str) -> usize {
        let others = self.kept_out.wanting(room).filter(|other| *other != id);
        1 + others.filter(|other| self.gate.is_entitled(*other, room)).count()
    }

    /// Whether a client may listen to a room whose id is free for it, and there is a place.
    pub(in crate::server) fn check_listener(&self, id: ClientId, room: &str) -> Result<(), Fault> {
        if self.is_forbidden(id, room) {
            return Err(Fault::RoomForbidden);
        }
        if !self.is_permissive && !self.has_space_for_listener(room) {
            return Err(Fault::RoomFull);
        }
        Ok(())
    }

    /// Whether a client known to another process may be in a room as it was there.
    pub(in crate::server) fn may_be_restored(
        &self,
        bounds: RoomBounds,
        member: &Member<LinkId>,
        room: &str,
    ) -> bool {
        self.check_one_more(bounds, member, room).is_ok()
            && (self.is_permissive || !self.is_kept_for_others(room))
            && self.may_listen(member.id, room)
            && self.has_space_for_listener(room)
    }

    /// Removes a client's wish for a room: it no longer wants to enter, or is there.
    pub(in crate::server) fn forget_wish(&mut self, id: ClientId, room: &str) {
        self.kept_out.forget_room(id, room);
    }

    /// Keeps only the wishes for rooms in a client's list.
    pub(in crate::server) fn forget_other_wishes(&mut self, id: ClientId, listed: &[Cow<'_, str>]) {
        self.kept_out.forget_others(id, listed);
    }

    /// Notes that a client found a place in a room that it wanted to enter.
    pub(in crate::server) fn found_space(&mut self, id: ClientId, room: &str) {
        self.quotas.found_space(id, room);
        self.kept_out.forget_room(id, room);
    }

    /// Of the rooms that a client lists and has entered, those that it is not in: of two rooms of one id, the one that
    /// asks for a token is entered, and so the other one is left.
    pub(in crate::server) fn vacated<'a>(
        &self,
        member: &Member<LinkId>,
        listed: &'a [Cow<'_, str>],
    ) -> impl Iterator<Item = &'a str> {
        let is_certain = self.kept_out.is_empty();
        listed.iter().map(AsRef::as_ref).filter(move |room| !is_certain && !member.rooms.contains(room))
    }
}

fn check_name(bounds: RoomBounds, room: &str) -> Result<(), Fault> {
    if room.len() > bounds.name_bytes { Err(Fault::RoomRefused) } else { Ok(()) }
}

/// The number of other listeners of a room's id.
fn others_behind(members: &Members, id: ClientId, room: &str) -> usize {
    members.listeners(RoomId::of(room)).iter().filter(|listener| **listener != id).count()
}

/// The length of the member's `ClientState`; a client that joins later gets it in one packet.
fn state_bytes<T>(member: &Member<T>) -> usize {
    STATE_BYTES + member.name.len() + member.rooms.names().map(|name| 2 + name.len()).sum::<usize>()
}
