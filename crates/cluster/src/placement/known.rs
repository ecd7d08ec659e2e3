//! What a node knows of one session.

use std::time::Instant;

use super::{NodeId, Revision, SessionRecord, StoreChange};

#[derive(Debug, Default)]
pub(super) struct Known {
    /// The newest record that the store has told of.
    pub(super) record: Option<(SessionRecord, Revision)>,
    /// The change that removed it, if there is none.
    pub(super) removed: Option<Revision>,
    /// The request that is on its way.
    pub(super) claim: Option<Claim>,
    /// Whose record this node replaces, or has replaced.
    pub(super) former: Option<NodeId>,
    /// From when this node acts as the owner, if it is.
    pub(super) acts_from: Option<Instant>,
    /// Whether it still is, by what the store has said.
    pub(super) trust: Trust,
    /// When its ownership is told, and which node owned it before.
    pub(super) announce_at: Option<(Instant, Option<NodeId>)>,
    /// It has ended here, and is to be removed from the store.
    pub(super) is_ending: bool,
    /// A client waits to hear of its owner.
    pub(super) client_waits_since: Option<Instant>,
    /// There are links into it here.
    pub(super) has_links: bool,
    /// The number that it gets if this node begins it.
    pub(super) fresh_number: u32,
    /// The worker that it gets if this node owns it.
    pub(super) worker: u16,
}

/// Whether a node that owns a session still does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trust {
    /// The store is to say so first.
    #[default]
    Doubted,
    /// The store has said so, after anything that could have changed it.
    Confirmed,
    /// The bus went away since, so that it is for the players here alone.
    Detached,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// None once the store has answered that it cannot say.
    pub(super) number: Option<u64>,
    pub(super) change: StoreChange,
    pub(super) asked: Instant,
}

impl Known {
    /// There is nothing to ask the store about it or to tell of it, whatever the time.
    pub(super) fn is_idle(&self, own: NodeId) -> bool {
        let is_own = self.record.is_some_and(|(record, _)| record.owner == own);
        !is_own && !self.has_links && self.client_waits_since.is_none()
    }

    /// Nothing here needs it, and the store tells of it again when it changes.
    pub(super) fn is_forgettable(&self) -> bool {
        self.record.is_none() && self.claim.is_none() && self.client_waits_since.is_none() && !self.has_links
    }
}
