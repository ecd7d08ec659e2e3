//! Messages to a page.

use consonance_session::{EndCode, EndKind, EndReason, ModeratorAnswer, Priority, RoomUse};
use serde::{Deserialize, Serialize};

use super::bounded::{Amplitude, Percent};
use super::from_page::Open;
use super::target::Addressee;
use super::words::{ModerationActionWord, RestrictionWord};

/// Bytes of the longest message to a page.
pub const TO_PAGE_BYTES_MAX: usize = 64 << 10;

/// One message to a page. Names and texts are other people's own words: to be shown as text, never as markup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are the session's, and docs/browser/control.md has a line for each")]
pub enum ToPage {
    /// In the session; all state follows again.
    Joined {
        session: Box<str>,
        id: u16,
        name: Box<str>,
        resumed: bool,
        /// With this, a secret, the page has its place back at any server that shares the session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Box<str>>,
        /// The session has a group, and the page can be in it.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        encrypted: bool,
    },
    /// A part of a message of the group's delivery service, in base64 without padding; with `more`, others follow.
    Group {
        data: Box<str>,
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        more: bool,
    },
    /// All earlier players have been reported.
    Roster,
    /// Channels that are open, after `joined`; many come in several messages.
    Channels { open: Vec<Open> },
    /// A player is here.
    Player {
        id: u16,
        name: Box<str>,
        rooms: Vec<Box<str>>,
        /// It is the page's own player.
        #[serde(rename = "self", default, skip_serializing_if = "core::ops::Not::not")]
        is_self: bool,
    },
    /// A player is gone.
    Left { id: u16, name: Box<str> },
    /// A player listens to a room from now on.
    Entered { id: u16, name: Box<str>, room: Box<str> },
    /// A player listens to a room no longer.
    Exited { id: u16, name: Box<str>, room: Box<str> },
    /// A player speaks to the page's player, or no longer; `to` says over what, and is empty if it does not speak.
    Speaking {
        id: u16,
        name: Box<str>,
        speaking: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Addressee>,
    },
    /// The shared position of a player, in metres; null if it no longer shares it.
    Placed { id: u16, name: Box<str>, x: Option<f32>, y: Option<f32>, z: Option<f32> },
    /// The speaker that a slot plays from now on; null if the slot is empty.
    Slot { slot: u8, player: Option<u16>, positional: bool, amplitude: Amplitude, priority: Priority },
    /// A text message.
    Text { id: u16, name: Box<str>, to: Addressee, text: Box<str> },
    /// A text of the page was rejected because of the rate limit; the next one is accepted in this many ms.
    TextRateLimited { wait_ms: u64 },
    /// An operator has imposed a restriction on the player, or lifted it, if there are no terms.
    Restricted { restriction: RestrictionWord, terms: Option<RestrictionInfo> },
    /// An operator has decided what the player may do in a room; null if the room's rules decide.
    RoomRights { room: Box<str>, listen: Option<bool>, speak: Option<bool> },
    /// A room has reached its limit of listeners or speakers.
    RoomFull { room: Box<str>, to: RoomUse },
    /// The server has taken the player out of a room.
    RemovedFromRoom { room: Box<str> },
    /// An operator has moved the player.
    Moved { from: Box<str>, to: Box<str> },
    /// The recording that an operator keeps of speech: all of it, or the last so many ms, 0 for nothing.
    Recorded { whole: bool, last_ms: u64 },
    /// The result of a request to moderate.
    Moderated { id: u64, player: Box<str>, action: ModerationActionWord, answer: ModeratorAnswer },
    /// How the page's voice reaches the server.
    Uplink { lost_percent: Percent, delay_ms: u64, rtt_ms: Option<u64> },
    /// How the page's listeners receive it.
    Listeners { count: u8, lost_percent: Percent },
    /// The path to the page carries only `voices` of `speaking` voices at once; both null if it carries all of them.
    Downlink { voices: Option<u16>, speaking: Option<u16> },
    /// The server will close in so many ms, or stays after all.
    Closing { in_ms: Option<u64>, redirect: Option<Box<str>>, cancelled: bool },
    /// The answer to a ping.
    Pong { id: u64 },
    /// The player is not admitted; the connection ends.
    Refused {
        code: RefusalCode,
        message: Box<str>,
        retry_in_ms: Option<u64>,
        /// In seconds since 1970: when a ban ends, for instance.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        /// The address of another server that takes the player.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        redirect: Option<Box<str>>,
    },
    /// Out of the session. With a time, the player tries again, and `joined` follows; otherwise the connection ends.
    Disconnected { cause: DisconnectCause, message: Box<str>, retry_in_ms: Option<u64> },
    /// A message of the page could not be followed, or something else that its author should know.
    Problem { message: Box<str>, about: Option<Box<str>> },
}

/// The terms of a restriction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RestrictionInfo {
    /// The time until it ends, in ms, from the moment of the message; permanent if there is none.
    pub ends_in_ms: Option<u64>,
    /// The operator's words; may be empty.
    pub reason: Box<str>,
}

/// The reason why a player is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// Its join token is missing, wrong or too old.
    Token,
    /// Its password is missing or wrong.
    Password,
    /// Its name is too long, reserved or another player's.
    Name,
    /// The session or the server holds as many as it may.
    Full,
    /// An operator has banned it.
    Banned,
    /// The page does not fit this server.
    Version,
    /// The session requires end-to-end encryption, which the page cannot do.
    Encryption,
    /// The server is about to stop.
    Closing,
    /// Something else, which the message says.
    Other,
}

impl From<&EndReason> for RefusalCode {
    fn from(reason: &EndReason) -> Self {
        if reason.code == EndCode::EncryptionRequired {
            return Self::Encryption;
        }
        match reason.kind() {
            EndKind::Token => Self::Token,
            EndKind::Password => Self::Password,
            EndKind::Name => Self::Name,
            EndKind::Full => Self::Full,
            EndKind::Banned => Self::Banned,
            EndKind::Version => Self::Version,
            EndKind::Closing => Self::Closing,
            EndKind::Kicked | EndKind::Elsewhere | EndKind::Abuse | EndKind::Other => Self::Other,
        }
    }
}

/// The reason why a player has left its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisconnectCause {
    /// An operator or a moderator has removed it.
    Kicked,
    /// Another player joined with the same name.
    NameTaken,
    /// The page has left.
    Closed,
    /// The page reads its messages more slowly than they are sent.
    TooSlow,
    /// The page sent too much that could not be understood.
    Protocol,
    /// The server ended the session or the connection to it was lost.
    Server,
}

impl ToPage {
    /// The JSON of the message: at most [`TO_PAGE_BYTES_MAX`], as long as names and texts are within the session's
    /// bounds.
    pub fn to_json(&self) -> String {
        // Names, finite numbers and lists can always be serialised.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Something that the page's author should know, about a message of this type.
    pub fn problem(message: impl std::fmt::Display, about: Option<&str>) -> Self {
        Self::Problem { message: message.to_string().into(), about: about.map(Into::into) }
    }
}
