//! The rooms that clients listen to: whole lists and single changes, told to all clients.

mod enforcing;
mod permissive;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice;

use consonance_wire::{ClientId, ClientState, DeltaChannelState, Packet, RoomId, WireStr};

use super::Server;
use super::event::ServerEvent;
use super::fault::Fault;
use super::group::GroupService;
use super::members::Members;
use super::observations::Observations;
use super::outgoing::{Outgoing, lacks_its_room_count};
use super::presence::Presence;
use super::room_policy::RoomPolicy;
use super::rules::Rules;
use super::statistics::ServerStatistics;
use super::visibility::{Announcement, Audience};
use crate::link::LinkId;

/// The parts of the server that a change of rooms, or of the rights there, passes, and no others.
pub(super) struct Rooms<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
    group: &'s mut GroupService,
    observations: &'s mut Observations,
}

/// The rooms that a client named and is not in: it believes that it is in all of them until it is told otherwise.
#[derive(Debug)]
struct RefusedRooms {
    id: ClientId,
    rooms: Vec<(Box<str>, Fault)>,
}

impl RefusedRooms {
    fn none_of(id: ClientId) -> Self {
        Self { id, rooms: Vec::new() }
    }
}

impl Server {
    /// The changes of rooms, and of rights there.
    pub(super) fn rooms(&mut self) -> Rooms<'_> {
        Rooms {
            rules: &mut self.rules,
            presence: &mut self.presence,
            group: &mut self.group,
            observations: &mut self.observations,
        }
    }

    /// Handles a client's state or its entering or leaving of a room.
    pub(super) fn handle_rooms(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        parsed: &Packet<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let RefusedRooms { id, rooms } = match parsed {
            Packet::ClientState(state) => {
                // It proves that the client has received the response to its handshake.
                if let Some(id) = own {
                    self.presence.reservations_mut().confirm_secret(id);
                }
                self.rooms().handle_client_state(link, state, packet)?
            }
            Packet::DeltaChannelState(delta) => self.rooms().handle_delta(link, delta, packet)?,
            _ => return Ok(()),
        };
        for (room, fault) in rooms {
            if !self.presence.links().contains(link) {
                break;
            }
            self.rooms().refuse(link, id, &room, fault);
            self.note(link, fault);
        }
        Ok(())
    }
}

impl Rooms<'_> {
    pub(super) fn rules(&self) -> &Rules {
        self.rules
    }

    pub(super) fn statistics_mut(&mut self) -> &mut ServerStatistics {
        self.observations.statistics_mut()
    }

    /// The link over which a client is reached.
    pub(super) fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.presence.link_of(id)
    }

    /// Raises an event about a client in a room.
    pub(super) fn raise(&mut self, event: ServerEvent) {
        self.observations.raise(event);
    }

    /// Reports a client that speaks as stopped.
    pub(super) fn end_channels(&mut self, id: ClientId) {
        self.observations.end_channels(id, self.presence.members(), self.rules.policy().directory());
    }

    /// What clients are told of these changes.
    pub(super) fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing::new(self.rules, self.presence, self.observations)
    }

    /// The clients.
    pub(super) fn members(&self) -> &Members {
        self.presence.members()
    }

    pub(super) fn policy_mut(&mut self) -> &mut RoomPolicy {
        self.rules.policy_mut()
    }

    /// Handles the whole list of a client's rooms. The returned rooms are to be [refused](Self::refuse).
    fn handle_client_state(
        &mut self,
        link: LinkId,
        state: &ClientState<'_>,
        packet: &[u8],
    ) -> Result<RefusedRooms, Fault> {
        if self.rules.is_permissive() {
            if lacks_its_room_count(state, packet) {
                return Err(Fault::Malformed);
            }
            return self.believe_state(link, state, packet);
        }
        let id = self.presence.links().client_of(link)?;
        let member = self.presence.members().get(id).ok_or(Fault::NotJoined)?;
        let names_itself = state.client.id == id
            && state.client.codec == member.codec
            && is_name(state.client.name, &member.name);
        if !names_itself {
            return Err(Fault::Spoofed);
        }
        let rooms: Option<Vec<Cow<'_, str>>> = state.rooms.iter().map(|room| Some(room?.to_str())).collect();
        let rooms = rooms.ok_or(Fault::RoomRefused)?;
        self.rules.policy_mut().forget_other_wishes(id, &rooms);
        let Announcement { is_news, is_back } = self.presence.members_mut().visibility_mut().announce(id);
        self.presence.members_mut().note_change(id);
        // All clients already know these rooms.
        if !is_news && self.presence.members().listens_to(id, rooms.iter().map(AsRef::as_ref)) {
            // Also for a client that lost its link and came back, unless the others were told that it left.
            let to = if is_back { Audience::All } else { Audience::Only(link) };
            self.outgoing().pass_on_state(to, state, packet);
            return Ok(RefusedRooms::none_of(id));
        }
        let most = self.rules.settings().packets.reliable_bytes;
        let packets = if packet.len() <= most { 1 } else { 1 + rooms.len() };
        if let Err(fault) =
            self.presence.links_mut().take_broadcasts(link, self.rules.now(), self.rules.limits(), packets)
        {
            if is_news || is_back {
                self.presence.members_mut().visibility_mut().note_unannounced(id);
            }
            return Err(fault);
        }
        let before = self.leave_rooms(id);
        let refused = self.enter_rooms(id, &rooms);
        if refused.is_empty() {
            self.outgoing().pass_on_state(Audience::All, state, packet);
            return Ok(RefusedRooms::none_of(id));
        }
        if is_news
            || is_back
            || !self.presence.members().listens_to(id, before.iter().rev().map(AsRef::as_ref))
        {
            self.outgoing().tell_rooms(&state.client, Audience::AllBut(id));
        }
        // Before the refusals: the client believes that it is in all of these rooms.
        self.outgoing().pass_on_state(Audience::Only(link), state, packet);
        Ok(RefusedRooms { id, rooms: refused })
    }

    /// Leaves every room, last first, and enters those of the state.
    fn replace_rooms(&mut self, id: ClientId, state: &ClientState<'_>) {
        self.leave_rooms(id);
        for room in state.rooms.iter().flatten() {
            self.enter(id, &room.to_str());
        }
    }

    /// Leaves every room: these, last first.
    fn leave_rooms(&mut self, id: ClientId) -> Vec<Box<str>> {
        let mut left = Vec::new();
        while let Some(room) = self.presence.members_mut().leave_last(id) {
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
        let Some(member) = self.presence.members().get(id) else { return refused };
        for room in self.rules.policy().vacated(member, rooms) {
            if refused.iter().all(|(other, _)| **other != *room) {
                refused.push((room.into(), Fault::RoomReserved));
            }
        }
        refused
    }

    /// Whether a client may enter a room: it and the session may have one more, no other has its id, it may listen
    /// there, and there is a place.
    fn check_entry(&mut self, id: ClientId, room: &str) -> Result<(), Fault> {
        let member = self.presence.members().get(id).ok_or(Fault::NotJoined)?;
        if member.rooms.contains(room) {
            return Ok(());
        }
        self.rules.policy().check_one_more(self.rules.settings().room_bounds(), member, room)?;
        let in_the_way = self.rules.policy().claim_id(self.presence.members(), id, room)?;
        self.vacate(&in_the_way, room);
        self.rules.policy().check_listener(id, room)
    }

    /// Handles a client's entering or leaving of a room. The returned rooms are to be [refused](Self::refuse).
    fn handle_delta(
        &mut self,
        link: LinkId,
        delta: &DeltaChannelState<'_>,
        packet: &[u8],
    ) -> Result<RefusedRooms, Fault> {
        let id = delta.id;
        if !self.rules.is_permissive() && self.presence.links().client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        let room = delta.room.ok_or(Fault::RoomRefused)?.to_str();
        if !delta.joined {
            self.rules.policy_mut().forget_wish(id, &room);
        }
        let is_in = self.presence.members().is_in(id, &room);
        if !self.rules.is_permissive() && delta.joined == is_in {
            // The client waits for the echo of its change.
            self.outgoing().pass_on_delta(Audience::Only(link), delta, packet)?;
            return Ok(RefusedRooms::none_of(id));
        }
        if self.presence.members().contains(id)
            && delta.joined
            && let Err(fault) = self.check_entry(id, &room)
        {
            self.outgoing().pass_on_delta(Audience::Only(link), delta, packet)?;
            return Ok(RefusedRooms { id, rooms: [((&*room).into(), fault)].into() });
        }
        self.presence.links_mut().take_broadcasts(link, self.rules.now(), self.rules.limits(), 1)?;
        self.outgoing().pass_on_delta(Audience::All, delta, packet)?;
        if delta.joined {
            self.enter(id, &room);
            self.rules.policy_mut().forget_other_wishes(id, slice::from_ref(&room));
        } else if self.presence.members_mut().leave(id, &room) {
            self.exited(id, &room);
        }
        Ok(RefusedRooms::none_of(id))
    }

    /// Removes a client from a room, and tells all clients, itself included. False if it is not there.
    pub(super) fn take_out(&mut self, id: ClientId, room: &str) -> bool {
        if !self.presence.members().is_in(id, room) {
            return false;
        }
        let (session, name) = (self.rules.session(), Some(WireStr::from(room)));
        let delta = DeltaChannelState { session, joined: false, id, room: name };
        self.outgoing().send_to(Audience::All, &delta.into());
        self.presence.members_mut().leave(id, room);
        self.exited(id, room);
        true
    }

    fn enter(&mut self, id: ClientId, room: &str) {
        if self.presence.members_mut().enter(id, room) {
            self.rules.policy_mut().found_space(id, room);
            self.observations.statistics_mut().room_collisions +=
                u64::from(self.rules.policy_mut().enter(id, room));
            let name = self.presence.members().name_of(id).unwrap_or_default();
            self.observations.raise(ServerEvent::EnteredRoom { id, name, room: room.into() });
            self.group.note_plain_rooms(self.rules.now(), self.rules.settings().encryption);
        }
    }

    /// Handles a client's exit from a room in the roster.
    fn exited(&mut self, id: ClientId, room: &str) {
        let is_still_in_id = self.presence.members().is_in_id(id, RoomId::of(room));
        self.rules.policy_mut().leave(id, room, is_still_in_id);
        let name = self.presence.members().name_of(id).unwrap_or_default();
        self.observations.raise(ServerEvent::ExitedRoom { id, name, room: room.into() });
        self.group.note_plain_rooms(self.rules.now(), self.rules.settings().encryption);
    }
}

fn is_name(sent: Option<WireStr<'_>>, name: &str) -> bool {
    sent.map(WireStr::to_str).is_some_and(|sent: Cow<'_, str>| sent == name)
}
