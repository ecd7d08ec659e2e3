//! Recipients: a room, a player, or me.

use consonance_session::Target;
use serde::{Deserialize, Serialize};

use super::bounded;

/// The recipient of voice or a text: `{"room":"lobby"}` or `{"player":"Bob"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EitherKey", into = "EitherKey")]
pub enum PageTarget {
    /// All listeners of this room.
    Room(Box<str>),
    /// The player of this name.
    Player(Box<str>),
}

/// The target by which voice or text reaches a page: `{"room":"lobby"}` or `{"me":true}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RoomOrMe", into = "RoomOrMe")]
pub enum Addressee {
    /// A room that the page listens to.
    Room(Box<str>),
    /// The page's player alone.
    Me,
}

impl From<PageTarget> for Target {
    fn from(target: PageTarget) -> Self {
        match target {
            PageTarget::Room(room) => Self::Room(room),
            PageTarget::Player(player) => Self::Player(player),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct EitherKey {
    #[serde(default, deserialize_with = "optional_name", skip_serializing_if = "Option::is_none")]
    room: Option<Box<str>>,
    #[serde(default, deserialize_with = "optional_name", skip_serializing_if = "Option::is_none")]
    player: Option<Box<str>>,
}

impl TryFrom<EitherKey> for PageTarget {
    type Error = &'static str;

    fn try_from(keys: EitherKey) -> Result<Self, Self::Error> {
        match (keys.room, keys.player) {
            (Some(room), None) => Ok(Self::Room(room)),
            (None, Some(player)) => Ok(Self::Player(player)),
            _ => Err("a target has either `room` or `player`"),
        }
    }
}

impl From<PageTarget> for EitherKey {
    fn from(target: PageTarget) -> Self {
        match target {
            PageTarget::Room(room) => Self { room: Some(room), player: None },
            PageTarget::Player(player) => Self { room: None, player: Some(player) },
        }
    }
}

#[derive(Serialize, Deserialize)]
struct RoomOrMe {
    #[serde(default, deserialize_with = "optional_name", skip_serializing_if = "Option::is_none")]
    room: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    me: bool,
}

impl TryFrom<RoomOrMe> for Addressee {
    type Error = &'static str;

    fn try_from(keys: RoomOrMe) -> Result<Self, Self::Error> {
        match (keys.room, keys.me) {
            (Some(room), false) => Ok(Self::Room(room)),
            (None, true) => Ok(Self::Me),
            _ => Err("it reaches either a `room` or `me`"),
        }
    }
}

impl From<Addressee> for RoomOrMe {
    fn from(addressee: Addressee) -> Self {
        match addressee {
            Addressee::Room(room) => Self { room: Some(room), me: false },
            Addressee::Me => Self { room: None, me: true },
        }
    }
}

/// A key that is there has a name.
fn optional_name<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Box<str>>, D::Error> {
    bounded::name(from).map(Some)
}
