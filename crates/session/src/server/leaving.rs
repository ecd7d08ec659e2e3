//! Leaving: links that end, and clients that have gone or are removed.

use alloc::vec::Vec;

use consonance_wire::{ClientId, Notice, RemoveClient, SessionId, WireStr};

use super::fault::Fault;
use super::visibility::Audience;
use super::{ModerationDecision, NotificationStatus, Server, ServerEvent};
use crate::link::{CloseReason, LinkId};
use crate::restrictions::bounded_reason;
use crate::time::Instant;

impl Server {
    /// Counts a fault. A link with more offences than are forgiven is closed.
    pub(super) fn note(&mut self, link: LinkId, fault: Fault) {
        fault.count(self.observations.statistics_mut());
        let (offence, links) = (fault.offence(), self.presence.links_mut());
        let is_over = links.note_fault(link, self.rules.now(), self.rules.limits(), offence.is_some());
        if let Some(last) = offence.filter(|_| is_over) {
            self.observations.statistics_mut().abusers_closed += 1;
            self.close(link, CloseReason::Abuse { last });
        }
    }

    /// Ends a link from this side; nothing that comes over it counts any more.
    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason) {
        self.presence.connections_mut().close(link, reason);
        self.forget_link(link);
    }

    /// A link is gone; the client that joined over it leaves.
    pub(super) fn forget_link(&mut self, link: LinkId) {
        let Some(record) = self.presence.links_mut().remove(link) else { return };
        self.entrance.forget(link);
        for id in record.clients() {
            self.remove_client(id);
        }
    }

    /// Takes a client out of the session and tells the remaining ones.
    pub(super) fn remove_client(&mut self, id: ClientId) {
        self.observations.end_channels(id, self.presence.members(), self.rules.policy().directory());
        let Some(mut member) = self.presence.remove(id) else { return };
        self.observations.end_reports(id);
        self.group.leave(self.rules.now(), self.rules.settings().encryption, id);
        self.entrance.claims_mut().holder_left(self.rules.now(), id);
        let name = member.name;
        while let Some(room) = member.rooms.pop() {
            self.rules.policy_mut().leave(id, &room.name, false);
            let (name, room) = (name.clone(), room.name);
            // When a session ends, all clients leave at once; their leaves take precedence over room exits.
            self.observations
                .raise_before(self.presence.members().len() + 1, ServerEvent::ExitedRoom { id, name, room });
        }
        let subject = self.rules.policy_mut().forget(id);
        self.observations.raise(ServerEvent::ClientLeft { id, name, subject, link: member.data });
        let remove = RemoveClient { session: self.rules.session(), id };
        // Clients outside its outage were told before.
        let to =
            self.presence.members_mut().visibility_mut().forget(id).map_or(Audience::All, Audience::Inside);
        self.outgoing().send_to(to, &remove.into());
    }

    /// Removes a client from the session and closes its link; all clients are told, and it receives the reason if its
    /// client supports that. A client of ours does not reconnect by itself; an original does.
    pub fn kick(&mut self, id: ClientId, reason: &str) -> NotificationStatus {
        let reason = bounded_reason(reason);
        self.remove_for(id, reason, CloseReason::Kicked { reason: reason.into() })
    }

    /// [Removes](Self::kick) a client that an operator has banned, until a time in seconds since 1970 or permanently.
    /// The driver is responsible for enforcing the ban.
    pub fn kick_banned(&mut self, id: ClientId, reason: &str, until: Option<u64>) -> NotificationStatus {
        let reason = bounded_reason(reason);
        self.remove_for(id, reason, CloseReason::Banned { reason: reason.into(), until })
    }

    fn remove_for(&mut self, id: ClientId, reason: &str, close_reason: CloseReason) -> NotificationStatus {
        let identity = self.rules.policy().identity_of(self.presence.members(), id);
        let Some(player) = identity else { return NotificationStatus::Absent };
        let decision = ModerationDecision::Kicked { reason: reason.into() };
        self.observations.raise(ServerEvent::Moderated { id: Some(id), player, decision });
        self.observations.statistics_mut().kicked += 1;
        let was_told = self.outgoing().notify(id, &Notice::Kicked { reason: WireStr::from(reason) });
        let link = self.presence.link_of(id);
        self.remove_client(id);
        if let Some(link) = link {
            self.outgoing().tell_removed(link, id);
            self.close(link, close_reason);
        }
        if was_told { NotificationStatus::Notified } else { NotificationStatus::NotNotified }
    }

    /// Ends the session: its clients are removed one by one in table order, and every link is closed.
    pub fn stop(&mut self) {
        let everyone: Vec<ClientId> = self.presence.members().in_order().collect();
        // Before any client leaves: room exits are reported only while there is space for the leaves after them.
        for &id in &everyone {
            self.observations.end_channels(id, self.presence.members(), self.rules.policy().directory());
        }
        for id in everyone {
            self.remove_client(id);
        }
        self.presence.connections_mut().close_all(&CloseReason::Stopped);
        self.entrance.clear();
    }

    /// Starts the session again under another number, as after a fault of its own: it is empty, and no client is
    /// reported as leaving. The links stay up, and all peers are told of the new session at once, so that clients come
    /// back without waiting until they have something to send. Queued packets are lost.
    pub fn restart(&mut self, now: Instant, session: SessionId) {
        let mut settings = self.rules.settings().clone();
        settings.session = session;
        let previous = core::mem::replace(self, Self::new(settings));
        self.rules.continue_from(previous.rules);
        self.entrance = previous.entrance.of_next_session();
        self.observations.count_on_from(previous.observations);
        self.observations.raise(ServerEvent::Restarted { session });
        for (link, origin) in self.presence.continue_from(previous.presence) {
            self.handle_connected_from(now, link, origin);
            self.outgoing().answer_wrong_session(link);
        }
    }
}
