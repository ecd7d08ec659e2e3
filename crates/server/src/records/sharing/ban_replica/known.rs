//! The state of one ban, beside the ban itself.

use consonance_cluster::placement::Revision;

use super::super::ban_record::Version;

#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) version: Version,
    pub(super) until: Option<u64>,
    /// The store has had this version.
    pub(super) was_there: bool,
    /// The revision of the record that the store has.
    pub(super) there: Option<Revision>,
    pub(super) at_store: AtStore,
}

/// The store's record of a ban.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtStore {
    /// None, or another version.
    Other,
    /// This version.
    Same,
    /// A record that does not count: put right in a moment.
    Wrong,
    /// None any more, since it was deleted: put right in a moment.
    Deleted,
    /// The store cannot take this version: left alone.
    Unusable,
}
