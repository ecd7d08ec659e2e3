//! What was decided about one player, by the clock of the wall, so that it means the same after a restart.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{Instant, PlayerIdentity, Restriction, RestrictionTerms, Restrictions, RoomRights};
use serde::{Deserialize, Serialize};

/// A player of a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayerKey {
    /// The session's name.
    pub session: String,
    /// The player's identity.
    pub player: PlayerIdentity,
}

/// What a player must not do, and what it may do in some rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredStanding {
    /// Its voice goes nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<StoredTerms>,
    /// Its texts go nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_muted: Option<StoredTerms>,
    /// It is sent no voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deafened: Option<StoredTerms>,
    /// Its rights in rooms, before the rooms' own rules.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rooms: BTreeMap<String, StoredRights>,
}

/// Why a restriction holds, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTerms {
    /// When it ends, in seconds since 1970; never if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// The operator's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The operator that decided it.
    pub by: String,
    /// When, in seconds since 1970.
    pub since: u64,
    /// A moderator within the game decided it, and each of them may take it back; what an operator decided is the
    /// operators' to take back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_moderator: bool,
}

/// What a player may do in a room; where there is nothing, the room's rules decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRights {
    /// Whether it may listen there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<bool>,
    /// Whether it may speak and write there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speak: Option<bool>,
}

impl StoredStanding {
    /// Whether nothing was decided.
    pub fn is_clear(&self) -> bool {
        *self == Self::default()
    }

    /// What holds at this time, in seconds since 1970.
    #[must_use]
    pub(crate) fn held_at(&self, now: u64) -> Self {
        let held = |terms: &Option<StoredTerms>| {
            terms.clone().filter(|terms| terms.until.is_none_or(|until| now < until))
        };
        Self {
            muted: held(&self.muted),
            text_muted: held(&self.text_muted),
            deafened: held(&self.deafened),
            rooms: self.rooms.clone(),
        }
    }

    /// What two records of one player say together: of two terms those that end later, and of two rights the one that
    /// forbids.
    #[must_use]
    pub(crate) fn merged_with(&self, other: &Self) -> Self {
        let later = |one: &Option<StoredTerms>, other: &Option<StoredTerms>| {
            let terms = [one, other].into_iter().flatten();
            terms.max_by_key(|terms| (terms.until.unwrap_or(u64::MAX), !terms.by_moderator)).cloned()
        };
        let mut rooms = self.rooms.clone();
        for (room, rights) in &other.rooms {
            let both = rooms.entry(room.clone()).or_default();
            let stricter = |one: Option<bool>, other: Option<bool>| [one, other].into_iter().flatten().min();
            both.listen = stricter(both.listen, rights.listen);
            both.speak = stricter(both.speak, rights.speak);
        }
        // As many as one player may have; the engine takes no more.
        while rooms.len() > Restrictions::ROOMS_MAX {
            rooms.pop_last();
        }
        Self {
            muted: later(&self.muted, &other.muted),
            text_muted: later(&self.text_muted, &other.text_muted),
            deafened: later(&self.deafened, &other.deafened),
            rooms,
        }
    }

    /// The terms of a restriction, to be read or changed.
    pub(crate) fn terms_mut(&mut self, restriction: Restriction) -> &mut Option<StoredTerms> {
        match restriction {
            Restriction::Muted => &mut self.muted,
            Restriction::TextMuted => &mut self.text_muted,
            Restriction::Deafened => &mut self.deafened,
        }
    }

    /// The same for a session, whose clock says `at` while the wall's says `now`.
    pub(crate) fn to_engine(&self, now: u64, at: Instant) -> Restrictions {
        let mut standing = Restrictions::default();
        let mut own = self.held_at(now);
        for restriction in Restriction::ALL {
            if let Some(terms) = own.terms_mut(restriction).take() {
                let ends = terms.until.map(|until| at + Duration::from_secs(until.saturating_sub(now)));
                standing.impose(restriction, RestrictionTerms::new(ends, &terms.reason));
            }
        }
        for (room, StoredRights { listen, speak }) in &self.rooms {
            standing.set_room_rights(room, RoomRights { listen: *listen, speak: *speak });
        }
        standing
    }
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

    pub(crate) fn with<'a>(&'a self, standing: &'a StoredStanding) -> impl Serialize + use<'a> {
        let (kind, name) = self.kind_and_name();
        Record {
            session: self.session.clone(),
            kind: kind.into(),
            name: name.into(),
            standing: standing.clone(),
        }
    }

    pub(crate) fn read(value: &str) -> Result<(Self, StoredStanding), serde_json::Error> {
        let Record { session, kind, name, standing } = serde_json::from_str(value)?;
        let player = match &*kind {
            SUBJECT => PlayerIdentity::Subject(name.into()),
            _ => PlayerIdentity::Name(name.into()),
        };
        Ok((Self { session, player }, standing))
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
    standing: StoredStanding,
}

const NAME: &str = "name";
const SUBJECT: &str = "subject";

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(until: Option<u64>) -> StoredTerms {
        StoredTerms { until, reason: "loud".into(), by: "Ann".into(), since: 0, by_moderator: false }
    }

    #[test]
    fn a_session_is_told_how_long_something_holds_by_its_own_clock() {
        let stored = StoredStanding {
            muted: Some(terms(Some(110))),
            text_muted: Some(terms(None)),
            deafened: Some(terms(Some(100))),
            rooms: [("red".to_owned(), StoredRights { listen: None, speak: Some(false) })].into(),
        };
        let standing = stored.to_engine(100, Instant::from_millis(5_000));
        let ends = |restriction| standing.terms(restriction).map(|terms| terms.ends);
        assert_eq!(ends(Restriction::Muted), Some(Some(Instant::from_millis(15_000))));
        assert_eq!((ends(Restriction::TextMuted), ends(Restriction::Deafened)), (Some(None), None));
        assert_eq!(standing.room_rights("red").speak, Some(false));
    }

    #[test]
    fn a_record_names_its_player_whatever_characters_are_in_it() {
        for player in [
            PlayerIdentity::Name("A \"B\"\n".into()),
            PlayerIdentity::Subject("A".into()),
            PlayerIdentity::Name("A".into()),
        ] {
            let key = PlayerKey::new("main", &player);
            let standing = StoredStanding { muted: Some(terms(None)), ..StoredStanding::default() };
            let text = serde_json::to_string(&key.with(&standing)).unwrap();
            assert_eq!(PlayerKey::read(&text).unwrap(), (key, standing));
        }
        let key = |player| PlayerKey::new("main", &player).to_text();
        assert_ne!(key(PlayerIdentity::Name("A".into())), key(PlayerIdentity::Subject("A".into())));
    }
}
