//! A node's knowledge of one session.

use std::time::Instant;

use super::{NodeId, Revision, SessionRecord, StoreChange};

#[derive(Debug, Default)]
pub(super) struct Known {
    /// The newest record that the store has reported.
    pub(super) record: Option<(SessionRecord, Revision)>,
    /// The change that removed the record, if there is none.
    pub(super) removed: Option<Revision>,
    /// The pending request.
    pub(super) claim: Option<Claim>,
    /// The node whose record this node replaces, or has replaced.
    pub(super) former: Option<NodeId>,
    /// The time from which this node acts as the owner, if it is the owner.
    pub(super) acts_from: Option<Instant>,
    /// Whether it still is the owner, according to the store.
    pub(super) trust: Trust,
    /// The time at which its ownership is announced, and the node that owned it before.
    pub(super) announce_at: Option<(Instant, Option<NodeId>)>,
    /// It has ended here, and is to be removed from the store.
    pub(super) is_ending: bool,
    /// The time since which a client has been waiting to learn its owner.
    pub(super) client_waits_since: Option<Instant>,
    /// There are links into it here.
    pub(super) has_links: bool,
    /// The number of the session if this node creates it.
    pub(super) fresh_number: u32,
    /// The worker of the session if this node owns it.
    pub(super) worker: u16,
}

/// Whether a node that owns a session still does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trust {
    /// The store must confirm it first.
    #[default]
    Doubted,
    /// The store has confirmed it since the last event that could have changed it.
    Confirmed,
    /// The bus was lost since, so that it continues for the players here alone.
    Detached,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// `None` once the store has answered that it is unavailable.
    pub(super) number: Option<u64>,
    pub(super) change: StoreChange,
    pub(super) asked: Instant,
}

impl Known {
    /// Whether there is nothing to request from the store or to report about it, at any time.
    pub(super) fn is_idle(&self, own: NodeId) -> bool {
        let is_own = self.record.is_some_and(|(record, _)| record.owner == own);
        !is_own && !self.has_links && self.client_waits_since.is_none()
    }

    /// Whether nothing here needs it; the store reports it again when it changes.
    pub(super) fn is_forgettable(&self) -> bool {
        self.record.is_none() && self.claim.is_none() && self.client_waits_since.is_none() && !self.has_links
    }
}
