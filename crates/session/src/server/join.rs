//! Joining: the handshake, the clients it replaces, and what the newcomer is told.

use alloc::boxed::Box;

use consonance_name_key::PlayerName;
use consonance_wire::{
    Capabilities, ClientId, CodecParameters, HandshakeExtension, HandshakeRequest, HandshakeResponse, List,
    RemoveClient, RosterEntry, WireStr, Writer,
};

use super::waiting_joins::Newcomer;
use super::{Access, Fault, Server, ServerEvent};
use crate::encryption::Encryption;
use crate::join_token::JoinToken;
use crate::link::{CloseReason, Delivery, LinkId};
use crate::traffic::Total;

impl Server {
    pub(super) fn handle_handshake(
        &mut self,
        link: LinkId,
        request: &HandshakeRequest<'_>,
        extension: Option<&HandshakeExtension<'_>>,
    ) -> Result<(), Fault> {
        let name = request.name.ok_or(Fault::NameRefused)?.to_str();
        let announced = extension.map_or(Capabilities::NONE, |extension| extension.capabilities);
        self.links.set_capabilities(link, announced.and(self.settings.capabilities));
        if name.len() > self.settings.longest_name() {
            self.close(link, CloseReason::NameTooLong { bytes_max: self.settings.longest_name() });
            return Err(Fault::NameRefused);
        }
        if !self.settings.permissive && !self.settings.is_possible(request.codec) {
            self.close(link, CloseReason::CodecRefused);
            return Err(Fault::CodecRefused);
        }
        if self.settings.encryption == Encryption::Required && !self.links.can(link, Capabilities::GROUPS) {
            self.close(link, CloseReason::EncryptionRequired);
            return Err(Fault::EncryptionMissing);
        }
        if self.is_asked_again(link, &name, request.codec) {
            self.statistics.ignored += 1;
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
        if self.name_claims.is_repeated(&newcomer) {
            self.statistics.ignored += 1;
            return Ok(());
        }
        self.withdraw_claim(link);
        self.let_in(newcomer);
        Ok(())
    }

    /// A client has joined: clients it replaces leave, and the newcomer is told of all others.
    ///
    /// A name in use stays with its holder, or not, as [`NameTaken`](super::NameTaken) says.
    pub(super) fn join(&mut self, newcomer: Newcomer, access: Access) {
        let link = newcomer.link;
        // As on the original's server, even if the new name is then refused.
        self.remove_former_client(link);
        if !self.take_name(&newcomer, &access) {
            return;
        }
        let has_space = self.members.len() < self.settings.limits.links;
        let Some(id) = has_space.then(|| self.members.take_id()).flatten() else {
            self.statistics.links_refused += 1;
            return self.close(link, CloseReason::SessionFull);
        };
        self.links.attach(link, id);
        self.add_client(link, id, newcomer.name, newcomer.codec);
        self.visibility.note_unannounced(id);
        self.policy.grant(id, access);
        self.begin_restrictions(id);
        self.welcome(link, id, false);
    }

    /// Whether a client of ours asks again because the answer is slow; the answer is on its way. One of the original
    /// joins again, and others see it leave.
    fn is_asked_again(&self, link: LinkId, name: &str, codec: CodecParameters) -> bool {
        let member = self.links.client_of(link).ok().and_then(|id| self.members.get(id));
        let is_same = member.is_some_and(|member| *member.name == *name && member.codec == codec);
        is_same && self.links.can(link, Capabilities::RESUME)
    }

    /// Removes the client that joined over this link before.
    fn remove_former_client(&mut self, link: LinkId) {
        if let Some(previous) = self.members.first_in_order(self.links.clients_of(link)) {
            self.remove_client(previous);
        }
    }

    /// Removes the client that had a name that is given to another one, and tells it.
    pub(super) fn evict_namesake(&mut self, namesake: ClientId) {
        let old_link = self.outbound.link_of(namesake).filter(|_| !self.settings.permissive);
        self.remove_client(namesake);
        let Some(old_link) = old_link else { return };
        // The original does not notify the replaced client, which would believe that it is still here.
        let gone = RemoveClient { session: self.settings.session, id: namesake };
        self.send(old_link, Delivery::Reliable, &gone.into());
        self.close(old_link, CloseReason::ReplacedByNewerLogin);
    }

    pub(super) fn add_client(
        &mut self,
        link: LinkId,
        id: ClientId,
        name: PlayerName,
        codec: CodecParameters,
    ) {
        let (name, key) = name.into_parts();
        self.members.insert(id, Box::clone(&name), key, codec, link);
        self.reach_over(id, link);
        self.begin_voice_reports(link, id);
        self.events.push(ServerEvent::ClientJoined { id, name, link, codec });
    }

    /// The newcomer's id, then all reachable clients, itself included, in table order.
    pub(super) fn welcome(&mut self, link: LinkId, newcomer: ClientId, resumed: bool) {
        let session = self.settings.session;
        let response = HandshakeResponse {
            session,
            id: newcomer,
            clients: List::default(),
            room_names: List::default(),
            room_members: List::default(),
        };
        self.answer(link, &response, resumed);
        let (mut total, most) = (Total::default(), self.settings.packets.reliable_bytes);
        for id in self.members.in_order() {
            if id != newcomer && self.visibility.outage_of(id).is_some() {
                continue;
            }
            let Some(member) = self.members.get(id) else { continue };
            let client = RosterEntry { name: Some(WireStr::from(&*member.name)), id, codec: member.codec };
            let Total { packets, bytes } =
                self.outbound.send_state(link, session, &client, &member.rooms, most);
            total.add(packets, bytes);
        }
        self.outbound.count_states(self.now, newcomer, total);
        self.tell_restrictions(newcomer);
        self.group_delivery().tell(newcomer);
    }

    /// The answer to a handshake, with what peers of ours understand behind it.
    fn answer(&mut self, link: LinkId, response: &HandshakeResponse<'_>, resumed: bool) {
        let extension = self.answer_extension(link, response.id, resumed);
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer);
        let written = response.write(&mut writer);
        let written =
            written.and_then(|()| extension.map_or(Ok(()), |extension| extension.write(&mut writer)));
        debug_assert!(written.is_ok(), "an empty answer and its extension are short");
        let length = writer.len();
        self.send_bytes(link, Delivery::Reliable, &buffer[..length]);
    }
}
