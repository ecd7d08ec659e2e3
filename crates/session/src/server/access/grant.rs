//! One client's permissions, as granted when it was admitted.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;

use consonance_wire::Priority;

use crate::server::room_pattern::RoomPattern;
use crate::time::Instant;

/// One client's permissions, and the degree to which its identity is confirmed.
///
/// By default it has no access tokens, may use every room that requires none, and its identity is not confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// At most 64 names of at most 128 bytes each; the rest is dropped.
    tokens: BTreeSet<Box<str>>,
    listen: Option<Box<[RoomPattern]>>,
    speak: Option<Box<[RoomPattern]>>,
    /// The highest priority that its channels may have; any if there is none. A frame with a higher one is dropped.
    pub priority_max: Option<Priority>,
    /// Whether it may moderate. The engine ignores this; the driver uses it.
    pub is_moderator: bool,
    /// Its account in the operator's own system, if that is known.
    pub subject: Option<Box<str>>,
    /// The degree to which its name is confirmed.
    pub vouched: Vouched,
    /// The end of its visit; its link is closed then.
    pub ends_at: Option<Instant>,
}

/// The degree to which a trusted party confirms a client's name, in rising order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Vouched {
    /// Not confirmed.
    #[default]
    Nothing,
    /// The player is confirmed, but not its name.
    Player,
    /// The player is confirmed to own this name.
    Name,
}

impl Access {
    /// The maximum number of tokens, and of room patterns of each kind, of one client.
    const ITEMS_MAX: usize = 64;
    const ITEM_BYTES_MAX: usize = 128;

    /// Whether one of these names is among the tokens, or none is required.
    pub(crate) fn satisfies(&self, asked: &[Box<str>]) -> bool {
        asked.is_empty() || asked.iter().any(|token| self.tokens.contains(token))
    }

    /// The names of its tokens, sorted.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tokens.iter().map(|token| &**token)
    }

    /// Restricts it to listening to rooms of these patterns, in addition to the rooms' own rules. Patterns beyond the
    /// first 64 are dropped, and so is one with more than 128 bytes.
    #[must_use]
    pub fn listening_to<T: AsRef<str>>(self, rooms: impl IntoIterator<Item = T>) -> Self {
        Self { listen: Some(Self::patterns(rooms)), ..self }
    }

    /// Restricts it to speaking and writing to rooms of these patterns; see [`listening_to`](Self::listening_to).
    #[must_use]
    pub fn speaking_to<T: AsRef<str>>(self, rooms: impl IntoIterator<Item = T>) -> Self {
        Self { speak: Some(Self::patterns(rooms)), ..self }
    }

    /// The rooms that it is confined to when it listens; none if it is not confined.
    pub fn listens_to(&self) -> Option<&[RoomPattern]> {
        self.listen.as_deref()
    }

    /// The rooms that it is confined to when it speaks and writes; none if it is not confined.
    pub fn speaks_to(&self) -> Option<&[RoomPattern]> {
        self.speak.as_deref()
    }

    /// Whether its own patterns let it listen to a room of this name.
    pub fn may_listen_to(&self, room: &str) -> bool {
        self.listen.as_ref().is_none_or(|rooms| rooms.iter().any(|pattern| pattern.matches(room)))
    }

    /// Whether its own patterns let it speak and write to a room of this name.
    pub fn may_speak_to(&self, room: &str) -> bool {
        self.speak.as_ref().is_none_or(|rooms| rooms.iter().any(|pattern| pattern.matches(room)))
    }

    /// Whether a newcomer with this access may take the name of a client that is here with that one.
    ///
    /// Between two unconfirmed players the newcomer gets it, as with the original. Otherwise it has to be the same
    /// player, or better confirmed.
    pub(crate) fn may_take_name_from(&self, present: &Self) -> bool {
        let is_same = self.subject == present.subject;
        match present.vouched {
            Vouched::Nothing => true,
            _ if is_same && self.subject.is_some() && self.vouched > Vouched::Nothing => true,
            vouched => self.vouched > vouched || self.vouched == vouched && is_same,
        }
    }

    /// Whether it asks for more than a look at its tokens when it speaks or listens.
    pub(super) fn is_restricted(&self) -> bool {
        self.listen.is_some() || self.speak.is_some() || self.priority_max.is_some()
    }

    /// Whether rooms of one id, which the wire cannot tell apart, may be different to it.
    pub(super) fn tells_rooms_apart(&self) -> bool {
        self.listen.is_some() || self.speak.is_some()
    }

    fn patterns<T: AsRef<str>>(rooms: impl IntoIterator<Item = T>) -> Box<[RoomPattern]> {
        let is_kept = |room: &T| room.as_ref().len() <= Self::ITEM_BYTES_MAX;
        let kept = rooms.into_iter().filter(is_kept).take(Self::ITEMS_MAX);
        kept.map(|room| RoomPattern::from(room.as_ref())).collect()
    }
}

/// The tokens of these names, and nothing else.
impl<T: AsRef<str>> FromIterator<T> for Access {
    fn from_iter<I: IntoIterator<Item = T>>(tokens: I) -> Self {
        let mut access = Self::default();
        for token in tokens {
            let token = token.as_ref();
            if token.len() <= Self::ITEM_BYTES_MAX && access.tokens.len() < Self::ITEMS_MAX {
                access.tokens.insert(token.into());
            }
        }
        access
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(vouched: Vouched, subject: Option<&str>) -> Access {
        Access { vouched, subject: subject.map(Into::into), ..Access::default() }
    }

    #[test]
    fn a_name_goes_to_the_same_player_or_a_better_confirmed_one() {
        use Vouched::{Name, Nothing, Player};
        for (newcomer, present, may) in [
            ((Nothing, None), (Nothing, None), true),
            ((Player, None), (Nothing, None), true),
            ((Nothing, None), (Player, None), false),
            ((Player, None), (Player, None), true),
            ((Nothing, None), (Name, None), false),
            ((Player, None), (Name, None), false),
            ((Name, None), (Name, None), true),
            ((Name, None), (Player, None), true),
            ((Name, Some("a")), (Name, Some("a")), true),
            ((Name, Some("b")), (Name, Some("a")), false),
            ((Name, None), (Name, Some("a")), false),
            ((Name, Some("a")), (Name, None), false),
            ((Player, Some("a")), (Name, Some("a")), true),
            ((Name, Some("b")), (Player, Some("a")), true),
            ((Player, Some("b")), (Player, Some("a")), false),
            ((Nothing, Some("a")), (Name, Some("a")), false),
        ] {
            let taken = access(newcomer.0, newcomer.1).may_take_name_from(&access(present.0, present.1));
            assert_eq!(taken, may, "{newcomer:?} from {present:?}");
        }
    }

    #[test]
    fn no_more_patterns_are_kept_than_64_and_none_that_is_too_long() {
        let rooms = (0..100).map(|number| alloc::format!("room {number}"));
        let access =
            Access::default().listening_to(rooms).speaking_to([alloc::string::String::from("x").repeat(129)]);
        assert!(access.may_listen_to("room 63") && !access.may_listen_to("room 64"));
        assert!(!access.may_speak_to(&"x".repeat(129)), "what is dropped opens nothing");
    }
}
