//! The form in which a server's state stands in a file: JSON, with a mark and a version in front.
//!
//! Points of time are milliseconds from the moment of writing, which stands beside them by the clock of the wall.

use std::time::Duration;

use consonance_session::{SessionId, SessionSnapshot};
use serde::{Deserialize, Serialize};

use super::access_record::RestrictionsRecord;
use super::place_record::PlaceRecord;
use super::{HandOver, SavedIdentity, VERSION};
use crate::utc::milliseconds_since_1970;

/// How every such file begins.
pub(super) const MARK: &[u8] = b"{\"format\":\"consonance-hand-over\",";

/// Why bytes with the mark are not state.
#[derive(Debug)]
pub(crate) enum Unreadable {
    OtherVersion(u32),
    Damaged(String),
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    format: String,
    version: u32,
    written_at_ms: u64,
    identity: Option<IdentityRecord>,
    sessions: Vec<SessionRecord>,
    #[serde(default)]
    recorded: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityRecord {
    certificate: String,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionRecord {
    name: String,
    number: u32,
    places: Vec<PlaceRecord>,
    #[serde(rename = "standings")]
    restrictions: Vec<RestrictionsRecord>,
}

pub(super) fn to_bytes(hand_over: &HandOver) -> Vec<u8> {
    let identity = hand_over.identity.as_ref();
    let state = State {
        format: "consonance-hand-over".to_owned(),
        version: VERSION,
        written_at_ms: milliseconds_since_1970(),
        identity: identity.map(|SavedIdentity { certificate, key }| IdentityRecord {
            certificate: certificate.clone(),
            key: key.clone(),
        }),
        sessions: hand_over
            .sessions
            .iter()
            .map(|(name, snapshot)| SessionRecord::of(name, snapshot))
            .collect(),
        recorded: hand_over.recorded.clone(),
    };
    let bytes = serde_json::to_vec(&state).expect("texts, numbers and lists can be written as JSON");
    debug_assert!(bytes.starts_with(MARK), "a struct's fields are written in their order");
    bytes
}

pub(super) fn from_bytes(bytes: &[u8]) -> Result<HandOver, Unreadable> {
    let damaged = |error: serde_json::Error| Unreadable::Damaged(error.to_string());
    let Head { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if version != VERSION {
        return Err(Unreadable::OtherVersion(version));
    }
    let state: State = serde_json::from_slice(bytes).map_err(damaged)?;
    let age = Duration::from_millis(milliseconds_since_1970().saturating_sub(state.written_at_ms));
    let sessions = state.sessions.into_iter().map(|session| session.read(age));
    let identity =
        state.identity.map(|IdentityRecord { certificate, key }| SavedIdentity { certificate, key });
    let sessions = sessions.collect::<Result<_, _>>().map_err(Unreadable::Damaged)?;
    Ok(HandOver { identity, sessions, recorded: state.recorded })
}

impl SessionRecord {
    fn of(name: &str, snapshot: &SessionSnapshot) -> Self {
        Self {
            name: name.to_owned(),
            number: snapshot.session.0,
            places: snapshot.places.iter().map(PlaceRecord::of).collect(),
            restrictions: snapshot.restrictions.iter().map(RestrictionsRecord::of).collect(),
        }
    }

    fn read(self, age: Duration) -> Result<(String, SessionSnapshot), String> {
        let places = self.places.into_iter().map(|place| place.read(age));
        let snapshot = SessionSnapshot {
            session: SessionId(self.number),
            places: places.collect::<Result<_, _>>()?,
            restrictions: self.restrictions.into_iter().map(|record| record.read(age)).collect(),
        };
        Ok((self.name, snapshot))
    }
}
