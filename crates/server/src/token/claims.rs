//! The claims of a token about a player.

use consonance_session::{Access, Priority, RoomPattern, Vouched};
use serde::{Deserialize, Serialize};

use super::{TokenError, WallClock, numeric_date, priority_name};

/// The claims of a token. Unknown claims are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The player's account in the operator's own service, for bans and so that it can take its own name from
    /// elsewhere; at most 128 bytes.
    #[serde(rename = "sub", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The player's name, which no other player can have while it is here; `None` allows any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The session that it is for, by the name in addresses, or with a `*` at the end by the beginning of its name; any
    /// session if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The time at which it expires, in seconds since 1970. A token without an end is rejected.
    #[serde(rename = "exp", deserialize_with = "numeric_date::read")]
    pub expires_at: u64,
    /// The time at which it becomes valid, in seconds since 1970; at once if there is none.
    #[serde(
        rename = "nbf",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "numeric_date::read_if_any"
    )]
    pub not_before: Option<u64>,
    /// The services that it is for; see [`TokenRules::audience`](super::TokenRules::audience).
    #[serde(rename = "aud", default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// The service that issued it.
    #[serde(rename = "iss", default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The player's access tokens; at most 64 of at most 128 bytes each count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<String>,
    /// The rooms that the player may listen to, by name, or with a `*` at the end by the beginning of their names; all
    /// of them if there is no list. At most 64 of at most 128 bytes each count. The room's own requirements apply in
    /// addition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<Vec<String>>,
    /// The rooms that it may speak and write to, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speak: Option<Vec<String>>,
    /// The highest priority that its channels may have; any if that is not said.
    #[serde(with = "priority_name", default, skip_serializing_if = "Option::is_none")]
    pub priority_max: Option<Priority>,
    /// It may moderate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moderator: bool,
}

/// One service or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// How tokens name a server of ours that has no name of its own, if they say which services they are for.
pub const AUDIENCE: &str = "consonance";

impl Claims {
    /// The access that these claims give a player of this name in this session. The end of the visit is not part of
    /// it.
    ///
    /// # Errors
    /// If they are for another name or session.
    pub fn access(&self, session: &str, name: &str) -> Result<Access, TokenError> {
        if let Some(other) = self.name.as_ref().filter(|claimed| *claimed != name) {
            return Err(TokenError::OtherName { name: other.clone() });
        }
        let is_other = |claimed: &&String| !RoomPattern::from(&***claimed).matches(session);
        if let Some(other) = self.session.as_ref().filter(is_other) {
            return Err(TokenError::OtherSession { session: other.clone() });
        }
        let mut access: Access = self.tokens.iter().collect();
        if let Some(rooms) = &self.listen {
            access = access.listening_to(rooms);
        }
        if let Some(rooms) = &self.speak {
            access = access.speaking_to(rooms);
        }
        access.priority_max = self.priority_max;
        access.is_moderator = self.moderator;
        access.subject = self.subject.as_deref().map(Into::into);
        access.vouched = if self.name.is_some() { Vouched::Name } else { Vouched::Player };
        Ok(access)
    }

    /// Whether they are good now.
    pub(crate) fn check(&self, clock: WallClock) -> Result<(), TokenError> {
        let WallClock { now, leeway_s } = clock;
        if self.expires_at.saturating_add(leeway_s) <= now {
            return Err(TokenError::Expired { expires_at: self.expires_at });
        }
        if let Some(not_before) = self.not_before.filter(|at| *at > now.saturating_add(leeway_s)) {
            return Err(TokenError::NotYet { not_before });
        }
        if self.subject.as_ref().is_some_and(|subject| subject.len() > SUBJECT_BYTES_MAX) {
            return Err(TokenError::Malformed("its subject has more than 128 bytes"));
        }
        Ok(())
    }
}

/// As much as a name.
const SUBJECT_BYTES_MAX: usize = 128;
