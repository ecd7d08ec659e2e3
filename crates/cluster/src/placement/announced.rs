//! What other nodes say of the store, which they may have heard of earlier.

use std::time::Instant;

use super::known::Known;
use super::{Placement, Revision, SessionRecord, StoreChange};

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
        let is_asked = self.sessions.get(name).is_some_and(|known| known.claim.is_some());
        if record.owner != own && !is_asked {
            self.ask(now, name, StoreChange::Read);
        }
    }
}
