//! Ways to several clients at once that fall silent, and work again.

use std::collections::BTreeMap;
use std::time::Instant;

use consonance_session::LinkId;
use tracing::info;

use super::SessionLoop;
use crate::networks::link_of;

impl SessionLoop {
    /// Makes each session tell its other clients which of its clients have become unreachable, or reachable again.
    pub(super) fn follow_reachability(&mut self, network: usize, now: Instant) {
        while let Some(change) = self.state.networks.next_reachability(network) {
            self.edge.tell_reachability(network, &change);
            let mut links_of: BTreeMap<usize, Vec<LinkId>> = BTreeMap::new();
            for link in change.peers.iter().map(|peer| link_of(network, *peer)) {
                if let Some(index) = self.state.routes.session_of(link) {
                    links_of.entry(index).or_default().push(link);
                }
            }
            let at = self.state.clock.at(now);
            for (index, links) in links_of {
                let session = self.state.sessions.get_mut(index);
                let players = links.len();
                if change.is_reachable {
                    session.span.in_scope(|| info!(players, "game server reachable again"));
                    session.server.outages().mark_reachable(at, &links);
                } else {
                    session.span.in_scope(|| info!(players, "game server not responding"));
                    session.server.outages().mark_unreachable(at, &links);
                }
                self.carrying(now).drain(index);
            }
        }
    }
}
