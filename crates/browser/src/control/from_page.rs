//! Messages from a page.

use std::borrow::Cow;
use std::time::Duration;

use consonance_session::{ModeratorAction, Position, Priority};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use super::bounded::{self, Amplitude, ChannelNumber, MS_MAX, Percent};
use super::message_error::MessageError;
use super::target::PageTarget;
use super::words::ModerationActionWord;

/// Bytes of the longest message of a page.
pub const FROM_PAGE_BYTES_MAX: usize = 16 << 10;

/// The most values in a message of a page: lists, objects and their elements. Ours have ten; a reader that cannot know
/// what belongs to a message keeps 60 bytes for each byte of nested lists.
pub const FROM_PAGE_VALUES_MAX: usize = 256;

/// One message of a page. Everything in it is within its bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum FromPage {
    /// Listens to a room from now on.
    Listen {
        /// Its name.
        #[serde(deserialize_with = "bounded::name")]
        room: Box<str>,
    },
    /// Stops listening to a room.
    Unlisten {
        /// Its name.
        #[serde(deserialize_with = "bounded::name")]
        room: Box<str>,
    },
    /// Voice goes there from now on.
    Open(Open),
    /// An open channel is another one from now on; what is not there stays.
    Change {
        /// The channel.
        channel: ChannelNumber,
        /// Whether the voice comes from the speaker's place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        positional: Option<bool>,
        /// How loud it is to be heard.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amplitude: Option<Amplitude>,
        /// The priority; a listener ducks lower ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<Priority>,
    },
    /// Voice goes there no longer.
    Close {
        /// The channel.
        channel: ChannelNumber,
    },
    /// A text message.
    Text {
        /// The recipient.
        to: PageTarget,
        /// What, at most [`TEXT_BYTES_MAX`](consonance_session::TEXT_BYTES_MAX).
        #[serde(deserialize_with = "bounded::text")]
        text: Box<str>,
    },
    /// This page plays a player no longer, or again.
    Ignore {
        /// The player's name.
        #[serde(deserialize_with = "bounded::name")]
        player: Box<str>,
        /// Whether it is not to be played.
        ignored: bool,
    },
    /// The player's position, for rooms with distance and for others in the same world.
    Place(Place),
    /// Asks for something to be done to another player.
    Moderate(Moderate),
    /// Asks for a [`Pong`](super::ToPage::Pong).
    Ping {
        /// Comes back with the answer; at most [`NUMBER_MAX`](super::NUMBER_MAX).
        #[serde(deserialize_with = "bounded::number")]
        id: u64,
    },
    /// How the page receives what it plays.
    Stats {
        /// The share of packets that did not come in time, in percent.
        lost_percent: Percent,
        /// How long sound waits before it is heard, in ms, 0 … 86 400 000.
        #[serde(deserialize_with = "milliseconds")]
        delay_ms: f64,
    },
    /// A part of a message to the delivery service of an encrypted session's group.
    Group {
        /// The bytes, at most [`GROUP_PART_BYTES_MAX`](super::GROUP_PART_BYTES_MAX).
        #[serde(deserialize_with = "bounded::group_part", serialize_with = "bounded::write_group_part")]
        data: Box<[u8]>,
        /// Whether other parts of the same message follow.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        more: bool,
    },
    /// Leaves permanently.
    Leave,
    /// A message of a kind that is not known here, which is passed over.
    #[serde(other)]
    Unknown,
}

/// A channel to be opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// The page's name for it; one that is open already is another channel from now on.
    pub channel: ChannelNumber,
    /// The recipient.
    pub to: PageTarget,
    /// Whether the voice comes from the speaker's place (default false).
    #[serde(default)]
    pub positional: bool,
    /// How loud it is to be heard (default 1).
    #[serde(default = "as_it_was_said")]
    pub amplitude: Amplitude,
    /// The priority; a listener ducks lower ones. The session's default if there is none.
    #[serde(default)]
    pub priority: Option<Priority>,
}

/// A place in the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Coordinates", into = "Coordinates")]
pub struct Place {
    position: Position,
    is_shared: bool,
    world: Box<str>,
}

/// A moderator's request about another player.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moderate {
    /// Comes back with the answer; at most [`NUMBER_MAX`](super::NUMBER_MAX).
    #[serde(deserialize_with = "bounded::number")]
    pub id: u64,
    /// The name of the player concerned.
    #[serde(deserialize_with = "bounded::name")]
    pub player: Box<str>,
    /// The requested action.
    #[serde(flatten)]
    pub action: ModerationAction,
    /// The reason (empty by default).
    #[serde(default, deserialize_with = "bounded::reason")]
    pub reason: Box<str>,
}

/// A moderator's action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum ModerationAction {
    /// Removes the player from the session.
    Kick,
    /// Removes the player from the session, and keeps it out.
    Ban {
        /// The duration, in seconds; forever if there is none.
        #[serde(default, rename = "forSeconds")]
        duration_s: Option<u32>,
    },
    /// Mutes the player.
    Mute {
        /// The duration, in seconds; permanent if there is none.
        #[serde(default, rename = "forSeconds")]
        duration_s: Option<u32>,
    },
    /// Unmutes the player.
    Unmute,
    /// Asks the player to listen to another room.
    Move {
        /// The present room.
        #[serde(deserialize_with = "bounded::name")]
        from: Box<str>,
        /// The other room.
        #[serde(deserialize_with = "bounded::name")]
        to: Box<str>,
    },
}

impl FromPage {
    /// Reads a message.
    ///
    /// # Errors
    /// A description of the error for the page's author.
    pub fn read(text: &str) -> Result<Self, MessageError> {
        if text.len() > FROM_PAGE_BYTES_MAX {
            return Err(MessageError::TooLong { bytes: text.len() });
        }
        if values_of(text) > FROM_PAGE_VALUES_MAX {
            return Err(MessageError::TooManyValues);
        }
        let Head { kind } = serde_json::from_str(text).map_err(|error| MessageError::no_message(&error))?;
        serde_json::from_str(text).map_err(|error| MessageError::not_understood(&kind, &error))
    }
}

impl Place {
    /// In metres, along the axes that native players use, too: left-handed, x to the right, y up, z forward. A page
    /// that has others converts before it says where it is.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether other players of the session in the same world may be told.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The name of the world that it is in, at most [`WORLD_BYTES_MAX`](super::WORLD_BYTES_MAX) bytes. Pages that name
    /// none share one world, whose name is empty.
    pub fn world(&self) -> &str {
        &self.world
    }
}

impl From<ModerationAction> for ModeratorAction {
    fn from(action: ModerationAction) -> Self {
        match action {
            ModerationAction::Kick => Self::Kick,
            ModerationAction::Ban { duration_s } => Self::Ban { lasts: duration_s.map(seconds) },
            ModerationAction::Mute { duration_s } => Self::Mute { lasts: duration_s.map(seconds) },
            ModerationAction::Unmute => Self::Unmute,
            ModerationAction::Move { from, to } => Self::Move { from, to },
        }
    }
}

impl ModerationAction {
    /// Its name in messages.
    pub fn word(&self) -> ModerationActionWord {
        match self {
            Self::Kick => ModerationActionWord::Kick,
            Self::Ban { .. } => ModerationActionWord::Ban,
            Self::Mute { .. } => ModerationActionWord::Mute,
            Self::Unmute => ModerationActionWord::Unmute,
            Self::Move { .. } => ModerationActionWord::Move,
        }
    }
}

/// How many values a JSON text has at most: each begins the text, a list or an object, or stands behind a comma.
fn values_of(text: &str) -> usize {
    let (mut values, mut is_quoted, mut is_escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_quoted,
            b'"' => is_quoted = !is_quoted,
            b'[' | b'{' | b',' if !is_quoted => values += 1,
            _ => {}
        }
    }
    values
}

/// The part that every message has.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct Coordinates {
    x: f64,
    y: f64,
    z: f64,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    shared: bool,
    #[serde(default, deserialize_with = "bounded::world", skip_serializing_if = "str::is_empty")]
    world: Box<str>,
}

impl TryFrom<Coordinates> for Place {
    type Error = String;

    fn try_from(Coordinates { x, y, z, shared, world }: Coordinates) -> Result<Self, String> {
        let position = Position::new([x as f32, y as f32, z as f32]);
        let place = position.map(|position| Self { position, is_shared: shared, world });
        place.map_err(|absurd| absurd.to_string())
    }
}

impl From<Place> for Coordinates {
    fn from(place: Place) -> Self {
        let [x, y, z] = place.position.metres().map(f64::from);
        Self { x, y, z, shared: place.is_shared, world: place.world }
    }
}

fn seconds(s: u32) -> Duration {
    Duration::from_secs(s.into())
}

fn as_it_was_said() -> Amplitude {
    Amplitude::ONE
}

fn milliseconds<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    bounded::in_range(f64::deserialize(from)?, "a time in ms", MS_MAX).map_err(D::Error::custom)
}
