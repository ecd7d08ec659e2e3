//! What the server tells clients: single packets, changes that all are told of, notices, and the state of a client for
//! those that do not know it.
//!
//! It reads the tables and changes none of them.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use consonance_wire::{
    Capabilities, ClientId, ClientState, DeltaChannelState, ErrorWrongSession, HandshakeExtension,
    HandshakeResponse, List, Notice, Packet, RemoveClient, RosterEntry, WireStr, Writer,
};

use super::access::RoomUse;
use super::connections::{Connections, written};
use super::event::ServerEvent;
use super::fault::Fault;
use super::members::Members;
use super::observations::Observations;
use super::presence::Presence;
use super::room_policy::Report;
use super::rules::Rules;
use super::visibility::Audience;
use crate::join_again;
use crate::limits::STATE_BYTES;
use crate::link::{Delivery, LinkId};
use crate::packet_limits::write_state;
use crate::traffic::Total;

/// The parts of the server that what it tells clients depends on, and no others.
pub(super) struct Outgoing<'s> {
    rules: &'s Rules,
    members: &'s Members,
    connections: &'s mut Connections,
    observations: &'s mut Observations,
}

impl<'s> Outgoing<'s> {
    pub(super) fn new(
        rules: &'s Rules,
        presence: &'s mut Presence,
        observations: &'s mut Observations,
    ) -> Self {
        let (members, connections) = presence.split();
        Self { rules, members, connections, observations }
    }

    pub(super) fn rules(&self) -> &'s Rules {
        self.rules
    }

    pub(super) fn members(&self) -> &'s Members {
        self.members
    }

    /// Whether a client has a link, and both sides of it have this capability.
    pub(super) fn client_can(&self, id: ClientId, capability: Capabilities) -> bool {
        self.connections.client_can(id, capability)
    }

    pub(super) fn send(&mut self, to: LinkId, delivery: Delivery, packet: &Packet<'_>) {
        self.connections.send(self.rules.now(), to, delivery, packet);
    }

    pub(super) fn send_bytes(&mut self, to: LinkId, delivery: Delivery, packet: &[u8]) {
        self.connections.send_bytes(self.rules.now(), to, delivery, packet);
    }

    /// Answers a packet of another session.
    pub(super) fn answer_wrong_session(&mut self, link: LinkId) {
        let answer = ErrorWrongSession { session: self.rules.session() };
        self.send(link, Delivery::Unreliable, &answer.into());
    }

    /// Makes the peer shake hands again, although it already has the right session.
    pub(super) fn tell_of_another_session(&mut self, link: LinkId, delivery: Delivery) {
        let another = join_again::session_to_name(self.rules.session());
        self.send(link, delivery, &ErrorWrongSession { session: another }.into());
    }

    /// The peer sends as if it were in the session, and is not: without an answer it would go on so.
    pub(super) fn ask_to_join(&mut self, link: LinkId, delivery: Delivery) {
        let record = self.connections.links().get(link);
        if record.is_some_and(|record| record.client.is_none()) && !self.rules.is_permissive() {
            self.tell_of_another_session(link, delivery);
        }
    }

    /// Tells the client behind a link that it is no longer in the session. The original does not, and a client that is
    /// replaced or removed would believe that it is still here.
    pub(super) fn tell_removed(&mut self, link: LinkId, id: ClientId) {
        let gone = RemoveClient { session: self.rules.session(), id };
        self.send(link, Delivery::Reliable, &gone.into());
    }

    pub(super) fn send_to(&mut self, to: Audience, packet: &Packet<'_>) {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        self.pass_on(to, written(packet, &mut buffer));
    }

    /// A client's state as it came; in several packets if it came over a network that carries more than the others do.
    pub(super) fn pass_on_state(&mut self, to: Audience, state: &ClientState<'_>, packet: &[u8]) {
        let most = self.rules.settings().packets.reliable_bytes;
        if packet.len() <= most && !lacks_its_room_count(state, packet) {
            return self.pass_on(to, packet);
        }
        let rooms: Vec<Cow<'_, str>> = state.rooms.iter().flatten().map(WireStr::to_str).collect();
        let rooms: Vec<&str> = rooms.iter().map(AsRef::as_ref).collect();
        write_state(state.session, &state.client, &rooms, most, |packet| self.pass_on(to, packet));
    }

    /// That a client entered or left a room, as it came; without what stands behind it if that is too much.
    pub(super) fn pass_on_delta(
        &mut self,
        to: Audience,
        delta: &DeltaChannelState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let most = self.rules.settings().packets.reliable_bytes;
        if packet.len() <= most {
            self.pass_on(to, packet);
            return Ok(());
        }
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let written = Packet::from(*delta).write(&mut buffer[..most]);
        let length = written.map_err(|_| Fault::RoomRefused)?;
        self.pass_on(to, &buffer[..length]);
        Ok(())
    }

    pub(super) fn pass_on(&mut self, to: Audience, packet: &[u8]) {
        if let Audience::Only(link) = to {
            return self.send_bytes(link, Delivery::Reliable, packet);
        }
        self.connections.outbound_mut().send_to_all(self.rules.now(), self.members.audience(to), packet);
    }

    /// Tells an audience the name and the rooms of a client that is here.
    pub(super) fn tell_state(&mut self, id: ClientId, to: Audience) {
        let members = self.members;
        let Some(member) = members.get(id) else { return };
        let client = RosterEntry { name: Some(WireStr::from(&*member.name)), id, codec: member.codec };
        self.tell_rooms(&client, to);
    }

    /// The same with the name as its client has sent it.
    pub(super) fn tell_rooms(&mut self, client: &RosterEntry<'_>, to: Audience) {
        let (members, most) = (self.members, self.rules.settings().packets.reliable_bytes);
        let Some(member) = members.get(client.id) else { return };
        let rooms: Vec<&str> = member.rooms.names().collect();
        write_state(self.rules.session(), client, &rooms, most, |packet| self.pass_on(to, packet));
    }

    /// Answers a handshake, with what peers of ours understand behind it.
    pub(super) fn answer_handshake(
        &mut self,
        link: LinkId,
        id: ClientId,
        extension: Option<HandshakeExtension<'static>>,
    ) {
        let response = HandshakeResponse {
            session: self.rules.session(),
            id,
            clients: List::default(),
            room_names: List::default(),
            room_members: List::default(),
        };
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer);
        let written = response.write(&mut writer);
        let written =
            written.and_then(|()| extension.map_or(Ok(()), |extension| extension.write(&mut writer)));
        debug_assert!(written.is_ok(), "an empty answer and its extension are short");
        self.send_bytes(link, Delivery::Reliable, writer.written());
    }

    /// Sends a newcomer the states of all reachable clients, itself included, in table order.
    pub(super) fn tell_roster(&mut self, link: LinkId, newcomer: ClientId) {
        let members = self.members;
        let is_told = |id: &ClientId| *id == newcomer || members.visibility().outage_of(*id).is_none();
        self.send_states(link, newcomer, members.in_order().filter(is_told));
    }

    /// Sends a client the states of those of these clients that the others know of.
    pub(super) fn tell_known(&mut self, link: LinkId, to: ClientId, ids: impl Iterator<Item = ClientId>) {
        let members = self.members;
        self.send_states(link, to, ids.filter(|id| members.visibility().is_known(*id)));
    }

    fn send_states(&mut self, link: LinkId, to: ClientId, of: impl Iterator<Item = ClientId>) {
        let (session, most) = (self.rules.session(), self.rules.settings().packets.reliable_bytes);
        let outbound = self.connections.outbound_mut();
        let mut total = Total::default();
        for member in of.filter_map(|id| self.members.get(id)) {
            let (name, id) = (Some(WireStr::from(&*member.name)), member.id);
            let client = RosterEntry { name, id, codec: member.codec };
            let Total { packets, bytes } = outbound.send_state(link, session, &client, &member.rooms, most);
            total.add(packets, bytes);
        }
        outbound.count_states(self.rules.now(), to, total);
    }

    /// Sends a notice to a client that supports notices. False if it does not.
    pub(super) fn notify(&mut self, id: ClientId, notice: &Notice<'_>) -> bool {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer[..self.rules.settings().packets.reliable_bytes]);
        // Only a room name far over the limits does not fit; the operator's decision still holds.
        if notice.write(self.rules.session(), &mut writer).is_err() {
            return false;
        }
        let length = writer.len();
        let (connections, packet) = (&mut *self.connections, &buffer[..length]);
        let was_sent = connections.send_if_able(self.rules.now(), id, Capabilities::MODERATION, packet);
        self.observations.statistics_mut().notices_sent += u64::from(was_sent);
        was_sent
    }

    /// Tells a client that was refused what concerns it: that a room is full, or that it has to wait. Returns the event
    /// for the operator, if there is one.
    pub(super) fn report(&mut self, id: ClientId, report: Option<Report>) -> Option<ServerEvent> {
        let members = self.members;
        let name = || members.name_of(id).unwrap_or_default();
        Some(match report? {
            Report::Priority => ServerEvent::PriorityDenied { id, name: name() },
            Report::Denied { room, to } => ServerEvent::AccessDenied { id, name: name(), room, to },
            Report::IdTaken { room, in_use } => ServerEvent::RoomIdTaken { id, name: name(), room, in_use },
            Report::Full { room, to, is_first } => {
                let is_speaking = to == RoomUse::Speak;
                self.notify(id, &Notice::RoomFull { room: WireStr::from(&*room), is_speaking });
                return is_first.then(|| ServerEvent::RoomFull { id, name: name(), room, to });
            }
            Report::Spoofed { claimed } => {
                let (name, claimed_name) = (members.name_of(id)?, members.name_of(claimed));
                ServerEvent::Spoofed { id, name, claimed, claimed_name }
            }
            Report::TextTooSoon { wait } => {
                let wait_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
                self.notify(id, &Notice::TextRateLimited { wait_ms: wait_ms.max(1) });
                return None;
            }
        })
    }
}

/// Whether a state ends before its number of rooms or within it, which originals before 9.0.8 fall over.
pub(super) fn lacks_its_room_count(state: &ClientState<'_>, packet: &[u8]) -> bool {
    let name_bytes = state.client.name.map_or(0, |name| name.as_bytes().len());
    packet.len() < STATE_BYTES + name_bytes
}

#[cfg(test)]
mod tests;
