//! Copies of sessions that other nodes own: they follow the owner, and voice goes from node to node once.

use std::time::{Duration, Instant};

use consonance_cluster::{KeptClient, LinkNumber};
use consonance_link::EndReason;
use consonance_session::{AtCopy, CopiedLink, Delivery, LinkCommand, LinkId, SessionChange, Transmit};

use super::super::link_places::node_of;
use super::AtEdge;
use crate::copies::{At, NodeVoice, Recipients, SessionCopies, SessionCopy, kept_client, link_to, member_at};
use crate::directory::Directory;
use crate::networks::Networks;

/// Speakers are told how they arrive twice as often as that is to be told.
const LOOK: Duration = Duration::from_millis(250);

impl AtEdge<'_> {
    /// Applies a change of a session to its copy.
    pub(super) fn apply_change(&mut self, session: &str, change: &SessionChange, client_at: Option<At>) {
        let at = self.at;
        let (Some(copies), Some(edge)) = (self.copies.as_deref_mut(), self.edge.links()) else { return };
        let is_here = client_at.is_some_and(|it| (it.node, it.worker) == copies.own);
        let number = client_at.filter(|_| is_here).and_then(|it| it.link);
        let here = number.and_then(|number| edge.link(LinkNumber(number)));
        let elsewhere = client_at.filter(|_| !is_here);
        let worker = elsewhere.and_then(|it| copies.workers.number(it.node, it.worker));
        let Some(copy) = copies.get_mut(session) else { return };
        let (here, worker) = match change {
            // The owner no longer reaches the client's link, but others may; unless another client has its id by now.
            SessionChange::Client(client)
                if client_at.is_none()
                    && copy
                        .server
                        .tables()
                        .client(client.place.id)
                        .is_some_and(|row| *row.name == *client.place.name) =>
            {
                let is_here = |link: &LinkId| edge.session_of(*link).is_some();
                (
                    copy.server.tables().link_of(client.place.id).filter(is_here),
                    copy.worker_of(client.place.id),
                )
            }
            _ => (here, worker),
        };
        let elsewhere = worker.map(|worker| CopiedLink::Elsewhere(link_to(worker)));
        copy.server.replica().apply(at, change, here.map(CopiedLink::Here).or(elsewhere));
        match change {
            SessionChange::Client(client) => {
                copy.note(client.place.id, worker);
                if let Some(link) = here {
                    copy.server.replica().attach(at, link, client.place.id, None);
                }
            }
            SessionChange::Gone(id) => copy.note(*id, None),
            SessionChange::Restricted(player, _) => copy.note_restricted(player),
        }
    }

    /// Relays a packet that came over a link into a session of another node, if its copy can: voice, once to each node
    /// with listeners. False if the owner must decide.
    pub(super) fn relay_at_copy(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) -> bool {
        let (now, at) = (self.now, self.at);
        let Self { edge, copies: Some(copies), networks, directory, recipients, .. } = self else {
            return false;
        };
        let Some((session, _)) = edge.links().and_then(|edge| edge.session_of(link)) else { return false };
        let Some(copy) = copies.get_mut(session).filter(|copy| copy.is_whole()) else { return false };
        let Some(client) = copy.server.tables().client_of(link) else { return false };
        recipients.clear();
        let is_voice = match copy.server.relay_at_copy(at, link, delivery, packet) {
            AtCopy::ForSession => return false,
            AtCopy::Done => copy.server.take_relayed(),
            AtCopy::Relayed(frame) => {
                send_here(networks, directory, recipients, now, &frame);
                true
            }
        };
        if copy.wants_all_voice && is_voice {
            recipients.add_worker(copy.owner);
        }
        carry_out(copy, networks, now);
        let position = copy.server.tables().proximity().position(client);
        copies.send_voice(&recipients.workers, NodeVoice { session, client, position, packet });
        true
    }

    /// A link into a session of another node is gone.
    pub(super) fn detach_from_copy(&mut self, session: &str, link: LinkId) {
        let Some(copies) = self.copies.as_deref_mut() else { return };
        let Some(copy) = copies.get_mut(session) else { return };
        copy.server.replica().detach(link);
        if !self.edge.links().is_some_and(|edge| edge.has_links(session)) {
            copies.remove(session);
        }
    }

    /// Sends voice reports to speakers here.
    pub(super) fn look_at_copies(&mut self) {
        let (now, at) = (self.now, self.at);
        let Self { copies: Some(copies), networks, .. } = self else { return };
        if copies.is_empty() || copies.look_at.is_some_and(|look_at| look_at > at) {
            return;
        }
        copies.look_at = Some(at + LOOK);
        for (_, copy) in copies.iter_mut() {
            copy.server.replica().handle_timeout(at);
            carry_out(copy, networks, now);
        }
    }
}

/// The client of a link, as the copy of its session knows it.
pub(in super::super) fn kept_client_of(
    copies: Option<&SessionCopies>,
    session: &str,
    link: LinkId,
) -> Option<KeptClient> {
    let copy = copies?.get(session).filter(|copy| copy.is_whole())?;
    let client = copy.server.tables().client_of(link)?;
    Some(kept_client(&copy.server, client, copy.version))
}

/// Sends relayed voice to the listeners here, and notes the workers of other nodes that have the others.
pub(in super::super) fn send_here(
    networks: &mut Networks,
    directory: &Directory,
    recipients: &mut Recipients,
    now: Instant,
    relayed: &Transmit<'_>,
) {
    for link in relayed.to {
        recipients.add(*link, member_at(*link).or_else(|| node_of(networks, directory, *link)));
    }
    networks.send(now, &Transmit { to: &recipients.links, ..*relayed });
}

/// Sends a copy's packets to clients here, and ends links.
pub(in super::super) fn carry_out(copy: &mut SessionCopy, networks: &mut Networks, now: Instant) {
    while copy.server.poll_event().is_some() {}
    while let Some(transmit) = copy.server.poll_transmit() {
        networks.send(now, &transmit);
    }
    while let Some(command) = copy.server.poll_command() {
        if let LinkCommand::Close { link, reason, .. } = command {
            networks.reject(now, link, &EndReason::from(&reason), None);
        }
    }
}
