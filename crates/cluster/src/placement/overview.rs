//! An overview of a node's knowledge of all sessions.

use std::time::Instant;

use super::known::{Known, Trust};
use super::{NodeId, Placement};

impl Placement {
    /// The time until which this node may decide about confirmed sessions, and the number of times that they had to
    /// be confirmed again.
    pub fn lease(&self) -> (Option<Instant>, u64) {
        (self.nodes.lease_end(), self.generation)
    }

    /// Whether this node acts for its own players alone, because the bus is lost, or was lost and the store has not
    /// answered yet.
    pub fn is_detached(&self, name: &str) -> bool {
        self.sessions.get(name).is_some_and(|known| known.trust == Trust::Detached)
    }

    /// The number of sessions that this node owns, and of sessions of other nodes into which it has links.
    pub fn counts(&self) -> (usize, usize) {
        let is_own = |known: &&Known| known.acts_from.is_some();
        let owned = self.sessions.values().filter(is_own).count();
        let is_followed = |known: &&Known| {
            known.has_links && known.record.is_some_and(|(record, _)| record.owner != self.own)
        };
        (owned, self.sessions.values().filter(is_followed).count())
    }

    /// Whether the bus is connected.
    pub fn has_bus(&self) -> bool {
        !self.nodes.is_detached()
    }

    /// The owner of each session, as far as the store has reported it.
    pub fn owners(&self) -> impl Iterator<Item = (&str, NodeId)> {
        self.sessions.iter().filter_map(|(name, known)| Some((&**name, known.record?.0.owner)))
    }
}
