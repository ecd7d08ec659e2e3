//! A ban as it stands in the store of a cluster: it holds, or it was taken back.

use consonance_cluster::placement::NodeId;
use serde::{Deserialize, Serialize};

use super::numbers::Numbers;
use crate::bans::Ban;

/// Of two versions of a ban, the greater one counts: the later one, and of one time the pardon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    /// The time of the change, in milliseconds since 1970.
    pub(super) at_ms: u64,
    pub(super) is_pardon: bool,
    /// The node that changed it.
    pub(super) by: NodeId,
}

/// One version of a ban.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BanRecord {
    pub(super) version: Version,
    pub(super) id: u64,
    /// The time at which the ban ends or would have ended, in seconds since 1970.
    pub(super) until: Option<u64>,
    /// None of a ban that was taken back.
    pub(super) ban: Option<Ban>,
}

/// How long it is remembered that a ban was taken back, in milliseconds: 30 days.
pub(super) const PARDON_KEPT_MS: u64 = 30 * 24 * 3_600_000;
/// How long a ban stays in the store after its end, in milliseconds: no clock is more wrong.
pub(super) const ENDED_KEPT_MS: u64 = 3_600_000;
/// A longer record is not shared.
pub(super) const RECORD_BYTES_MAX: usize = 64 << 10;
/// No version is of a later time, so that there is always one after it.
const TIME_MS_MAX: u64 = 1 << 53;

#[derive(Serialize, Deserialize)]
struct Form {
    changed_ms: u64,
    /// A string, since JSON's numbers are too short for it.
    changed_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    banned: Option<Ban>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pardoned: Option<Pardon>,
}

#[derive(Serialize, Deserialize)]
struct Pardon {
    id: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
}

impl BanRecord {
    /// The record under this key; none if it is malformed, or too large.
    pub(super) fn read(key: &str, value: &[u8]) -> Option<Self> {
        if value.len() > RECORD_BYTES_MAX {
            return None;
        }
        let form: Form = serde_json::from_slice(value).ok()?;
        let (id, until, ban) = match (form.banned, form.pardoned) {
            (Some(ban), None) => (ban.id, ban.until, Some(ban)),
            (None, Some(Pardon { id, until })) => (id, until, None),
            _ => return None,
        };
        let by = form.changed_by.parse().ok()?;
        let version = Version { at_ms: form.changed_ms, is_pardon: ban.is_none(), by };
        let is_fine = *key_of(id) == *key && Numbers::is_shared(id) && version.at_ms < TIME_MS_MAX;
        is_fine.then_some(Self { version, id, until, ban })
    }

    pub(super) fn write(self) -> Vec<u8> {
        let Self { version, id, until, ban } = self;
        let pardoned = ban.is_none().then_some(Pardon { id, until });
        let form =
            Form { changed_ms: version.at_ms, changed_by: version.by.to_string(), banned: ban, pardoned };
        serde_json::to_vec(&form).unwrap_or_default()
    }
}

impl Version {
    /// A change by this node now, which counts more than the version before.
    pub(super) fn after(before: Option<Self>, now_ms: u64, is_pardon: bool, by: NodeId) -> Self {
        let earliest = before.map_or(0, |before| before.at_ms.saturating_add(1));
        Self { at_ms: now_ms.max(earliest).min(TIME_MS_MAX - 1), is_pardon, by }
    }

    /// Whether nothing has to be known any more of a ban that ends or would have ended then, in seconds since 1970.
    pub(super) fn is_over(&self, now_ms: u64, until: Option<u64>) -> bool {
        let end_ms = until.map(|until| until.saturating_mul(1000).saturating_add(ENDED_KEPT_MS));
        end_ms.is_some_and(|end_ms| end_ms <= now_ms)
            || self.is_pardon && self.at_ms.saturating_add(PARDON_KEPT_MS) <= now_ms
    }
}

/// The key of a ban's record.
pub(super) fn key_of(id: u64) -> Box<str> {
    id.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bans::BanTarget;

    const ID: u64 = 3_613_126_910_000_007;

    fn ban() -> Ban {
        let target = BanTarget::Name("Alice".into());
        Ban {
            id: ID,
            target,
            session: None,
            reason: "spam".into(),
            by: "Ann".into(),
            since: 1_764_222_222,
            until: Some(9),
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written_whatever_is_added_later() {
        let version = Version { at_ms: 1_764_222_222_000, is_pardon: false, by: NodeId(0xF3) };
        let held = BanRecord { version, id: ID, until: Some(9), ban: Some(ban()) };
        let json = r#"{"changed_ms":1764222222000,"changed_by":"00000000000000f3","banned":{"id":3613126910000007,"target":{"name":"Alice"},"session":null,"reason":"spam","by":"Ann","since":1764222222,"until":9}}"#;
        assert_eq!(String::from_utf8(held.clone().write()).unwrap(), json);
        let version = Version { is_pardon: true, ..version };
        let taken_back = BanRecord { version, ban: None, ..held.clone() };
        let written = String::from_utf8(taken_back.clone().write()).unwrap();
        let json = r#"{"changed_ms":1764222222000,"changed_by":"00000000000000f3","pardoned":{"id":3613126910000007,"until":9}}"#;
        assert_eq!(written, json);
        let more = written.replacen('{', r#"{"region":"eu","#, 1);
        assert_eq!(BanRecord::read(&key_of(ID), more.as_bytes()), Some(taken_back));
        assert_eq!(BanRecord::read(&key_of(ID), &held.clone().write()), Some(held));
    }

    #[test]
    fn what_is_malformed_too_large_or_under_another_key_is_none() {
        let version = Version { at_ms: 5, is_pardon: false, by: NodeId(1) };
        let held = BanRecord { version, id: ID, until: None, ban: Some(ban()) };
        let written = held.clone().write();
        assert!((0..written.len()).all(|length| BanRecord::read(&key_of(ID), &written[..length]).is_none()));
        assert_eq!(BanRecord::read("7", &written), None);
        let reason = "x".repeat(RECORD_BYTES_MAX);
        let large = BanRecord { ban: Some(Ban { reason, ..ban() }), ..held.clone() };
        assert_eq!(BanRecord::read(&key_of(ID), &large.write()), None);
        let late = BanRecord { version: Version { at_ms: u64::MAX, ..version }, ..held };
        assert_eq!(BanRecord::read(&key_of(ID), &late.write()), None);
        for wrong in [
            r#"{"changed_ms":5,"changed_by":"1"}"#,
            r#"{"changed_ms":5,"changed_by":"x","pardoned":{"id":3613126910000007}}"#,
            r#"{"changed_ms":-5,"changed_by":"1","pardoned":{"id":3613126910000007}}"#,
        ] {
            assert_eq!(BanRecord::read(&key_of(ID), wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_change_counts_more_than_the_version_before_even_by_a_slow_clock() {
        let before = Version { at_ms: TIME_MS_MAX - 1, is_pardon: false, by: NodeId(9) };
        let pardon = Version::after(Some(before), 5, true, NodeId(1));
        assert!(pardon > before, "{pardon:?}");
        let later = Version::after(Some(Version { at_ms: 100, ..before }), 5, false, NodeId(1));
        assert_eq!(later.at_ms, 101);
    }
}
