//! One player's voice chat.

use serde::{Deserialize, Serialize};

use super::{CaptureSnapshot, DeviceSnapshot, EncryptionRow, NetworkRow, PlayerRow, UplinkSnapshot, VERSION};

/// How one player's voice chat is doing.
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
    /// `client`, or `host` where the server is in the same process.
    pub mode: String,
    /// Whether it is in the session.
    pub status: ConnectionState,
    /// Why it is not, in words, if that is known.
    pub trouble: Option<String>,
    /// Whether `players` is complete, as is so soon after joining.
    pub knows_all_players: bool,
    /// The rooms it listens to.
    pub rooms: Vec<String>,
    /// Rooms that the server took it out of, until it asks for them again.
    pub refused_rooms: Vec<String>,
    /// The recipients of its voice while there is something to send.
    pub channels: Vec<ChannelRow>,
    /// The access tokens that it has, by name.
    pub tokens: Vec<String>,
    /// What would be sent or heard with a token that is missing.
    pub token_rules: Vec<TokenRule>,
    /// Nothing of its own voice is sent.
    pub muted: bool,
    /// It has deafened itself.
    pub deafened: bool,
    /// The server's operator has muted it, for this reason, which may be empty: its voice goes nowhere.
    pub server_muted: Option<String>,
    /// The server's operator has deafened it, for this reason, which may be empty: it is sent no voice.
    pub server_deafened: Option<String>,
    /// The volume of all players: an amplitude factor, 1 at first.
    pub master_volume: f32,
    /// How many speakers are decoded at the same time at most; more are not heard.
    pub max_voices: usize,
    /// Its own voice; none without an input.
    pub capture: Option<CaptureSnapshot>,
    /// The microphone; none if it speaks with something else, or not at all.
    pub microphone: Option<DeviceSnapshot>,
    /// The loudspeaker; none if what is heard goes elsewhere.
    pub loudspeaker: Option<DeviceSnapshot>,
    /// What was wrong with the output, if it takes no more.
    pub output_trouble: Option<String>,
    /// Its keys; none where the session is not encrypted from end to end.
    pub encryption: Option<EncryptionRow>,
    /// How its voice gets away.
    pub uplink: UplinkSnapshot,
    /// Packets, by type.
    pub network: NetworkRow,
    /// All players in the session, itself included.
    pub players: Vec<PlayerRow>,
    /// What its program logs, in the program's own words.
    pub log_levels: String,
    /// What happened recently, the newest last.
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
    /// What is known here of a player.
    pub fn player(&self, name: &str) -> Option<&PlayerRow> {
        self.players.iter().find(|player| player.name == name)
    }
}

/// How far a client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionState {
    /// It is in no session, and not on the way into one.
    #[default]
    Disconnected,
    /// It is on the way into the session, for the first time or again.
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

/// A way out for one's own voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelRow {
    /// Its recipient.
    pub target: ChannelTarget,
    /// Whether it is open just now: there is speech, and nothing keeps it closed.
    pub is_open: bool,
    /// Whether it is always kept closed: by a mute of its own, a zone, or its activation.
    pub is_closed_by: Option<String>,
    /// The priority; a listener ducks lower ones: `low`, `default`, `medium`, `high`.
    pub priority: String,
    /// Whether the voice comes from the player's place.
    pub positional: bool,
    /// By which factor it is louder, 0 … 2.
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

/// Something that needs an access token which is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenRule {
    /// What it would speak or listen to.
    pub target: ChannelTarget,
    /// True for speaking, false for listening.
    pub is_speaking: bool,
    /// The tokens of which one is needed.
    pub needs: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Note {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// How bad it is.
    pub severity: Severity,
    /// What it was.
    pub text: String,
}

impl Note {
    /// Something that happened so many milliseconds after the start.
    pub fn new(at_ms: u64, severity: Severity, text: impl Into<String>) -> Self {
        Self { at_ms, severity, text: text.into() }
    }
}

/// How bad something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// As it should be.
    #[default]
    Event,
    /// Something could not be done.
    Problem,
}
