//! When something of a player wants to be looked at although nothing came.

use std::collections::BTreeSet;
use std::time::Instant;

use consonance_transport::Peer;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The connection to the game's server.
    Upstream,
    /// The envelope.
    Envelope,
    /// The connection to the game's server has to be up by now.
    Deadline,
}

/// At most one time for each timer of each player.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Instant, Peer, Timer)>);

impl Timers {
    /// Sets, moves or stops a timer; `set` is where its owner remembers what it was set to.
    pub(super) fn set(&mut self, set: &mut Option<Instant>, peer: Peer, timer: Timer, at: Option<Instant>) {
        if *set == at {
            return;
        }
        if let Some(former) = std::mem::replace(set, at) {
            self.0.remove(&(former, peer, timer));
        }
        self.0.extend(at.map(|at| (at, peer, timer)));
    }

    /// Takes out a timer whose time has come.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Peer, Timer)> {
        let &(_, peer, timer) = self.0.first().filter(|(at, ..)| *at <= now)?;
        self.0.pop_first();
        Some((peer, timer))
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, ..)| *at)
    }
}
