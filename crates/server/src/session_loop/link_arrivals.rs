//! Connections that come up, and end: which session each is in, if any.

use std::time::Instant;

use consonance_link::{EndReason, Peer, Remote};
use consonance_session::LinkId;
use tracing::info;

use super::SessionLoop;
use super::carrying::Entered;
use super::join_spans::LinkPlace;
use crate::networks::link_of;
use crate::sessions::LinkEnd;

impl SessionLoop {
    /// Finds the session that it names, unless its address is banned.
    pub(super) fn handle_connected(
        &mut self,
        now: Instant,
        network: usize,
        peer: Peer,
        name: &str,
        remote: Remote,
    ) {
        let link = link_of(network, peer);
        if self.state.networks.is_of_edges(network) {
            // The edge announces the link again: it had learnt of another owner meanwhile, or had lost this one.
            if let Some(index) = self.state.routes.session_of(link) {
                self.carrying(now).following().tell_copy_again(index, link);
            }
            self.edge.forget_held(link);
            self.handle_disconnected(now, link, LinkEnd::from("its edge tells of it again"));
        }
        let kind = self.state.networks.kind_of(now, link);
        let place = LinkPlace { worker: self.state.number, session: name, network: &kind };
        if let Some(ban) = self.state.join_handler.ban_of(remote.ip()) {
            let log = || info!(%remote, session = name, ban = ban.id, "not admitted: the address is banned");
            self.state.join_handler.log_refusal(now, link, log);
            if !self.state.networks.is_of_edges(network) {
                // The network may have placed the link already, so that the session waits for it.
                self.state.directory.cancel(name);
            }
            let reason = ban.end_reason();
            self.state.join_handler.refuse_at_once(link, place, &reason);
            return self.state.networks.reject(now, link, &reason, None);
        }
        // Links of other nodes arrive through the edges.
        let is_new_here = !self.state.networks.is_of_edges(network);
        if let Some(reason) =
            self.state.copies.as_ref().and_then(|copies| copies.drain_refusal(name)).filter(|_| is_new_here)
        {
            self.state.directory.cancel(name);
            self.state.join_handler.refuse_at_once(link, place, &reason);
            return self.state.networks.reject(now, link, &reason, None);
        }
        match self.carrying(now).enter(link, name) {
            Ok(Entered::Here(index)) => {
                let is_resumed = self.state.networks.is_resumed(now, link);
                self.carrying(now).admit_link(index, link, remote, is_resumed);
            }
            Ok(Entered::At(owner)) => self.at_edge(now).connect(link, owner, name, &remote),
            Err(refusal) => {
                let log = || info!(%remote, session = name, reason = %refusal, "not admitted");
                self.state.join_handler.log_refusal(now, link, log);
                let reason = EndReason::from(&refusal);
                self.state.join_handler.refuse_at_once(link, place, &reason);
                self.state.networks.reject(now, link, &reason, None);
            }
        }
    }

    pub(super) fn handle_disconnected(&mut self, now: Instant, link: LinkId, end: LinkEnd) {
        self.state.join_handler.forget(now, link);
        if let Some(index) = self.state.routes.session_of(link)
            && let session = self.state.sessions.get_mut(index)
            && session.has_held()
            && session.may_act(now)
        {
            // Handle the link's held packets before its end.
            self.handle_held(now, index);
        }
        self.carrying(now).remove_link(link, end);
    }
}
