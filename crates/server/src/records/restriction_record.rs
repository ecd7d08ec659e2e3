//! The record of a player's restrictions in the store's file, and its key.

use std::collections::BTreeMap;

use consonance_session::{PlayerIdentity, Restriction, RoomRights};
use serde::{Deserialize, Serialize};

use super::restrictions::{Origin, StoredRestrictions, StoredTerms, Until};

/// A player of a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayerKey {
    /// The session's name.
    pub session: String,
    /// The player's identity.
    pub player: PlayerIdentity,
}

/// The restrictions of a player, in the form that files have had for them from the first version on.
#[derive(Serialize, Deserialize)]
struct RestrictionsRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    muted: Option<TermsRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text_muted: Option<TermsRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deafened: Option<TermsRecord>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rooms: BTreeMap<String, RightsRecord>,
}

#[derive(Serialize, Deserialize)]
struct TermsRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    by: String,
    since: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_moderator: bool,
}

#[derive(Serialize, Deserialize)]
struct RightsRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listen: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speak: Option<bool>,
}

impl PlayerKey {
    pub(crate) fn new(session: &str, player: &PlayerIdentity) -> Self {
        Self { session: session.to_owned(), player: player.clone() }
    }

    /// The key of its record: session, kind and name as a JSON list, since names may hold any character.
    pub(crate) fn to_text(&self) -> String {
        let (kind, name) = self.kind_and_name();
        serde_json::to_string(&[&*self.session, kind, name]).expect("texts are JSON")
    }

    pub(crate) fn with<'a>(&'a self, restrictions: &'a StoredRestrictions) -> impl Serialize + use<'a> {
        let (kind, name) = self.kind_and_name();
        Record {
            session: self.session.clone(),
            kind: kind.into(),
            name: name.into(),
            restrictions: RestrictionsRecord::of(restrictions),
        }
    }

    pub(crate) fn read(value: &str) -> Result<(Self, StoredRestrictions), serde_json::Error> {
        let Record { session, kind, name, restrictions } = serde_json::from_str(value)?;
        let player = match &*kind {
            SUBJECT => PlayerIdentity::Subject(name.into()),
            _ => PlayerIdentity::Name(name.into()),
        };
        Ok((Self { session, player }, restrictions.read()))
    }

    fn kind_and_name(&self) -> (&'static str, &str) {
        match &self.player {
            PlayerIdentity::Name(name) => (NAME, name),
            PlayerIdentity::Subject(subject) => (SUBJECT, subject),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Record {
    session: String,
    kind: String,
    name: String,
    /// Under the name that files have had for it from the first version on.
    #[serde(rename = "standing")]
    restrictions: RestrictionsRecord,
}

const NAME: &str = "name";
const SUBJECT: &str = "subject";

impl RestrictionsRecord {
    fn of(restrictions: &StoredRestrictions) -> Self {
        let terms = |restriction| restrictions.terms(restriction).map(TermsRecord::of);
        let rooms = restrictions.rooms();
        Self {
            muted: terms(Restriction::Muted),
            text_muted: terms(Restriction::TextMuted),
            deafened: terms(Restriction::Deafened),
            rooms: rooms
                .map(|(room, RoomRights { listen, speak })| (room.to_owned(), RightsRecord { listen, speak }))
                .collect(),
        }
    }

    fn read(self) -> StoredRestrictions {
        let mut restrictions = StoredRestrictions::default();
        for (restriction, terms) in [
            (Restriction::Muted, self.muted),
            (Restriction::TextMuted, self.text_muted),
            (Restriction::Deafened, self.deafened),
        ] {
            if let Some(terms) = terms {
                restrictions.impose(restriction, terms.read());
            }
        }
        for (room, RightsRecord { listen, speak }) in self.rooms {
            // Never over the limit: no more rooms are written than a player may have rights in.
            restrictions.set_room_rights(&room, RoomRights { listen, speak });
        }
        restrictions
    }
}

impl TermsRecord {
    fn of(terms: &StoredTerms) -> Self {
        let Origin { by, since, by_moderator } = terms.origin.clone();
        Self { until: terms.ends.until, reason: terms.reason.to_string(), by, since, by_moderator }
    }

    fn read(self) -> StoredTerms {
        let Self { until, reason, by, since, by_moderator } = self;
        StoredTerms {
            ends: Until { until },
            reason: reason.into(),
            origin: Origin { by, since, by_moderator },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(until: Option<u64>) -> StoredTerms {
        let origin = Origin { by: "Ann".into(), since: 0, by_moderator: false };
        StoredTerms { ends: Until { until }, reason: "loud".into(), origin }
    }

    #[test]
    fn a_record_is_written_as_every_version_reads_it() {
        let mut stored = StoredRestrictions::default();
        stored.impose(Restriction::Muted, terms(Some(110)));
        let origin = Origin { by_moderator: true, ..terms(None).origin };
        stored.impose(Restriction::Deafened, StoredTerms { reason: "".into(), origin, ..terms(None) });
        stored.set_room_rights("red", RoomRights { listen: None, speak: Some(false) });
        let expected = serde_json::json!({
            "muted": { "until": 110, "reason": "loud", "by": "Ann", "since": 0 },
            "deafened": { "by": "Ann", "since": 0, "by_moderator": true },
            "rooms": { "red": { "speak": false } },
        });
        assert_eq!(serde_json::to_value(RestrictionsRecord::of(&stored)).unwrap(), expected);
        assert_eq!(serde_json::from_value::<RestrictionsRecord>(expected).unwrap().read(), stored);
    }

    #[test]
    fn a_record_names_its_player_whatever_characters_are_in_it() {
        for player in [
            PlayerIdentity::Name("A \"B\"\n".into()),
            PlayerIdentity::Subject("A".into()),
            PlayerIdentity::Name("A".into()),
        ] {
            let key = PlayerKey::new("main", &player);
            let mut restrictions = StoredRestrictions::default();
            restrictions.impose(Restriction::Muted, terms(None));
            let text = serde_json::to_string(&key.with(&restrictions)).unwrap();
            assert_eq!(PlayerKey::read(&text).unwrap(), (key, restrictions));
        }
        let key = |player| PlayerKey::new("main", &player).to_text();
        assert_ne!(key(PlayerIdentity::Name("A".into())), key(PlayerIdentity::Subject("A".into())));
    }
}
