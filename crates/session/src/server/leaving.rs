//! Leaving: links that end, and clients that have gone.

use consonance_wire::{Capabilities, ClientId, RemoveClient};

use super::sending::Audience;
use super::{Server, ServerEvent};
use crate::link::{CloseReason, LinkCommand, LinkId};

impl Server {
    /// Ends a link from this side; nothing that comes over it counts any more.
    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason) {
        let reads_notice = self.reads_notice(link);
        self.forget_link(link);
        self.commands.push(LinkCommand::Close { link, reason, reads_notice });
    }

    /// Whether a link's peer reads an [`EndNotice`](consonance_wire::EndNotice): its handshake has announced that.
    pub fn reads_notice(&self, link: LinkId) -> bool {
        self.links.can(link, Capabilities::END_REASONS)
    }

    /// A link is gone; the client that joined over it leaves.
    pub(super) fn forget_link(&mut self, link: LinkId) {
        let Some(record) = self.links.remove(link) else { return };
        self.joins.take(link);
        self.name_claims.forget(link);
        for id in record.clients() {
            self.remove_client(id);
        }
    }

    /// Takes a client out of the session and tells the remaining ones.
    pub(super) fn remove_client(&mut self, id: ClientId) {
        self.relay().end_channels(id);
        let Some(mut member) = self.members.remove(id) else { return };
        let sent = self.outbound.remove(id);
        self.voice_reports.remove(id);
        self.group_delivery().leave(id);
        self.links.forget_client(member.data, id, sent);
        self.reservations.forget(id);
        self.kept_capabilities.remove(&id);
        self.name_claims.holder_left(self.now, id);
        let name = member.name;
        while let Some(room) = member.rooms.pop() {
            self.policy.leave(id, &room.name, false);
            let (name, room) = (name.clone(), room.name);
            // When a session ends, all clients leave at once; their leaves take precedence over room exits.
            self.events.push_before(self.members.len() + 1, ServerEvent::ExitedRoom { id, name, room });
        }
        let subject = self.policy.forget(id);
        self.events.push(ServerEvent::ClientLeft { id, name, subject, link: member.data });
        let remove = RemoveClient { session: self.settings.session, id };
        // Clients outside its outage were told before.
        let to = self.visibility.forget(id).map_or(Audience::All, Audience::Inside);
        self.send_to(to, &remove.into());
    }
}
