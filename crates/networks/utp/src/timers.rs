//! When a peer is to be looked at although nothing came from it.

use std::collections::BTreeSet;
use std::time::Instant;

use consonance_transport::Peer;

/// At most one time for each peer. Times that move away need not be told: whoever is looked at too early is set anew.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeSet<(Instant, Peer)>);

impl Timers {
    /// Sees to it that a peer is looked at by then; `armed` is where its owner remembers for when it is set.
    pub(crate) fn set_no_later(&mut self, armed: &mut Option<Instant>, peer: Peer, at: Instant) {
        if armed.is_some_and(|armed| armed <= at) {
            return;
        }
        self.clear(armed.replace(at), peer);
        self.0.insert((at, peer));
    }

    pub(crate) fn clear(&mut self, armed: Option<Instant>, peer: Peer) {
        if let Some(at) = armed {
            self.0.remove(&(at, peer));
        }
    }

    /// Takes out a peer whose time has come; it is not set any more.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Peer> {
        let &(_, peer) = self.0.first().filter(|(at, _)| *at <= now)?;
        self.0.pop_first();
        Some(peer)
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }
}
