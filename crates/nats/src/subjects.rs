//! The names of subjects, of the bucket, and of the records in it.

use std::fmt::Write as _;

use async_nats::Subject;
use consonance_cluster::placement::NodeId;

/// Of one cluster. Nodes that use another version of them do not see each other.
#[derive(Clone, Debug)]
pub(crate) struct Subjects {
    prefix: String,
    pub(crate) bucket: String,
    /// The bucket of bans.
    pub(crate) bans: String,
    /// The stream of the audit log.
    pub(crate) log: String,
    pub(crate) beats: Subject,
    pub(crate) owners: Subject,
    pub(crate) audit: Subject,
}

impl Subjects {
    pub(crate) fn new(cluster: &str) -> Self {
        let prefix = format!("consonance.v1.{cluster}");
        Self {
            bucket: format!("consonance-v1-{cluster}-sessions"),
            bans: format!("consonance-v1-{cluster}-bans"),
            log: format!("consonance-v1-{cluster}-audit"),
            beats: Subject::from(format!("{prefix}.beats")),
            owners: Subject::from(format!("{prefix}.owners")),
            audit: Subject::from(format!("{prefix}.audit")),
            prefix,
        }
    }

    /// Of what is for one node.
    pub(crate) fn node(&self, node: NodeId) -> Subject {
        Subject::from(format!("{}.node.{node}", self.prefix))
    }

    /// Of questions and answers for one node.
    pub(crate) fn ask(&self, node: NodeId) -> Subject {
        Subject::from(format!("{}.ask.{node}", self.prefix))
    }
}

/// The key of a session's record: letters, digits, `-` and `_` as they are, any other byte as `=` and two hexadecimal
/// digits, since a key cannot have it.
pub(crate) fn key(session: &str) -> String {
    let mut key = String::with_capacity(session.len());
    for byte in session.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            key.push(char::from(byte));
        } else {
            let _ = write!(key, "={byte:02X}");
        }
    }
    key
}

/// The session of a key; none of what is no key of a session.
pub(crate) fn session(key: &str) -> Option<String> {
    let (mut bytes, mut name) = (key.bytes(), Vec::with_capacity(key.len()));
    while let Some(byte) = bytes.next() {
        name.push(if byte == b'=' { hex(bytes.next()?)? << 4 | hex(bytes.next()?)? } else { byte });
    }
    String::from_utf8(name).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_name_as_its_key_as_far_as_a_key_can_have_it() {
        for (name, expected) in
            [("arena-7", "arena-7"), ("Große Halle", "Gro=C3=9Fe=20Halle"), ("a.b=>", "a=2Eb=3D=3E")]
        {
            assert_eq!(key(name), expected);
            assert_eq!(session(expected).as_deref(), Some(name));
        }
        for key in ["=", "=4", "=GG", "=C3"] {
            assert_eq!(session(key), None, "{key}");
        }
    }
}
