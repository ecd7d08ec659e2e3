//! One player's voice chat.

use serde::{Deserialize, Serialize};

use super::{CaptureSnapshot, DeviceSnapshot, EncryptionRow, NetworkRow, PlayerRow, UplinkSnapshot, VERSION};

/// The state of one player's voice chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClientSnapshot {
    /// [`VERSION`].
    pub version: u32,
    /// Milliseconds since the chat was started.
    pub uptime_ms: u64,
    /// The player's own name.
    pub name: String,
    /// Its id in the session, while it is in one.
    pub id: Option<u16>,
    /// `client`, or `host` if the server is in the same process.
    pub mode: String,
    /// Whether it is in the session.
    pub status: ConnectionState,
    /// Why it is not, in words, if known.
    pub trouble: Option<String>,
    /// Whether `players` is complete, which is the case soon after joining.
    pub knows_all_players: bool,
    /// The rooms it listens to.
    pub rooms: Vec<String>,
    /// Rooms that the server removed it from, until it asks for them again.
    pub refused_rooms: Vec<String>,
    /// The recipients of its voice while there is something to send.
    pub channels: Vec<ChannelRow>,
    /// The access tokens that it holds, by name.
    pub tokens: Vec<String>,
    /// Targets that cannot be used because an access token is missing.
    pub token_rules: Vec<TokenRule>,
    /// Whether its own voice is muted.
    pub muted: bool,
    /// Whether it has deafened itself.
    pub deafened: bool,
    /// The reason, which may be empty, if the server's operator has muted it: its voice is not forwarded.
    pub server_muted: Option<String>,
    /// The reason, which may be empty, if the server's operator has deafened it: it is sent no voice.
    pub server_deafened: Option<String>,
    /// The volume of all players: an amplitude factor, 1 by default.
    pub master_volume: f32,
    /// The most speakers decoded at the same time; further ones are not heard.
    pub max_voices: usize,
    /// Its own voice; `None` without an input.
    pub capture: Option<CaptureSnapshot>,
    /// The microphone; `None` if another input or none is used.
    pub microphone: Option<DeviceSnapshot>,
    /// The loudspeaker; `None` if another output is used.
    pub loudspeaker: Option<DeviceSnapshot>,
    /// The output's error, if it accepts no more sound.
    pub output_trouble: Option<String>,
    /// Its keys; `None` if the session is not end-to-end encrypted.
    pub encryption: Option<EncryptionRow>,
    /// The transmission of its voice.
    pub uplink: UplinkSnapshot,
    /// Packets, by type.
    pub network: NetworkRow,
    /// All players in the session, itself included.
    pub players: Vec<PlayerRow>,
    /// Its program's log levels, in the program's own words.
    pub log_levels: String,
    /// Recent events, the newest last.
    pub notes: Vec<Note>,
}

impl Default for ClientSnapshot {
    fn default() -> Self {
        Self {
            version: VERSION,
            uptime_ms: 0,
            name: String::new(),
            id: None,
            mode: "client".into(),
            status: ConnectionState::default(),
            trouble: None,
            knows_all_players: false,
            rooms: Vec::new(),
            refused_rooms: Vec::new(),
            channels: Vec::new(),
            tokens: Vec::new(),
            token_rules: Vec::new(),
            muted: false,
            deafened: false,
            server_muted: None,
            server_deafened: None,
            master_volume: 1.0,
            max_voices: 0,
            capture: None,
            microphone: None,
            loudspeaker: None,
            output_trouble: None,
            encryption: None,
            uplink: UplinkSnapshot::default(),
            network: NetworkRow::default(),
            players: Vec::new(),
            log_levels: String::new(),
            notes: Vec::new(),
        }
    }
}

impl ClientSnapshot {
    /// The row of the player of this name, if it is known here.
    pub fn player(&self, name: &str) -> Option<&PlayerRow> {
        self.players.iter().find(|player| player.name == name)
    }
}

/// The state of a client's connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionState {
    /// It is in no session, and is not joining one.
    #[default]
    Disconnected,
    /// It is joining the session, for the first time or again.
    Connecting,
    /// It is in the session.
    Connected,
}

/// The recipient of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelTarget {
    /// All listeners of the room.
    Room(String),
    /// One player.
    Player(String),
}

impl Default for ChannelTarget {
    fn default() -> Self {
        Self::Room(String::new())
    }
}

impl std::fmt::Display for ChannelTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Room(name) => write!(f, "the room {name:?}"),
            Self::Player(name) => write!(f, "the player {name:?}"),
        }
    }
}

/// A channel of the local voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelRow {
    /// Its recipient.
    pub target: ChannelTarget,
    /// Whether it is currently open: there is speech, and nothing keeps it closed.
    pub is_open: bool,
    /// The reason, if it is always kept closed: its own mute, a zone, or its activation.
    pub is_closed_by: Option<String>,
    /// The priority; a listener ducks lower ones: `low`, `default`, `medium`, `high`.
    pub priority: String,
    /// Whether the voice is positional.
    pub positional: bool,
    /// Its amplitude factor, 0 … 2.
    pub amplitude: f32,
}

impl Default for ChannelRow {
    fn default() -> Self {
        Self {
            target: ChannelTarget::default(),
            is_open: false,
            is_closed_by: None,
            priority: String::new(),
            positional: false,
            amplitude: 1.0,
        }
    }
}

/// A target that cannot be used because an access token is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenRule {
    /// The target to speak or listen to.
    pub target: ChannelTarget,
    /// True for speaking, false for listening.
    pub is_speaking: bool,
    /// The tokens of which at least one is needed.
    pub needs: Vec<String>,
}

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Note {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// Its severity.
    pub severity: Severity,
    /// A description.
    pub text: String,
}

impl Note {
    /// An event that happened this many milliseconds after the start.
    pub fn new(at_ms: u64, severity: Severity, text: impl Into<String>) -> Self {
        Self { at_ms, severity, text: text.into() }
    }
}

/// The severity of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Normal operation.
    #[default]
    Event,
    /// Something could not be done.
    Problem,
}
