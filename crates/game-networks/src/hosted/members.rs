//! The other members of the room, and which of them talk to the voice server here.

use std::collections::BTreeMap;
use std::time::Instant;

/// All others, by the game's numbers.
#[derive(Debug, Default)]
pub(crate) struct Members(BTreeMap<u64, Member>);

/// A peer's link to the server here. Its begin and end are not on the wire: they follow from what comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Member {
    /// The peer has sent the server nothing yet.
    #[default]
    Silent,
    /// It has been a peer of the server since then.
    Linked { since: Instant },
    /// It was rejected, and its packets are dropped until then.
    Refused { until: Instant },
}

impl Members {
    pub(crate) fn insert(&mut self, peer: u64) {
        self.0.entry(peer).or_default();
    }

    /// False if it was not here.
    pub(crate) fn remove(&mut self, peer: u64) -> bool {
        self.0.remove(&peer).is_some()
    }

    pub(crate) fn contains(&self, peer: u64) -> bool {
        self.0.contains_key(&peer)
    }

    pub(crate) fn get_mut(&mut self, peer: u64) -> Option<&mut Member> {
        self.0.get_mut(&peer)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn peers(&self) -> impl Iterator<Item = u64> {
        self.0.keys().copied()
    }

    /// The server has changed or is gone, so it has no peers yet.
    pub(crate) fn forget_links(&mut self) {
        self.0.values_mut().for_each(|member| *member = Member::Silent);
    }
}
