//! The server's own packets: to one client, to all, and the answer to a peer of another session.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use consonance_wire::{
    Capabilities, ClientId, ClientState, DeltaChannelState, ErrorWrongSession, MessageType, Packet,
    ParseError, WireStr,
};

use super::visibility::Outage;
use super::{Fault, Server};
use crate::join_again;
use crate::limits::STATE_BYTES;
use crate::link::{Delivery, LinkId};
use crate::packet_limits::write_state;
use crate::time::Instant;

/// The recipients of a client's change of rooms.
#[derive(Clone, Copy, Debug)]
pub(super) enum Audience {
    /// The peer at the other end of this link.
    Only(LinkId),
    /// Every client but this one.
    AllBut(ClientId),
    /// Every client, the one that said it included.
    All,
    /// Every client but those of this outage.
    Outside(Outage),
    /// The clients of this outage.
    Inside(Outage),
}

impl Server {
    /// The peer may believe that it is in this session, since the network lost the link and found it again unnoticed:
    /// it is told to shake hands again. Nothing happens if it has joined over this link.
    pub fn ask_to_join_again(&mut self, now: Instant, link: LinkId) {
        self.advance(now);
        // Sent reliably: a silent client gives no occasion to repeat it.
        self.ask_link_to_join(link, Delivery::Reliable);
    }

    /// Answers a packet of another session. Voice may still be on its way when its sender has been told and asks to
    /// join over the same link, which another answer would interrupt.
    pub(super) fn answer_another_session(&mut self, link: LinkId, message: Result<MessageType, ParseError>) {
        if message != Ok(MessageType::VoiceData) || !self.is_waiting_to_join(link) {
            self.answer_wrong_session(link);
        }
    }

    pub(super) fn answer_wrong_session(&mut self, link: LinkId) {
        let answer = ErrorWrongSession { session: self.settings.session };
        self.send(link, Delivery::Unreliable, &answer.into());
    }

    /// The peer sends as if it were in the session, and is not: without an answer it would go on so. A client whose
    /// join request is pending has to wait.
    pub(super) fn ask_link_to_join(&mut self, link: LinkId, delivery: Delivery) {
        let is_unjoined = self.links.get(link).is_some_and(|record| record.client.is_none());
        if is_unjoined && !self.settings.permissive && !self.is_waiting_to_join(link) {
            self.tell_of_another_session(link, delivery);
        }
    }

    fn is_waiting_to_join(&self, link: LinkId) -> bool {
        self.joins.is_waiting(link) || self.name_claims.is_waiting(link)
    }

    /// Makes the peer shake hands again, although it already has the right session.
    pub(super) fn tell_of_another_session(&mut self, link: LinkId, delivery: Delivery) {
        let another = join_again::session_to_name(self.settings.session);
        self.send(link, delivery, &ErrorWrongSession { session: another }.into());
    }

    pub(super) fn send(&mut self, to: LinkId, delivery: Delivery, packet: &Packet<'_>) {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        self.send_bytes(to, delivery, written(packet, &mut buffer));
    }

    pub(super) fn send_bytes(&mut self, to: LinkId, delivery: Delivery, packet: &[u8]) {
        self.links.count_sent(to, packet.len());
        self.outbound.send(self.now, to, delivery, packet);
    }

    /// Sends a client a packet that has to arrive, if both sides of its link can do this. False if they cannot, or the
    /// client has no link.
    pub(super) fn send_if_able(&mut self, id: ClientId, capability: Capabilities, packet: &[u8]) -> bool {
        let link = self.outbound.link_of(id).filter(|_| self.client_can(id, capability));
        link.map(|link| self.send_bytes(link, Delivery::Reliable, packet)).is_some()
    }

    /// Whether a client has a link, and both sides of it can do this.
    pub(super) fn client_can(&self, id: ClientId, capability: Capabilities) -> bool {
        self.links.client_can(&self.outbound, id, capability)
    }

    pub(super) fn send_to(&mut self, to: Audience, packet: &Packet<'_>) {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        self.pass_on(to, written(packet, &mut buffer));
    }

    /// A client's state as it came; in several packets if it came over a network that carries more than the others do.
    pub(super) fn pass_on_state(&mut self, to: Audience, state: &ClientState<'_>, packet: &[u8]) {
        let most = self.settings.packets.reliable_bytes;
        let pass_on = |packet: &[u8]| self.pass_on(to, packet);
        if packet.len() <= most && !lacks_its_room_count(state, packet) {
            return self.pass_on(to, packet);
        }
        let rooms: Vec<Cow<'_, str>> = state.rooms.iter().flatten().map(WireStr::to_str).collect();
        let rooms: Vec<&str> = rooms.iter().map(AsRef::as_ref).collect();
        write_state(state.session, &state.client, &rooms, most, pass_on);
    }

    /// That a client entered or left a room, as it came; without what stands behind it if that is too much.
    pub(super) fn pass_on_delta(
        &mut self,
        to: Audience,
        delta: &DeltaChannelState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let most = self.settings.packets.reliable_bytes;
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
        let ids = self.members.in_order().filter(|id| self.visibility.is_in(to, *id));
        self.outbound.send_to_all(self.now, ids, packet);
    }
}

/// A packet of the server's own.
fn written<'a>(packet: &Packet<'_>, buffer: &'a mut [u8; crate::PACKET_BYTES_MAX]) -> &'a [u8] {
    let written = packet.write(buffer);
    debug_assert!(
        written.is_ok(),
        "the limits keep our own packets within {} bytes",
        crate::PACKET_BYTES_MAX
    );
    &buffer[..written.unwrap_or(0)]
}

/// Whether a state ends before its number of rooms or within it, which originals before 9.0.8 fall over.
pub(super) fn lacks_its_room_count(state: &ClientState<'_>, packet: &[u8]) -> bool {
    let name_bytes = state.client.name.map_or(0, |name| name.as_bytes().len());
    packet.len() < STATE_BYTES + name_bytes
}
