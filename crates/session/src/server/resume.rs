//! Resume: a client that lost its link gets its place back, if it returns in time and presents its secret.

use consonance_wire::{ClientId, CodecParameters, ResumeTicket};

use super::fault::Fault;
use super::{Server, ServerEvent};
use crate::link::{CloseReason, LinkId};

impl Server {
    /// Handles the loss of a client's link: its place is kept for a while if it can resume.
    pub(super) fn keep_place(&mut self, link: LinkId) {
        let until = self.rules.place_deadline();
        let Some(id) = self.presence.keep_place(link, until) else { return };
        self.observations.end_reports(id);
        self.names().hold(id, until);
    }

    /// Handles the message with which a client that can resume leaves permanently. (An original just closes its link.)
    /// Its link may join again, with the same deadline as any other.
    pub(super) fn handle_farewell(&mut self, link: LinkId, id: ClientId) -> Result<(), Fault> {
        if self.presence.links().client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        self.remove_client(id);
        let links = self.presence.links_mut();
        if links.clients_of(link).next().is_none() {
            links.await_join(link, self.rules.handshake_deadline());
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
        let id = ticket.id;
        let is_good = self.presence.accepts((link, self.rules.session()), (name, codec), ticket);
        if !is_good {
            self.observations.statistics_mut().tickets_refused += 1;
            return false;
        }
        if let Some(old) = self.presence.link_of(id) {
            // The client noticed the end of its old link before this side did.
            self.presence.links_mut().detach(old);
            self.forget_link(old);
            self.presence.connections_mut().close_unknown(old, CloseReason::Resumed);
        }
        self.presence.give_back(id, link);
        self.entrance.claims_mut().forget(link);
        self.observations.statistics_mut().places_resumed += 1;
        self.observations.raise(ServerEvent::ClientResumed { id, name: name.into(), link });
        self.welcome(link, id, true);
        self.announcements().tell_of_draining(id);
        true
    }
}
