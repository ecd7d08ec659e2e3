//! Resume: a client that lost its link gets its place back, if it returns in time and presents its secret.

use consonance_wire::{Capabilities, ClientId, CodecParameters, HandshakeExtension, ResumeTicket};

use super::{Fault, Server, ServerEvent};
use crate::link::{CloseReason, LinkCommand, LinkId};

impl Server {
    /// The extension behind the response to a handshake; none for an original.
    pub(super) fn answer_extension(
        &mut self,
        link: LinkId,
        id: ClientId,
        resumed: bool,
    ) -> Option<HandshakeExtension<'static>> {
        let capabilities = self.links.get(link)?.capabilities;
        if capabilities == Capabilities::NONE {
            return None;
        }
        let secret = capabilities.contains(Capabilities::RESUME).then(|| self.reservations.draw_secret(id));
        Some(HandshakeExtension { capabilities, secret, resumed, ..HandshakeExtension::default() })
    }

    /// Handles the loss of a client's link: its place is kept for a while if it can resume. A client that has never
    /// sent its state may not have got its ticket; no other client knows of it, and it would wait for its own place.
    pub(super) fn keep_place(&mut self, link: LinkId) {
        let is_unannounced = self.links.client_of(link).is_ok_and(|id| self.visibility.is_unannounced(id));
        if is_unannounced || !self.links.can(link, Capabilities::RESUME) {
            return;
        }
        let capabilities = self.links.get(link).map(|record| record.capabilities);
        let Some(id) = self.links.detach(link) else { return };
        // The client may return without a handshake, from another node that has kept its link.
        self.kept_capabilities.extend(capabilities.map(|capabilities| (id, capabilities)));
        self.outbound.remove(id);
        self.voice_reports.remove(id);
        self.members.note_unseen(id);
        let until = self.now + self.settings.limits.resume;
        self.reservations.keep(id, until, self.links.origin_of(link));
        self.hold_claims(id, until);
    }

    /// Handles the message with which a client that can resume leaves permanently. (An original just closes its link.)
    /// Its link may join again, with the same deadline as any other.
    pub(super) fn handle_farewell(&mut self, link: LinkId, id: ClientId) -> Result<(), Fault> {
        if self.links.client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        self.remove_client(id);
        if self.links.clients_of(link).next().is_none() {
            self.links.await_join(link, self.now + self.settings.limits.handshake);
        }
        Ok(())
    }

    /// Removes the clients that did not come back in time.
    pub(super) fn give_up_places(&mut self) {
        while let Some(id) = self.reservations.ended(self.now) {
            self.statistics.places_given_up += 1;
            self.remove_client(id);
        }
    }

    /// Gives a client its place back over another link; false if the ticket is not valid. A client with a changed
    /// codec has to join again, since that is the only way to tell the others about a codec.
    pub(super) fn resume(
        &mut self,
        link: LinkId,
        name: &str,
        codec: CodecParameters,
        ticket: &ResumeTicket,
    ) -> bool {
        let id = ticket.id;
        let is_its_own =
            self.members.get(id).is_some_and(|member| *member.name == *name && member.codec == codec);
        let is_good = self.links.can(link, Capabilities::RESUME)
            && is_its_own
            && self.reservations.accepts(self.settings.session, ticket)
            && self.links.client_of(link).is_err();
        if !is_good {
            self.statistics.tickets_refused += 1;
            return false;
        }
        self.drop_old_link(id);
        self.reservations.release(id);
        self.reach_over(id, link);
        self.begin_voice_reports(link, id);
        self.members.set_link(id, link);
        self.links.attach(link, id);
        self.name_claims.forget(link);
        self.statistics.places_resumed += 1;
        self.events.push(ServerEvent::ClientResumed { id, name: name.into(), link });
        self.welcome(link, id, true);
        self.tell_of_draining(id);
        true
    }

    /// Drops the old link of a client that noticed its end before this side did.
    fn drop_old_link(&mut self, id: ClientId) {
        let Some(old) = self.outbound.link_of(id) else { return };
        self.links.detach(old);
        self.forget_link(old);
        self.commands.push(LinkCommand::close(old, CloseReason::Resumed));
    }
}
