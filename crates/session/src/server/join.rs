//! Joining: the handshake, the clients it replaces, and what the newcomer is told.

use consonance_wire::{Capabilities, ClientId, HandshakeExtension, HandshakeRequest};

use super::fault::Fault;
use super::group::Parts;
use super::names::NameDecision;
use super::outgoing::Outgoing;
use super::waiting_joins::Newcomer;
use super::{Access, Server, ServerEvent};
use crate::encryption::Encryption;
use crate::join_token::JoinToken;
use crate::link::{CloseReason, Delivery, LinkId};
use crate::time::Instant;

impl Server {
    /// The peer may believe that it is in this session, since the network lost the link and found it again unnoticed:
    /// it is told to shake hands again. Nothing happens if it has joined over this link.
    pub fn ask_to_join_again(&mut self, now: Instant, link: LinkId) {
        self.rules.advance(now);
        // Sent reliably: a silent client gives no occasion to repeat it.
        if !self.entrance.is_waiting(link) {
            self.outgoing().ask_to_join(link, Delivery::Reliable);
        }
    }

    pub(super) fn handle_handshake(
        &mut self,
        link: LinkId,
        request: &HandshakeRequest<'_>,
        extension: Option<&HandshakeExtension<'_>>,
    ) -> Result<(), Fault> {
        let name = request.name.ok_or(Fault::NameRefused)?.to_str();
        let announced = extension.map_or(Capabilities::NONE, |extension| extension.capabilities);
        self.presence.links_mut().set_capabilities(link, announced.and(self.rules.settings().capabilities));
        if name.len() > self.rules.settings().longest_name() {
            self.close(link, CloseReason::NameTooLong { bytes_max: self.rules.settings().longest_name() });
            return Err(Fault::NameRefused);
        }
        if !self.rules.is_permissive() && !self.rules.settings().is_possible(request.codec) {
            self.close(link, CloseReason::CodecRefused);
            return Err(Fault::CodecRefused);
        }
        let links = self.presence.links();
        if self.rules.settings().encryption == Encryption::Required && !links.can(link, Capabilities::GROUPS)
        {
            self.close(link, CloseReason::EncryptionRequired);
            return Err(Fault::EncryptionMissing);
        }
        // A client of ours asks again because the answer is slow, which is on its way. One of the original joins again,
        // and others see it leave.
        let member = links.client_of(link).ok().and_then(|id| self.presence.members().get(id));
        let is_same = member.is_some_and(|it| *it.name == *name && it.codec == request.codec);
        if is_same && links.can(link, Capabilities::RESUME) {
            self.observations.statistics_mut().ignored += 1;
            return Ok(());
        }
        if let Some(ticket) = extension.and_then(|extension| extension.ticket)
            && self.resume(link, &name, request.codec, &ticket)
        {
            return Ok(());
        }
        if self.rejects(link) {
            return Ok(());
        }
        let token = extension.and_then(|extension| extension.join_token);
        // A token that is too long counts as none.
        let join_token = token.and_then(|bytes| JoinToken::new(bytes).ok()).unwrap_or_default();
        let ticket = extension.and_then(|extension| extension.ticket);
        let newcomer = Newcomer { link, name: (&*name).into(), codec: request.codec, join_token, ticket };
        if self.entrance.claims().is_repeated(&newcomer) {
            self.observations.statistics_mut().ignored += 1;
            return Ok(());
        }
        self.names().withdraw(link);
        self.let_in(newcomer);
        Ok(())
    }

    /// A client has joined: clients it replaces leave, and the newcomer is told of all others.
    ///
    /// A name in use stays with its holder, or not, as [`NameTaken`](super::NameTaken) says.
    pub(super) fn join(&mut self, newcomer: Newcomer, access: Access) {
        let link = newcomer.link;
        // As on the original's server, even if the new name is then refused.
        let former = self.presence.members().first_in_order(self.presence.links().clients_of(link));
        if let Some(former) = former {
            self.remove_client(former);
        }
        match self.names().decide(&newcomer, &access) {
            NameDecision::Free => {}
            NameDecision::Evicts(holder) => self.evict_namesake(holder),
            NameDecision::Waits => return,
            NameDecision::Refused(reason) => return self.close(link, reason),
        }
        let has_space = self.presence.members().len() < self.rules.limits().links;
        let Some(id) = has_space.then(|| self.presence.members_mut().take_id()).flatten() else {
            self.observations.statistics_mut().links_refused += 1;
            return self.close(link, CloseReason::SessionFull);
        };
        let Newcomer { name, codec, .. } = newcomer;
        let joined = ServerEvent::ClientJoined { id, name: name.as_str().into(), link, codec };
        self.presence.join(id, name, codec, link);
        self.observations.raise(joined);
        self.rules.policy_mut().grant(id, access);
        self.rules.policy_mut().begin_restrictions(self.presence.members(), id);
        self.welcome(link, id, false);
    }

    /// Removes the client that had a name that is given to another one, and tells it.
    pub(super) fn evict_namesake(&mut self, namesake: ClientId) {
        let old_link = self.presence.link_of(namesake).filter(|_| !self.rules.is_permissive());
        self.remove_client(namesake);
        if let Some(old_link) = old_link {
            self.outgoing().tell_removed(old_link, namesake);
            self.close(old_link, CloseReason::ReplacedByNewerLogin);
        }
    }

    /// A client that joins or resumes is reached over a link from now on, and is told its id, then all reachable
    /// clients, itself included, in table order.
    pub(super) fn welcome(&mut self, link: LinkId, newcomer: ClientId, resumed: bool) {
        let node = self.presence.connections_mut().reach_over(newcomer, link);
        self.rules.policy_mut().proximity_mut().set_node(newcomer, node);
        self.observations.begin_reports(self.rules.settings(), self.presence.links(), link, newcomer);
        let extension = self.presence.answer_extension(link, newcomer, resumed);
        let Self { rules, presence, group, observations, .. } = self;
        let mut outgoing = Outgoing::new(rules, presence, observations);
        outgoing.answer_handshake(link, newcomer, extension);
        outgoing.tell_roster(link, newcomer);
        outgoing.tell_restrictions(newcomer);
        group.tell(&mut Parts::new(rules, presence), newcomer);
    }
}
