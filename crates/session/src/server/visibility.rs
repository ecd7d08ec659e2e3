//! Which clients the others know of: they are told neither of a newcomer that has not said where it listens, nor
//! of a client that cannot be reached.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::ClientId;

use super::sending::Audience;

/// One time at which the way to several clients at once fell silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage(u64);

/// The clients that the others do not know of.
#[derive(Debug, Default)]
pub(super) struct Visibility {
    /// Clients that have not said yet which rooms they listen to.
    unannounced: BTreeSet<ClientId>,
    /// Clients of which the others were told that they left.
    outages: BTreeMap<ClientId, Outage>,
    outages_begun: u64,
}

/// What the others learn when they are told of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Announcement {
    /// That it is here.
    pub(super) is_news: bool,
    /// That it is back.
    pub(super) is_back: bool,
}

impl Visibility {
    /// The others were not told of a client yet.
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

    /// The others are told of a client.
    pub(super) fn announce(&mut self, id: ClientId) -> Announcement {
        let (is_news, is_back) = (self.unannounced.remove(&id), self.end_outage(id).is_some());
        Announcement { is_news, is_back }
    }

    /// The client is gone; the outage that it was in.
    pub(super) fn forget(&mut self, id: ClientId) -> Option<Outage> {
        self.unannounced.remove(&id);
        self.end_outage(id)
    }

    /// The way to these clients is silent.
    pub(super) fn begin_outage(&mut self, ids: &[ClientId]) -> Outage {
        self.outages_begun += 1;
        let outage = Outage(self.outages_begun);
        self.outages.extend(ids.iter().map(|id| (*id, outage)));
        outage
    }

    /// The outage in which a client is, if it is in one.
    pub(super) fn outage_of(&self, id: ClientId) -> Option<Outage> {
        self.outages.get(&id).copied()
    }

    /// The way to a client works again.
    pub(super) fn end_outage(&mut self, id: ClientId) -> Option<Outage> {
        self.outages.remove(&id)
    }

    /// How many clients are in an outage.
    pub(super) fn unreachable(&self) -> usize {
        self.outages.len()
    }

    /// Whether a client belongs to an audience.
    pub(super) fn is_in(&self, audience: Audience, id: ClientId) -> bool {
        match audience {
            Audience::All => true,
            // It is known by its link.
            Audience::Only(_) => false,
            Audience::AllBut(but) => id != but,
            Audience::Outside(outage) => self.outage_of(id) != Some(outage),
            Audience::Inside(outage) => self.outage_of(id) == Some(outage),
        }
    }
}

#[cfg(test)]
mod tests;
