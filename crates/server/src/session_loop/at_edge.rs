//! Links into sessions of other workers: incoming packets go to the session's owner, and the owner's packets are sent
//! out here.

mod copies;
mod node_messages;

use std::time::Instant;

use consonance_cluster::{About, LinkReport, Member, Wanted};
use consonance_link::{DisconnectReason, EndCode, EndReason, Remote};
use consonance_session::{Delivery, Instant as SessionInstant, LinkId, Transmit};
use tracing::{debug, warn};

use super::SessionLoop;
use super::edge::Edge;
use super::link_span::link_span;
use super::voice_sinks::VoiceSinks;
use super::worker_state::WorkerState;
use super::workload::Workload;
use crate::copies::{Recipients, SessionCopies};
use crate::directory::{Directory, SessionRefusal};
use crate::networks::Networks;
use crate::sessions::Sessions;

pub(super) use copies::{carry_out, kept_client_of, send_here};

/// The sessions of other workers as they are seen here, at one moment: links into them, and copies of those that other
/// nodes own. The sessions here are not among that.
pub(crate) struct AtEdge<'l> {
    now: Instant,
    at: SessionInstant,
    edge: &'l mut Edge,
    copies: Option<&'l mut SessionCopies>,
    recipients: &'l mut Recipients,
    networks: &'l mut Networks,
    directory: &'l Directory,
    work: &'l mut Workload,
}

impl SessionLoop {
    /// The sessions of other workers.
    #[inline]
    pub(crate) fn at_edge(&mut self, now: Instant) -> AtEdge<'_> {
        self.at_edge_and_here(now).0
    }

    /// The sessions of other workers, and those here with the sinks of their voice.
    #[inline]
    fn at_edge_and_here(&mut self, now: Instant) -> (AtEdge<'_>, &mut Sessions, &mut VoiceSinks) {
        let at = self.state.clock.at(now);
        let WorkerState { networks, directory, copies, sessions, voices, .. } = &mut self.state;
        let (edge, copies, recipients) = (&mut self.edge, copies.as_mut(), &mut self.recipients);
        let work = &mut self.work;
        (AtEdge { now, at, edge, copies, recipients, networks, directory, work }, sessions, voices)
    }
}

impl AtEdge<'_> {
    /// A client of a network here named a session of another worker, which may not be known yet.
    pub(super) fn connect(&mut self, link: LinkId, owner: Option<Member>, session: &str, remote: &Remote) {
        let now = self.now;
        let (identity, is_resumed) =
            (self.networks.identity_of(now, link), self.networks.is_resumed(now, link));
        let kind = self.networks.kind_of(now, link);
        let about = About { remote: &remote.to_string(), kind: &kind, identity, is_resumed };
        let is_remote = self.networks.is_remote(link);
        let was_taken = self.edge.links_mut().is_some_and(|edge| {
            if is_remote {
                edge.hold_link(link, session, about)
            } else {
                edge.connected(owner, link, session, about)
            }
        });
        if !is_remote {
            self.tell_account(link);
        }
        link_span(link).in_scope(|| debug!(%remote, session, ?owner, was_taken, "connected"));
        if !was_taken {
            self.leave(link, session);
            let refusal = SessionRefusal::Elsewhere { session: session.to_owned() };
            self.networks.reject(now, link, &EndReason::from(&refusal), None);
        }
    }

    /// A link into a session that was this worker's is one into another's from now on.
    pub(super) fn move_here(&mut self, link: LinkId, session: &str, remote: &str, is_resumed: bool) {
        let (now, networks) = (self.now, &mut *self.networks);
        let (kind, identity) = (networks.kind_of(now, link), networks.identity_of(now, link));
        let about = About { remote, kind: &kind, identity, is_resumed };
        self.directory.move_to_edge(session);
        let edge = self.edge.links_mut();
        if !edge.is_some_and(|edge| edge.connected(None, link, session, about)) {
            networks.reject(now, link, &EndCode::ServerBusy.into(), None);
        }
        self.tell_account(link);
    }

    /// Tells the owner of a link's session of the account that the link's network vouches for.
    fn tell_account(&mut self, link: LinkId) {
        if let Some(account) = self.networks.account_of(self.now, link)
            && let Some(edge) = self.edge.links_mut()
        {
            edge.set_account(link, &account);
        }
    }

    /// Forgets a client of another worker's session that had arrived here.
    fn leave(&self, link: LinkId, session: &str) {
        if !self.networks.is_remote(link) {
            self.directory.leave_edge(session, 1);
        }
    }

    /// Passes on a packet of a link that leads to no session here: by the copy of its session, or to the owner.
    pub(super) fn forward(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) {
        if self.relay_at_copy(link, delivery, packet) {
            self.work.note_packet();
            return;
        }
        let is_remote = self.networks.is_remote(link);
        let Some(is_on_its_way) = self.edge.forward(link, delivery, is_remote, packet) else { return };
        self.work.note_packet();
        if !is_on_its_way {
            self.networks.reject(self.now, link, &EndCode::ServerBusy.into(), None);
        }
    }

    /// A link is gone. False if it leads to a session of this worker, or to none.
    pub(super) fn disconnect(&mut self, link: LinkId, reason: &DisconnectReason) -> bool {
        let Some(edge) = self.edge.links_mut() else { return false };
        let Some((session, _)) = edge.session_of(link) else { return false };
        let session = session.to_owned();
        if self.networks.is_remote(link) {
            self.edge.forget_held(link);
        } else {
            edge.disconnected(link, reason);
        }
        self.detach_from_copy(&session, link);
        link_span(link).in_scope(|| debug!(%reason, "disconnected"));
        self.leave(link, &session);
        true
    }

    /// Carries out the requests of other sessions' owners for links here.
    pub(super) fn serve_owners(&mut self) {
        let Self { now, edge, networks, work, directory, .. } = self;
        let (now, Some(edge)) = (*now, edge.links_mut()) else { return };
        while let Some(wanted) = edge.poll() {
            match wanted {
                Wanted::Send { links, delivery, packet } => {
                    let came = Instant::now();
                    networks.send(now, &Transmit { to: links, delivery, payload: packet });
                    if delivery == Delivery::Unreliable {
                        work.relayed(came);
                    }
                }
                Wanted::End { link, reason } => {
                    link_span(link).in_scope(|| debug!(%reason, "closing"));
                    networks.reject(now, link, &reason, None);
                }
                Wanted::Look { link } => {
                    if let Some(way) = networks.ways(now).of(link) {
                        edge.report(link, LinkReport::new(way.quality, way.page, way.third_party));
                    }
                }
                Wanted::FindOwner { session, lost } => directory.find_owner(&session, lost),
                Wanted::Joined { link, is_joined } => networks.set_joined(now, link, is_joined),
                Wanted::Probe { link } => {
                    if let Some(heard) = networks.probe(now, link) {
                        edge.heard(link, now.saturating_duration_since(heard));
                    }
                }
            }
        }
    }

    /// Clients here timed out waiting for the owner of a session: they are to try again later.
    pub(crate) fn refuse_waiting(&mut self, name: &str) {
        let Some(edge) = self.edge.links() else { return };
        let links = edge.links_of(name);
        if !links.is_empty() {
            warn!(
                session = name,
                links = links.len(),
                "refused: the cluster does not say which node owns the session"
            );
        }
        for link in links {
            self.networks.reject(self.now, link, &EndCode::ServerBusy.into(), None);
        }
    }
}
