//! The names of subjects, of the bucket, and of the records in it.

use std::fmt::Write as _;

use async_nats::Subject;

use crate::nats::error::NatsError;
use crate::placement::NodeId;

/// Of one cluster. Nodes that use another version of them do not see each other.
#[derive(Clone, Debug)]
pub(crate) struct Subjects {
    prefix: String,
    pub(crate) bucket: String,
    /// The bucket of bans.
    pub(crate) bans: String,
    /// The stream of the audit log.
    pub(crate) log: String,
    pub(crate) keys: Keys,
    pub(crate) beats: Subject,
    pub(crate) owners: Subject,
    pub(crate) audit: Subject,
}

impl Subjects {
    /// With a region, its sessions are others than those of the same name elsewhere.
    pub(crate) fn new(cluster: &str, region: Option<&str>) -> Self {
        let prefix = format!("consonance.v1.{cluster}");
        let of_region = region.map_or_else(String::new, |region| format!(".{}", key(region)));
        Self {
            bucket: format!("consonance-v1-{cluster}-sessions"),
            bans: format!("consonance-v1-{cluster}-bans"),
            log: format!("consonance-v1-{cluster}-audit"),
            keys: Keys { prefix: region.map_or_else(String::new, |region| format!("{}.", key(region))) },
            beats: Subject::from(format!("{prefix}.beats")),
            owners: Subject::from(format!("{prefix}.owners{of_region}")),
            audit: Subject::from(format!("{prefix}.audit")),
            prefix,
        }
    }

    /// Before all subjects of this cluster.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Before the subjects at which nodes get answers of NATS's store. Nodes only subscribe to them.
    pub(crate) fn inbox(&self) -> String {
        format!("{}.inbox", self.prefix)
    }

    /// The subject of messages to one node.
    pub(crate) fn node(&self, node: NodeId) -> Subject {
        Subject::from(format!("{}.node.{node}", self.prefix))
    }

    /// The subject of queries and replies to one node.
    pub(crate) fn ask(&self, node: NodeId) -> Subject {
        Subject::from(format!("{}.ask.{node}", self.prefix))
    }
}

/// Whether subjects and buckets can have this name in them.
pub(crate) fn is_cluster_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=NatsError::CLUSTER_NAME_MAX).contains(&name.len()) && name.bytes().all(is_fine)
}

/// The keys of records in the bucket: the name of the session, behind that of the region and a dot where sessions are
/// a region's.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    /// The pattern of all sessions' keys, and nothing else.
    pub(crate) fn pattern(&self) -> String {
        format!("{}*", self.prefix)
    }

    pub(crate) fn of(&self, session: &str) -> String {
        format!("{}{}", self.prefix, key(session))
    }

    /// The session of a key; `None` if it is not a session's key of this cluster.
    pub(crate) fn session(&self, key: &str) -> Option<String> {
        let key = key.strip_prefix(&self.prefix)?;
        let (mut bytes, mut name) = (key.bytes(), Vec::with_capacity(key.len()));
        while let Some(byte) = bytes.next() {
            name.push(match byte {
                b'=' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
                b'.' => return None,
                byte => byte,
            });
        }
        String::from_utf8(name).ok()
    }
}

/// Letters, digits, `-` and `_` as they are, any other byte as `=` and two hexadecimal digits, since a key cannot have
/// it.
pub(crate) fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            key.push(char::from(byte));
        } else {
            let _ = write!(key, "={byte:02X}");
        }
    }
    key
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_name_as_its_key_as_far_as_a_key_can_have_it() {
        let keys = Subjects::new("main", None).keys;
        for (name, expected) in
            [("arena-7", "arena-7"), ("Große Halle", "Gro=C3=9Fe=20Halle"), ("a.b=>", "a=2Eb=3D=3E")]
        {
            assert_eq!(keys.of(name), expected);
            assert_eq!(keys.session(expected).as_deref(), Some(name));
        }
        for key in ["=", "=4", "=GG", "=C3"] {
            assert_eq!(keys.session(key), None, "{key}");
        }
    }

    #[test]
    fn sessions_of_a_region_are_others_than_those_of_the_same_name_elsewhere() {
        let subjects = |region| Subjects::new("main", region);
        let (nowhere, north, south) = (subjects(None), subjects(Some("eu.north")), subjects(Some("south")));
        assert_eq!(north.keys.of("arena"), "eu=2Enorth.arena");
        assert_eq!((&*nowhere.keys.pattern(), &*north.keys.pattern()), ("*", "eu=2Enorth.*"));
        for (one, other) in [(&nowhere, &north), (&north, &south), (&south, &nowhere)] {
            assert_eq!(one.keys.session(&one.keys.of("arena")).as_deref(), Some("arena"));
            assert_eq!(one.keys.session(&other.keys.of("arena")), None);
            assert_ne!(one.owners, other.owners);
            assert_eq!(one.beats, other.beats, "nodes of all regions see each other");
        }
    }
}
