//! Announcements of nodes about the store, which others may learn of later.

use std::time::Instant;

use super::known::{Known, Trust};
use super::{Placement, PlacementEvent, Revision, SessionRecord, StoreChange};

impl Placement {
    /// A node announced that the store has this record of a session. Only the store itself can tell that a session no
    /// longer belongs to this node.
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
            // The other node acts soon, whether or not the store reaches this node.
            self.doubt_own();
        }
        if !is_asked {
            self.ask(now, name, StoreChange::Read);
        }
    }

    /// Reports a session that this node owns, once it acts as its owner.
    pub(super) fn announce(&mut self, now: Instant, name: &str) {
        let Some(known) = self.sessions.get_mut(name) else { return };
        let (Some((at, former)), Some((record, _))) = (known.announce_at, known.record) else { return };
        if at <= now && record.owner == self.own {
            // The event also answers clients that have been waiting in the meantime.
            (known.announce_at, known.client_waits_since) = (None, None);
            let SessionRecord { session, worker, .. } = record;
            self.events.push_back(PlacementEvent::Owned { name: name.into(), session, worker, former });
        }
    }
}
