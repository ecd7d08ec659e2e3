//! Resume: a client that lost its link gets its place back, if it returns in time and presents its secret.

use consonance_wire::{Capabilities, ClientId, CodecParameters, ResumeTicket};

use super::fault::Fault;
use super::{Server, ServerEvent};
use crate::link::{CloseReason, LinkId};

impl Server {
    /// Handles the loss of a client's link: its place is kept for a while if it can resume. A client that has never
    /// sent its state may not have got its ticket; no other client knows of it, and it would wait for its own place.
    pub(super) fn keep_place(&mut self, link: LinkId) {
        let Some(record) = self.connections.links().get(link) else { return };
        let (capabilities, origin) = (record.capabilities, record.origin);
        let is_unannounced = record.client.is_some_and(|id| self.members.visibility().is_unannounced(id));
        if is_unannounced || !record.can(Capabilities::RESUME) {
            return;
        }
        let Some(id) = self.connections.links_mut().detach(link) else { return };
        self.reservations.keep_capabilities(id, capabilities);
        self.connections.outbound_mut().remove(id);
        self.observations.end_reports(id);
        self.members.note_unseen(id);
        let until = self.now + self.settings.limits.resume;
        self.reservations.keep(id, until, origin);
        self.names().hold(id, until);
    }

    /// Handles the message with which a client that can resume leaves permanently. (An original just closes its link.)
    /// Its link may join again, with the same deadline as any other.
    pub(super) fn handle_farewell(&mut self, link: LinkId, id: ClientId) -> Result<(), Fault> {
        if self.connections.links().client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        self.remove_client(id);
        let links = self.connections.links_mut();
        if links.clients_of(link).next().is_none() {
            links.await_join(link, self.now + self.settings.limits.handshake);
        }
        Ok(())
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
        let (id, links) = (ticket.id, self.connections.links());
        let is_its_own =
            self.members.get(id).is_some_and(|member| *member.name == *name && member.codec == codec);
        let is_good = links.can(link, Capabilities::RESUME)
            && is_its_own
            && self.reservations.accepts(self.settings.session, ticket)
            && links.client_of(link).is_err();
        if !is_good {
            self.observations.statistics_mut().tickets_refused += 1;
            return false;
        }
        if let Some(old) = self.connections.link_of(id) {
            // The client noticed the end of its old link before this side did.
            self.connections.links_mut().detach(old);
            self.forget_link(old);
            self.connections.close_unknown(old, CloseReason::Resumed);
        }
        self.reservations.release(id);
        self.members.set_link(id, link);
        self.connections.links_mut().attach(link, id);
        self.entrance.claims_mut().forget(link);
        self.observations.statistics_mut().places_resumed += 1;
        self.observations.raise(ServerEvent::ClientResumed { id, name: name.into(), link });
        self.welcome(link, id, true);
        self.announcements().tell_of_draining(id);
        true
    }
}
