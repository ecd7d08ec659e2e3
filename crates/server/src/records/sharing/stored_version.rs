//! The version of a ban as the disk has it, beside the ban.

use serde::{Deserialize, Serialize};

use super::ban_record::Version;
use crate::store::number_key;

/// The version of a ban, stored under a key of `meta`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredVersion {
    changed_ms: u64,
    changed_by: String,
    #[serde(default)]
    is_pardoned: bool,
    /// The time at which the ban ends or would have ended, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<u64>,
    /// Whether the store of the cluster has had it.
    #[serde(default)]
    pub(super) is_kept: bool,
}

/// Before the number of the ban.
const KEY: &str = "cluster_ban_";

impl StoredVersion {
    pub(super) fn new(version: &Version, until: Option<u64>, is_kept: bool) -> Self {
        let Version { at_ms: changed_ms, is_pardon: is_pardoned, by } = *version;
        Self { changed_ms, changed_by: by.to_string(), is_pardoned, until, is_kept }
    }

    pub(super) fn version(&self) -> Option<Version> {
        let by = self.changed_by.parse().ok()?;
        Some(Version { at_ms: self.changed_ms, is_pardon: self.is_pardoned, by })
    }

    pub(super) fn key(id: u64) -> String {
        format!("{KEY}{}", number_key(id))
    }

    /// The ban that a key is about, if it is about one.
    pub(crate) fn id(key: &str) -> Option<u64> {
        key.strip_prefix(KEY)?.parse().ok()
    }
}
