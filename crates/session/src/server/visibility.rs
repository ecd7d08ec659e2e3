//! The clients that the others know of: they are told neither about a newcomer that has not announced its rooms, nor
//! about a client that cannot be reached.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::ClientId;

use crate::link::LinkId;

/// The recipients of what clients are told about one of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Audience {
    /// The peer at the other end of this link.
    Only(LinkId),
    /// Every client but this one.
    AllBut(ClientId),
    /// Every client, the one that said it included.
    All,
    /// Every client but those of this outage.
    Outside(Outage),
    /// The clients of this outage.
    Inside(Outage),
}

/// One time at which several clients became unreachable at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage(u64);

/// The clients that the others do not know of.
#[derive(Debug, Default)]
pub(super) struct Visibility {
    /// Clients that have not announced their rooms yet.
    unannounced: BTreeSet<ClientId>,
    /// Clients that the others were told have left.
    outages: BTreeMap<ClientId, Outage>,
    outages_begun: u64,
}

/// The news for the others when they are told of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Announcement {
    /// The client is new to them.
    pub(super) is_news: bool,
    /// The client is back.
    pub(super) is_back: bool,
}

impl Visibility {
    /// Notes a client that the others have not been told of yet.
    pub(super) fn note_unannounced(&mut self, id: ClientId) {
        self.unannounced.insert(id);
    }

    /// Whether the others were never told of a client.
    pub(super) fn is_unannounced(&self, id: ClientId) -> bool {
        self.unannounced.contains(&id)
    }

    /// Whether the others know that a client is here.
    pub(super) fn is_known(&self, id: ClientId) -> bool {
        !self.is_unannounced(id) && self.outage_of(id).is_none()
    }

    /// Marks a client as known to the others; returns the news for them.
    pub(super) fn announce(&mut self, id: ClientId) -> Announcement {
        let (is_news, is_back) = (self.unannounced.remove(&id), self.end_outage(id).is_some());
        Announcement { is_news, is_back }
    }

    /// Removes a client; returns the outage that it was in.
    pub(super) fn forget(&mut self, id: ClientId) -> Option<Outage> {
        self.unannounced.remove(&id);
        self.end_outage(id)
    }

    /// Begins an outage of these clients.
    pub(super) fn begin_outage(&mut self, ids: &[ClientId]) -> Outage {
        self.outages_begun += 1;
        let outage = Outage(self.outages_begun);
        self.outages.extend(ids.iter().map(|id| (*id, outage)));
        outage
    }

    /// The outage that a client is in, if any.
    pub(super) fn outage_of(&self, id: ClientId) -> Option<Outage> {
        self.outages.get(&id).copied()
    }

    /// Ends the outage of a client, which can be reached again.
    pub(super) fn end_outage(&mut self, id: ClientId) -> Option<Outage> {
        self.outages.remove(&id)
    }

    /// The number of clients in an outage.
    pub(super) fn unreachable(&self) -> usize {
        self.outages.len()
    }

    /// Whether a client belongs to an audience.
    pub(super) fn is_in(&self, audience: Audience, id: ClientId) -> bool {
        match audience {
            Audience::All => true,
            // A single recipient is identified by its link.
            Audience::Only(_) => false,
            Audience::AllBut(but) => id != but,
            Audience::Outside(outage) => self.outage_of(id) != Some(outage),
            Audience::Inside(outage) => self.outage_of(id) == Some(outage),
        }
    }
}

#[cfg(test)]
mod tests;
