//! Records of sessions as they stand in the bucket, so that people can read them, too.

use serde_json::{Value, json};

use crate::placement::SessionRecord;

/// A record as JSON: `{"owner": "00f3…", "worker": 0, "session": 77}`. The owner is a string, since JSON's numbers are
/// too short for it.
pub(crate) fn write(record: &SessionRecord) -> Vec<u8> {
    let SessionRecord { owner, worker, session } = record;
    json!({ "owner": owner.to_string(), "worker": worker, "session": session }).to_string().into_bytes()
}

/// None if it cannot be read.
pub(crate) fn read(bytes: &[u8]) -> Option<SessionRecord> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let owner = value.get("owner")?.as_str()?.parse().ok()?;
    let number = |name| value.get(name)?.as_u64();
    let (worker, session) = (number("worker")?, number("session")?);
    Some(SessionRecord { owner, worker: worker.try_into().ok()?, session: session.try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use crate::placement::NodeId;

    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_whatever_is_added_later() {
        let record = SessionRecord { owner: NodeId(u64::MAX - 1), worker: 3, session: 77 };
        assert_eq!(read(&write(&record)), Some(record));
        assert_eq!(write(&record), br#"{"owner":"fffffffffffffffe","session":77,"worker":3}"#);
        let more = br#"{"owner":"fffffffffffffffe","worker":3,"session":77,"region":"eu"}"#;
        assert_eq!(read(more), Some(record));
        for wrong in [
            "",
            "{}",
            r#"{"owner":"x","worker":3,"session":77}"#,
            r#"{"owner":"1","worker":65536,"session":7}"#,
        ] {
            assert_eq!(read(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
