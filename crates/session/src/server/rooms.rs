//! Which rooms a client listens to: whole lists and single changes, told to everybody.

use alloc::borrow::Cow;

use consonance_wire::{ClientId, ClientState, DeltaChannelState, RoomId, WireStr};

use super::{Fault, Server, ServerEvent};
use crate::limits::{Limits, STATE_BYTES};
use crate::link::LinkId;
use crate::roster::Member;

impl Server {
    pub(super) fn handle_client_state(
        &mut self,
        link: LinkId,
        state: &ClientState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        if self.settings.permissive {
            return self.believe_state(link, state, packet);
        }
        let id = self.client_of(link)?;
        let member = self.roster.get(id).ok_or(Fault::NotJoined)?;
        let says_who_it_is = state.client.id == id
            && state.client.codec == member.codec
            && is_name(state.client.name, &member.name);
        if !says_who_it_is {
            return Err(Fault::Spoofed);
        }
        self.check_rooms(state, member.name.len())?;
        if self.is_known_of_resumed(id, state) {
            // Nobody was told that it was away, so nobody need be told that it is back.
            self.pass_on_state(Some(link), state, packet);
            return Ok(());
        }
        self.pass_on_state(None, state, packet);
        self.replace_rooms(id, state);
        self.expel_where_it_may_not_be(id, None)
    }

    /// Leaves every room, last first, and enters those of the state.
    pub(super) fn replace_rooms(&mut self, id: ClientId, state: &ClientState<'_>) {
        while let Some(room) = self.roster.leave_last(id) {
            self.exited(id, &room);
        }
        for room in state.rooms.iter().flatten() {
            self.enter(id, &room.to_str());
        }
    }

    pub(super) fn handle_delta(
        &mut self,
        link: LinkId,
        delta: &DeltaChannelState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let id = delta.id;
        if !self.settings.permissive && self.client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        let room = delta.room.ok_or(Fault::RoomRefused)?.to_str();
        if let Some(member) = self.roster.get(id)
            && delta.joined
            && !member.rooms.contains(&room)
        {
            self.check_one_more(member, &room)?;
        }
        self.pass_on_delta(delta, packet)?;
        if delta.joined {
            self.enter(id, &room);
            return self.expel_where_it_may_not_be(id, Some(&room));
        } else if self.roster.leave(id, &room) {
            self.exited(id, &room);
        }
        Ok(())
    }

    /// A client has entered rooms, or only this one; it does not stay where it may not listen, or where enough do.
    fn expel_where_it_may_not_be(&mut self, id: ClientId, entered: Option<&str>) -> Result<(), Fault> {
        if self.expel_from_forbidden_rooms(id) > 0 {
            return Err(Fault::RoomForbidden);
        }
        self.expel_from_full_rooms(id, entered);
        Ok(())
    }

    /// A member wants to listen to a room that is not in its list.
    pub(super) fn check_one_more(&self, member: &Member<LinkId>, room: &str) -> Result<(), Fault> {
        self.check_room(room)?;
        self.check_new_rooms(usize::from(!self.rooms.contains(room)))?;
        if member.rooms.len() >= self.settings.limits.rooms_per_client
            || state_bytes(member) + 2 + room.len() > crate::PACKET_BYTES_MAX
        {
            return Err(Fault::RoomRefused);
        }
        Ok(())
    }

    /// The state must fit a packet once more when it is written for a newcomer, where a byte that is no UTF-8 has
    /// become the three of U+FFFD.
    pub(super) fn check_rooms(&self, state: &ClientState<'_>, name_bytes: usize) -> Result<(), Fault> {
        let mut bytes = STATE_BYTES + name_bytes;
        let mut new = 0;
        let may_exhaust = self.rooms.len() + state.rooms.len() > self.settings.limits.rooms;
        for room in state.rooms {
            let room = room.ok_or(Fault::RoomRefused)?.to_str();
            self.check_room(&room)?;
            bytes += 2 + room.len();
            new += usize::from(may_exhaust && !self.rooms.contains(&room));
        }
        self.check_new_rooms(new)?;
        if state.rooms.len() > self.settings.limits.rooms_per_client || bytes > crate::PACKET_BYTES_MAX {
            return Err(Fault::RoomRefused);
        }
        Ok(())
    }

    fn check_room(&self, room: &str) -> Result<(), Fault> {
        let Limits { room_name_bytes, .. } = self.settings.limits;
        if room.len() > room_name_bytes.min(self.settings.packets.room_name_bytes()) {
            return Err(Fault::RoomRefused);
        }
        if !self.settings.permissive
            && (self.rooms.is_taken_by_reserved(room) || self.shares_an_id_with_other_rules(room))
        {
            return Err(Fault::RoomReserved);
        }
        Ok(())
    }

    /// Whether the session can have so many rooms more. What the same packet leaves is not counted against them.
    fn check_new_rooms(&self, new: usize) -> Result<(), Fault> {
        if new > 0 && self.rooms.len() + new > self.settings.limits.rooms {
            return Err(Fault::RoomsExhausted);
        }
        Ok(())
    }

    fn enter(&mut self, id: ClientId, room: &str) {
        if self.roster.enter(id, room) {
            self.list_listener(id, room);
            let name = self.name_of(id);
            self.events.push(ServerEvent::EnteredRoom { id, name, room: room.into() });
        }
    }

    /// A client has entered a room in the roster.
    pub(super) fn list_listener(&mut self, id: ClientId, room: &str) {
        self.statistics.room_collisions += u64::from(self.rooms.enter(room));
        self.proximity.enter(id, room);
        self.gate.enter(room);
        self.quotas.enter(room);
    }

    /// A client has left a room in the roster.
    pub(super) fn exited(&mut self, id: ClientId, room: &str) {
        self.leave_directory(room);
        self.leave_zone(id, room);
        let name = self.name_of(id);
        self.events.push(ServerEvent::ExitedRoom { id, name, room: room.into() });
    }

    /// Whether the wire cannot tell this room from one in use that follows other rules.
    fn shares_an_id_with_other_rules(&self, room: &str) -> bool {
        (self.looks_into_relays() || !self.settings.room_limits.is_empty())
            && self.rooms.names_of_id_of(room).any(|other| !self.follows_same_rules(room, other))
    }

    /// Whether relayed voice has to be looked into, for the session's rules or for what a client may not do.
    pub(super) fn looks_into_relays(&self) -> bool {
        self.settings.looks_into_relays()
            || self.gate.restricts()
            || self.moderation.has_room_rights()
            || self.quotas.limits_speakers()
            || self.quotas.crowd.is_limited()
    }

    fn follows_same_rules(&self, room: &str, other: &str) -> bool {
        // Who keeps to some rooms by their names must not find others behind the same id.
        (room == other || !self.gate.keeps_to_names())
            && self.proximity.rule_of(room) == self.proximity.rule_of(other)
            && self.gate.rule_of(room) == self.gate.rule_of(other)
            && self.quotas.rule_of(room) == self.quotas.rule_of(other)
    }

    /// One listener less; a room that nobody listens to is guarded no longer.
    pub(super) fn leave_directory(&mut self, room: &str) {
        self.rooms.leave(room);
        if self.rooms.names_of_id_of(room).next().is_none() {
            self.gate.close(room);
            self.quotas.close(room);
        }
    }

    /// The client listens to the room's id no longer, unless it does so by another name.
    fn leave_zone(&mut self, id: ClientId, room: &str) {
        if self.proximity.rule_of(room).is_some() {
            let room = RoomId::of(room);
            if self.roster.get(id).is_none_or(|member| !member.rooms.contains_id(room)) {
                self.proximity.leave(id, room);
            }
        }
    }

    fn name_of(&self, id: ClientId) -> alloc::boxed::Box<str> {
        self.roster.get(id).map(|member| member.name.clone()).unwrap_or_default()
    }
}

/// How long the member's `ClientState` is; whoever joins later gets it in one packet.
fn state_bytes<T>(member: &Member<T>) -> usize {
    STATE_BYTES + member.name.len() + member.rooms.names().map(|name| 2 + name.len()).sum::<usize>()
}

fn is_name(sent: Option<WireStr<'_>>, name: &str) -> bool {
    sent.map(WireStr::to_str).is_some_and(|sent: Cow<'_, str>| sent == name)
}
