//! A store that was created anew: somebody has deleted it, or it has lost its files.

use super::{Placement, Revision};

impl Placement {
    /// The store has none of the records that it had, and counts changes from the start. Each owner writes its records
    /// again, and decides nothing until it has: by then another node may have begun the session.
    pub fn handle_new_store(&mut self) {
        self.doubt_own();
        for known in self.sessions.values_mut() {
            known.record = known.record.map(|(record, _)| (record, Revision::NONE));
            // An answer of the former store would have a revision that this one does not know.
            (known.removed, known.claim) = (None, None);
        }
    }
}
