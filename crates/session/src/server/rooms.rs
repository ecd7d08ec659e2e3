//! Changes to the rooms that a client listens to: whole lists and single changes, told to all clients.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice;

use consonance_wire::{ClientId, ClientState, DeltaChannelState, RoomId, WireStr};

use super::sending::{Audience, lacks_its_room_count};
use super::visibility::Announcement;
use super::{Fault, Server, ServerEvent};
use crate::link::LinkId;
use crate::packet_limits::write_state;

impl Server {
    pub(super) fn handle_client_state(
        &mut self,
        link: LinkId,
        state: &ClientState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        if let Ok(id) = self.links.client_of(link) {
            // Its state proves that it has received the handshake response.
            self.reservations.confirm_secret(id);
        }
        if self.settings.permissive {
            if lacks_its_room_count(state, packet) {
                return Err(Fault::Malformed);
            }
            return self.believe_state(link, state, packet);
        }
        let id = self.links.client_of(link)?;
        let member = self.members.get(id).ok_or(Fault::NotJoined)?;
        let names_itself = state.client.id == id
            && state.client.codec == member.codec
            && is_name(state.client.name, &member.name);
        if !names_itself {
            return Err(Fault::Spoofed);
        }
        let rooms: Option<Vec<Cow<'_, str>>> = state.rooms.iter().map(|room| Some(room?.to_str())).collect();
        let rooms = rooms.ok_or(Fault::RoomRefused)?;
        self.policy.forget_other_wishes(id, &rooms);
        let Announcement { is_news, is_back } = self.visibility.announce(id);
        self.members.note_change(id);
        // All clients already know these rooms.
        if !is_news && self.members.listens_to(id, rooms.iter().map(AsRef::as_ref)) {
            // Also for a client that lost its link and came back, unless the others were told that it left.
            let to = if is_back { Audience::All } else { Audience::Only(link) };
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
            self.pass_on_state(Audience::All, state, packet);
            return Ok(());
        }
        if is_news || is_back || !self.members.listens_to(id, before.iter().rev().map(AsRef::as_ref)) {
            self.tell_rooms(id, state);
        }
        // The client believes that it is in all of its rooms until it is told which were refused.
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

    /// Enters those of the rooms that the client may enter; returns the faults of the others.
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
        let Some(member) = self.members.get(id) else { return refused };
        for room in self.policy.vacated(member, rooms) {
            if refused.iter().all(|(other, _)| **other != *room) {
                refused.push((room.into(), Fault::RoomReserved));
            }
        }
        refused
    }

    /// Whether a client may enter a room: it and the session may have one more, no other has its id, it may listen
    /// there, and there is a place.
    fn check_entry(&mut self, id: ClientId, room: &str) -> Result<(), Fault> {
        let member = self.members.get(id).ok_or(Fault::NotJoined)?;
        if member.rooms.contains(room) {
            return Ok(());
        }
        self.policy.check_one_more(self.settings.room_bounds(), member, room)?;
        let in_the_way = self.policy.claim_id(&self.members, id, room)?;
        self.vacate(&in_the_way, room);
        self.policy.check_listener(id, room)
    }

    /// Tells all other clients the rooms of this state's client.
    fn tell_rooms(&mut self, id: ClientId, state: &ClientState<'_>) {
        let most = self.settings.packets.reliable_bytes;
        let Some(member) = self.members.get(id) else { return };
        let rooms: Vec<Box<str>> = member.rooms.names().map(Into::into).collect();
        let rooms: Vec<&str> = rooms.iter().map(AsRef::as_ref).collect();
        write_state(state.session, &state.client, &rooms, most, |packet| {
            self.pass_on(Audience::AllBut(id), packet);
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
            self.policy.forget_wish(id, &room);
        }
        let is_in = self.members.is_in(id, &room);
        if !self.settings.permissive && delta.joined == is_in {
            // The client waits for the echo of its change.
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
        self.pass_on_delta(Audience::All, delta, packet)?;
        if delta.joined {
            self.enter(id, &room);
            self.policy.forget_other_wishes(id, slice::from_ref(&room));
        } else if self.members.leave(id, &room) {
            self.exited(id, &room);
        }
        Ok(())
    }

    fn enter(&mut self, id: ClientId, room: &str) {
        if self.members.enter(id, room) {
            self.policy.found_space(id, room);
            self.statistics.room_collisions += u64::from(self.policy.enter(id, room));
            let name = self.members.name_of(id).unwrap_or_default();
            self.events.push(ServerEvent::EnteredRoom { id, name, room: room.into() });
            self.group_delivery().note_plain_rooms();
        }
    }

    /// Handles a client's exit from a room in the roster.
    pub(super) fn exited(&mut self, id: ClientId, room: &str) {
        let is_still_in_id = self.members.is_in_id(id, RoomId::of(room));
        self.policy.leave(id, room, is_still_in_id);
        let name = self.members.name_of(id).unwrap_or_default();
        self.events.push(ServerEvent::ExitedRoom { id, name, room: room.into() });
        self.group_delivery().note_plain_rooms();
    }
}

fn is_name(sent: Option<WireStr<'_>>, name: &str) -> bool {
    sent.map(WireStr::to_str).is_some_and(|sent: Cow<'_, str>| sent == name)
}
