//! Which rooms a client listens to: whole lists and single changes, told to everybody.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice;

use consonance_wire::{ClientId, ClientState, DeltaChannelState, RoomId, WireStr};

use super::sending::{Audience, lacks_its_room_count};
use super::visibility::Announcement;
use super::{Fault, RoomUse, Server, ServerEvent};
use crate::limits::{Limits, STATE_BYTES};
use crate::link::{Delivery, LinkId};
use crate::packet_limits::write_state;
use crate::roster::Member;

impl Server {
    pub(super) fn handle_client_state(
        &mut self,
        link: LinkId,
        state: &ClientState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        if self.settings.permissive {
            if lacks_its_room_count(state, packet) {
                return Err(Fault::Malformed);
            }
            return self.believe_state(link, state, packet);
        }
        let id = self.links.client_of(link)?;
        let member = self.members.get(id).ok_or(Fault::NotJoined)?;
        let says_who_it_is = state.client.id == id
            && state.client.codec == member.codec
            && is_name(state.client.name, &member.name);
        if !says_who_it_is {
            return Err(Fault::Spoofed);
        }
        let rooms: Option<Vec<Cow<'_, str>>> = state.rooms.iter().map(|room| Some(room?.to_str())).collect();
        let rooms = rooms.ok_or(Fault::RoomRefused)?;
        self.kept_out.forget_others(id, &rooms);
        let Announcement { is_news, is_back } = self.visibility.announce(id);
        // Everybody has been told of the same rooms before.
        if !is_news && self.members.listens_to(id, rooms.iter().map(AsRef::as_ref)) {
            // Of a client that was lost and is back, too, unless the others were told that it left.
            let to = if is_back { Audience::Everybody } else { Audience::Only(link) };
            self.pass_on_state(to, state, packet);
            return Ok(());
        }
        let most = self.settings.packets.reliable_bytes;
        let packets = if packet.len() <= most { 1 } else { 1 + rooms.len() };
        if let Err(fault) = self.links.take_broadcasts(link, self.now, &self.settings.limits, packets) {
            if is_news || is_back {
                self.visibility.note_unannounced(id);
            }
            return Err(fault);
        }
        let before = self.leave_rooms(id);
        let refused = self.enter_rooms(id, &rooms);
        if refused.is_empty() {
            self.pass_on_state(Audience::Everybody, state, packet);
            return Ok(());
        }
        if is_news || is_back || !self.members.listens_to(id, before.iter().rev().map(AsRef::as_ref)) {
            self.tell_rooms(id, state);
        }
        // It believes that it is in all of them until it is told what it is not in.
        self.pass_on_state(Audience::Only(link), state, packet);
        for (room, fault) in refused {
            self.refuse_room(link, id, &room, fault);
        }
        Ok(())
    }

    /// Leaves every room, last first, and enters those of the state.
    pub(super) fn replace_rooms(&mut self, id: ClientId, state: &ClientState<'_>) {
        self.leave_rooms(id);
        for room in state.rooms.iter().flatten() {
            self.enter(id, &room.to_str());
        }
    }

    /// Leaves every room: these, last first.
    fn leave_rooms(&mut self, id: ClientId) -> Vec<Box<str>> {
        let mut left = Vec::new();
        while let Some(room) = self.members.leave_last(id) {
            self.exited(id, &room);
            left.push(room.into());
        }
        left
    }

    /// Enters those of the rooms where the client may be; what is against each of the others.
    fn enter_rooms(&mut self, id: ClientId, rooms: &[Cow<'_, str>]) -> Vec<(Box<str>, Fault)> {
        let mut refused: Vec<(Box<str>, Fault)> = Vec::new();
        for room in rooms {
            match self.check_entry(id, room) {
                Ok(()) => self.enter(id, room),
                Err(fault) if refused.iter().all(|(other, _)| **other != **room) => {
                    refused.push((room.as_ref().into(), fault));
                }
                Err(_) => {}
            }
        }
        if !self.kept_out.is_empty() {
            self.add_vacated(id, rooms, &mut refused);
        }
        refused
    }

    /// Of two rooms of one id, the one that asks for a token is entered, and so the other one is left.
    fn add_vacated(&self, id: ClientId, rooms: &[Cow<'_, str>], refused: &mut Vec<(Box<str>, Fault)>) {
        let Some(member) = self.members.get(id) else { return };
        for room in rooms {
            if !member.rooms.contains(room) && refused.iter().all(|(other, _)| **other != **room) {
                refused.push((room.as_ref().into(), Fault::RoomReserved));
            }
        }
    }

    /// Whether a client may enter a room: it and the session may have one more, no other has its id, it may listen
    /// there, and there is a place.
    fn check_entry(&mut self, id: ClientId, room: &str) -> Result<(), Fault> {
        let member = self.members.get(id).ok_or(Fault::NotJoined)?;
        if member.rooms.contains(room) {
            return Ok(());
        }
        self.check_one_more(member, room)?;
        self.check_id(id, room)?;
        if self.is_forbidden(id, room) {
            return Err(Fault::RoomForbidden);
        }
        if !self.settings.permissive && !self.has_space_for_listener(room) {
            return Err(Fault::RoomFull);
        }
        Ok(())
    }

    /// Tells the sender of a state or a change, and nobody else, that it is not in a room that it named there.
    fn refuse_room(&mut self, link: LinkId, id: ClientId, room: &str, fault: Fault) {
        if !self.links.contains(link) {
            return;
        }
        // What is no UTF-8 may have become too long to be told.
        if room.len() <= self.settings.packets.room_name_bytes() {
            let (session, room) = (self.session, Some(WireStr::from(room)));
            let exit = DeltaChannelState { session, joined: false, id, room };
            self.send(link, Delivery::Reliable, &exit.into());
        }
        match fault {
            Fault::RoomFull => self.tell_full(id, room, RoomUse::Listen),
            Fault::RoomReserved => self.keep_out(id, room),
            Fault::RoomForbidden => self.tell_of_attempt(id, RoomId::of(room), room, RoomUse::Listen),
            _ => {}
        }
        self.note(link, fault);
    }

    /// Tells everybody else which rooms the client of this state is in.
    fn tell_rooms(&mut self, id: ClientId, state: &ClientState<'_>) {
        let most = self.settings.packets.reliable_bytes;
        let Some(member) = self.members.get(id) else { return };
        let rooms: Vec<Box<str>> = member.rooms.names().map(Into::into).collect();
        let rooms: Vec<&str> = rooms.iter().map(AsRef::as_ref).collect();
        write_state(state.session, &state.client, &rooms, most, |packet| {
            self.pass_on(Audience::EverybodyBut(id), packet);
        });
    }

    pub(super) fn handle_delta(
        &mut self,
        link: LinkId,
        delta: &DeltaChannelState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let id = delta.id;
        if !self.settings.permissive && self.links.client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        let room = delta.room.ok_or(Fault::RoomRefused)?.to_str();
        if !delta.joined {
            self.kept_out.forget_room(id, &room);
        }
        let is_in = self.members.is_in(id, &room);
        if !self.settings.permissive && delta.joined == is_in {
            // Who said so waits to hear it again.
            return self.pass_on_delta(Audience::Only(link), delta, packet);
        }
        if self.members.contains(id)
            && delta.joined
            && let Err(fault) = self.check_entry(id, &room)
        {
            self.pass_on_delta(Audience::Only(link), delta, packet)?;
            self.refuse_room(link, id, &room, fault);
            return Ok(());
        }
        self.links.take_broadcasts(link, self.now, &self.settings.limits, 1)?;
        self.pass_on_delta(Audience::Everybody, delta, packet)?;
        if delta.joined {
            self.enter(id, &room);
            self.kept_out.forget_others(id, slice::from_ref(&room));
        } else if self.members.leave(id, &room) {
            self.exited(id, &room);
        }
        Ok(())
    }

    /// A member wants to listen to a room that is not in its list. Its state with that room must fit a packet once more
    /// when it is written for a newcomer, where a byte that is no UTF-8 has become the three of U+FFFD.
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

    pub(super) fn check_room(&self, room: &str) -> Result<(), Fault> {
        let Limits { room_name_bytes, .. } = self.settings.limits;
        if room.len() > room_name_bytes.min(self.settings.packets.room_name_bytes()) {
            return Err(Fault::RoomRefused);
        }
        Ok(())
    }

    /// Whether the session can have so many rooms more.
    pub(super) fn check_new_rooms(&self, new: usize) -> Result<(), Fault> {
        if new > 0 && self.rooms.len() + new > self.settings.limits.rooms {
            return Err(Fault::RoomsExhausted);
        }
        Ok(())
    }

    fn enter(&mut self, id: ClientId, room: &str) {
        if self.members.enter(id, room) {
            self.quotas.found_space(id, room);
            self.kept_out.forget_room(id, room);
            self.list_listener(id, room);
            let name = self.members.name_of(id).unwrap_or_default();
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
        let name = self.members.name_of(id).unwrap_or_default();
        self.events.push(ServerEvent::ExitedRoom { id, name, room: room.into() });
    }

    /// Whether the wire cannot tell this room from one in use that follows other rules.
    pub(super) fn shares_an_id_with_other_rules(&self, room: &str) -> bool {
        (self.looks_into_relays() || !self.settings.room_limits.is_empty())
            && self.rooms.names_of_id_of(room).any(|other| !self.follows_same_rules(room, other))
    }

    /// Whether relayed voice has to be looked into, for the session's rules or for what a client may not do.
    pub(super) fn looks_into_relays(&self) -> bool {
        self.settings.looks_into_relays()
            || self.gate.restricts()
            || self.moderation.has_room_rights()
            || !self.kept_out.is_empty()
            || self.quotas.limits_speakers()
            || self.quotas.crowd.is_limited()
    }

    pub(super) fn follows_same_rules(&self, room: &str, other: &str) -> bool {
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
            if !self.members.is_in_id(id, room) {
                self.proximity.leave(id, room);
            }
        }
    }
}

/// How long the member's `ClientState` is; whoever joins later gets it in one packet.
fn state_bytes<T>(member: &Member<T>) -> usize {
    STATE_BYTES + member.name.len() + member.rooms.names().map(|name| 2 + name.len()).sum::<usize>()
}

fn is_name(sent: Option<WireStr<'_>>, name: &str) -> bool {
    sent.map(WireStr::to_str).is_some_and(|sent: Cow<'_, str>| sent == name)
}
