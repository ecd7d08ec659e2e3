//! The access of players, as it is stored in a file.

use std::time::Duration;

use consonance_session::{
    Access, PlayerIdentity, Priority, Restriction, RestrictionTerms, Restrictions, RoomPattern, RoomRights,
    Vouched,
};
use serde::{Deserialize, Serialize};

use super::time_left::{end_of, ms_of};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessRecord {
    tokens: Vec<String>,
    listens_to: Option<Vec<String>>,
    speaks_to: Option<Vec<String>>,
    priority_max: Option<i8>,
    is_moderator: bool,
    subject: Option<String>,
    vouched: Vouched,
    ends_in_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestrictionsRecord {
    player: PlayerRecord,
    muted: Option<TermsRecord>,
    text_muted: Option<TermsRecord>,
    deafened: Option<TermsRecord>,
    rooms: Vec<RightsRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PlayerRecord {
    Name(String),
    Subject(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsRecord {
    ends_in_ms: Option<u64>,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RightsRecord {
    room: String,
    listen: Option<bool>,
    speak: Option<bool>,
}

impl AccessRecord {
    pub(crate) fn of(access: &Access) -> Self {
        let patterns = |rooms: &[RoomPattern]| rooms.iter().map(ToString::to_string).collect();
        Self {
            tokens: access.tokens().map(str::to_owned).collect(),
            listens_to: access.listens_to().map(patterns),
            speaks_to: access.speaks_to().map(patterns),
            priority_max: access.priority_max.map(|priority| priority as i8),
            is_moderator: access.is_moderator,
            subject: access.subject.as_deref().map(str::to_owned),
            vouched: access.vouched,
            ends_in_ms: access.ends_at.map(ms_of),
        }
    }

    pub(crate) fn read(self, age: Duration) -> Result<Access, String> {
        let mut access = Access::from_iter(&self.tokens);
        if let Some(rooms) = &self.listens_to {
            access = access.listening_to(rooms);
        }
        if let Some(rooms) = &self.speaks_to {
            access = access.speaking_to(rooms);
        }
        access.priority_max = self.priority_max.map(priority).transpose()?;
        access.is_moderator = self.is_moderator;
        access.subject = self.subject.map(Into::into);
        access.vouched = self.vouched;
        access.ends_at = self.ends_in_ms.map(|ms| end_of(ms, age));
        Ok(access)
    }
}

impl RestrictionsRecord {
    pub(crate) fn of((identity, restrictions): &(PlayerIdentity, Restrictions)) -> Self {
        let terms = |restriction| {
            let terms = restrictions.terms(restriction)?;
            Some(TermsRecord { ends_in_ms: terms.ends.map(ms_of), reason: terms.reason.to_string() })
        };
        Self {
            player: match identity {
                PlayerIdentity::Name(name) => PlayerRecord::Name(name.to_string()),
                PlayerIdentity::Subject(subject) => PlayerRecord::Subject(subject.to_string()),
            },
            muted: terms(Restriction::Muted),
            text_muted: terms(Restriction::TextMuted),
            deafened: terms(Restriction::Deafened),
            rooms: restrictions
                .rooms()
                .map(|(room, RoomRights { listen, speak })| RightsRecord {
                    room: room.to_owned(),
                    listen,
                    speak,
                })
                .collect(),
        }
    }

    pub(crate) fn read(self, age: Duration) -> (PlayerIdentity, Restrictions) {
        let mut restrictions = <Restrictions>::default();
        let imposed = [
            (Restriction::Muted, self.muted),
            (Restriction::TextMuted, self.text_muted),
            (Restriction::Deafened, self.deafened),
        ];
        for (restriction, terms) in imposed {
            if let Some(TermsRecord { ends_in_ms, reason }) = terms {
                let ends = ends_in_ms.map(|ms| end_of(ms, age));
                restrictions.impose(restriction, RestrictionTerms::new(ends, &reason));
            }
        }
        for RightsRecord { room, listen, speak } in self.rooms {
            // Never over the limit: no more rooms are written than a player may have rights in.
            restrictions.set_room_rights(&room, RoomRights { listen, speak });
        }
        let identity = match self.player {
            PlayerRecord::Name(name) => PlayerIdentity::Name(name.into()),
            PlayerRecord::Subject(subject) => PlayerIdentity::Subject(subject.into()),
        };
        (identity, restrictions)
    }
}

fn priority(number: i8) -> Result<Priority, String> {
    let all = [Priority::Low, Priority::Default, Priority::Medium, Priority::High];
    let found = all.into_iter().find(|priority| *priority as i8 == number);
    found.ok_or_else(|| format!("invalid priority {number}"))
}
