//! The clients that are present, the connections over which they are reached, and the places of those that lost theirs.
//!
//! Coming, losing a link, coming back and leaving concern all three, so that a client is found in each of them or in
//! none. Whether a client may come or come back is decided elsewhere.

use consonance_wire::names::PlayerName;
use consonance_wire::{Capabilities, ClientId, CodecParameters, HandshakeExtension, ResumeTicket, SessionId};

use super::connections::Connections;
use super::fault::Fault;
use super::links::{LinkRecord, Links};
use super::members::Members;
use super::outbound::Outbound;
use super::reservations::Reservations;
use crate::limits::Limits;
use crate::link::{LinkId, PeerOrigin};
use crate::roster::Member;
use crate::time::Instant;

/// The clients of a session, with and without a link.
#[derive(Debug)]
pub(super) struct Presence {
    members: Members,
    connections: Connections,
    reservations: Reservations,
}

impl Presence {
    /// An empty session, whose clients' secrets are drawn from this key.
    pub(super) fn new(limits: &Limits, secret_key: &[u8; 32]) -> Self {
        Self {
            members: Members::new(),
            connections: Connections::new(limits),
            reservations: Reservations::new(secret_key),
        }
    }

    /// Continues the counts and the secrets of a session that is over; returns its links.
    pub(super) fn continue_from(
        &mut self,
        before: Self,
    ) -> impl Iterator<Item = (LinkId, Option<PeerOrigin>)> + use<> {
        self.reservations.draw_on_from(&before.reservations);
        self.connections.count_on_from(before.connections)
    }

    #[inline]
    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    pub(super) fn members_mut(&mut self) -> &mut Members {
        &mut self.members
    }

    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    #[inline]
    pub(super) fn connections_mut(&mut self) -> &mut Connections {
        &mut self.connections
    }

    /// The clients, and the way to them.
    #[inline]
    pub(super) fn split(&mut self) -> (&Members, &mut Connections) {
        (&self.members, &mut self.connections)
    }

    pub(super) fn reservations(&self) -> &Reservations {
        &self.reservations
    }

    pub(super) fn reservations_mut(&mut self) -> &mut Reservations {
        &mut self.reservations
    }

    #[inline]
    pub(super) fn links(&self) -> &Links {
        self.connections.links()
    }

    #[inline]
    pub(super) fn links_mut(&mut self) -> &mut Links {
        self.connections.links_mut()
    }

    #[inline]
    pub(super) fn outbound(&self) -> &Outbound {
        self.connections.outbound()
    }

    #[inline]
    pub(super) fn outbound_mut(&mut self) -> &mut Outbound {
        self.connections.outbound_mut()
    }

    /// Counts a packet that came over a link, accepted or not; returns the link's record, and the clients.
    #[inline]
    pub(super) fn receive(
        &mut self,
        now: Instant,
        link: LinkId,
        packet: &[u8],
    ) -> Result<(&mut LinkRecord, &Members), Fault> {
        Ok((self.connections.receive(now, link, packet)?, &self.members))
    }

    /// The link over which a client is reached.
    pub(super) fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.connections.link_of(id)
    }

    /// Whether a client has a link, and both sides of it have this capability.
    pub(super) fn client_can(&self, id: ClientId, capability: Capabilities) -> bool {
        self.connections.client_can(id, capability)
    }

    /// The capabilities of both sides of a client's link, or of its last one.
    pub(super) fn capabilities_of(&self, id: ClientId) -> Capabilities {
        let record = self.link_of(id).and_then(|link| self.links().get(link));
        record.map_or_else(|| self.reservations.capabilities_of(id), |record| record.capabilities)
    }

    /// The origin of a client, by its link or by its last one, if it is known.
    pub(super) fn origin_of(&self, id: ClientId) -> Option<PeerOrigin> {
        match self.link_of(id) {
            Some(link) => self.links().origin_of(link),
            None => self.reservations.origin_of(id),
        }
    }

    /// Adds a client that has joined over a link, of which the others do not know yet.
    pub(super) fn join(&mut self, id: ClientId, name: PlayerName, codec: CodecParameters, link: LinkId) {
        let (name, key) = name.into_parts();
        self.links_mut().attach(link, id);
        self.members.insert(id, name, key, codec, link);
        self.members.visibility_mut().note_unannounced(id);
    }

    /// The extension behind the response to a client's handshake over this link; none for an original.
    pub(super) fn answer_extension(
        &mut self,
        link: LinkId,
        id: ClientId,
        resumed: bool,
    ) -> Option<HandshakeExtension<'static>> {
        let capabilities = self.links().get(link).map(|record| record.capabilities);
        self.reservations.answer_extension(id, capabilities, resumed)
    }

    /// Keeps the place of the client that loses this link until then, if it can resume; returns the client. A client
    /// that has never sent its state may not have got its ticket; no other client knows of it, and it would wait for
    /// its own place.
    pub(super) fn keep_place(&mut self, link: LinkId, until: Instant) -> Option<ClientId> {
        let record = self.links().get(link)?;
        let (capabilities, origin) = (record.capabilities, record.origin);
        let is_unannounced = record.client.is_some_and(|id| self.members.visibility().is_unannounced(id));
        if is_unannounced || !record.can(Capabilities::RESUME) {
            return None;
        }
        let id = self.links_mut().detach(link)?;
        self.reservations.keep_capabilities(id, capabilities);
        self.outbound_mut().remove(id);
        self.members.note_unseen(id);
        self.reservations.keep(id, until, origin);
        Some(id)
    }

    /// Whether a ticket that comes over a link is good for the place of a client with this name and codec.
    pub(super) fn accepts(
        &self,
        (link, session): (LinkId, SessionId),
        (name, codec): (&str, CodecParameters),
        ticket: &ResumeTicket,
    ) -> bool {
        let member = self.members.get(ticket.id);
        let is_its_own = member.is_some_and(|member| *member.name == *name && member.codec == codec);
        self.links().can(link, Capabilities::RESUME)
            && is_its_own
            && self.reservations.accepts(session, ticket)
            && self.links().client_of(link).is_err()
    }

    /// Gives a client its place back, over a new link.
    pub(super) fn give_back(&mut self, id: ClientId, link: LinkId) {
        self.reservations.release(id);
        self.members.set_link(id, link);
        self.links_mut().attach(link, id);
    }

    /// Removes a client that is gone permanently, except from what the others know. Its record still has its rooms.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<Member<LinkId>> {
        let member = self.members.remove(id)?;
        let sent = self.outbound_mut().remove(id);
        self.links_mut().forget_client(member.data, id, sent);
        self.reservations.forget(id);
        Some(member)
    }

    /// Removes a client of a copy; its link stays, without a client.
    pub(super) fn remove_copied(&mut self, id: ClientId) -> Option<Member<LinkId>> {
        let member = self.members.remove(id)?;
        if let Some(link) = self.link_of(id) {
            self.links_mut().detach(link);
        }
        self.outbound_mut().remove(id);
        self.reservations.forget(id);
        Some(member)
    }
}

#[cfg(test)]
mod tests;
