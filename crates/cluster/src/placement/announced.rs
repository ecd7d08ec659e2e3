//! What nodes say of the store, which others may hear of later.

use std::time::Instant;

use super::known::{Known, Trust};
use super::{Placement, PlacementEvent, Revision, SessionRecord, StoreChange};

impl Placement {
    /// A node says that the store has this record of a session. That a session is not this node's any more, only the
    /// store says.
    pub fn handle_announcement(
        &mut self,
        now: Instant,
        name: &str,
        record: SessionRecord,
        revision: Revision,
    ) {
        let own = self.own;
        let is_own = |known: &Known| known.record.is_some_and(|(record, _)| record.owner == own);
        if !self.sessions.get(name).is_some_and(is_own) {
            return self.handle_record(now, name, record, revision);
        }
        let Some(known) = self.sessions.get(name).filter(|_| record.owner != own) else { return };
        let is_newer = known.record.is_some_and(|(_, newest)| revision > newest);
        let (is_asked, is_trusted) = (known.claim.is_some(), known.trust == Trust::Confirmed);
        if is_newer && is_trusted {
            // The other one acts soon, whether the store reaches this node or not.
            self.doubt_own();
        }
        if !is_asked {
            self.ask(now, name, StoreChange::Read);
        }
    }

    /// Tells of a session that this node owns, once it acts.
    pub(super) fn announce(&mut self, now: Instant, name: &str) {
        let Some(known) = self.sessions.get_mut(name) else { return };
        let (Some((at, former)), Some((record, _))) = (known.announce_at, known.record) else { return };
        if at <= now && record.owner == self.own {
            // Clients that came meanwhile are told, too.
            (known.announce_at, known.client_waits_since) = (None, None);
            let SessionRecord { session, worker, .. } = record;
            self.events.push_back(PlacementEvent::Owned { name: name.into(), session, worker, former });
        }
    }
}
