//! A server and its sessions: the players, the recipients of their voices, and what was refused.

use serde::{Deserialize, Serialize};

use super::client::Note;
use super::{ChannelTarget, FlowRow, MumbleRow, NetworkRow, PageRow, ServedNode, VERSION};

/// How a server is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerSnapshot {
    /// [`VERSION`].
    pub version: u32,
    /// Milliseconds since the server was started.
    pub uptime_ms: u64,
    /// Every session that it serves.
    pub sessions: Vec<ServedSession>,
    /// The nodes of its cluster, this one first; none if it is alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<ServedNode>,
    /// What its program logs, in the program's own words.
    pub log_levels: String,
    /// What happened recently, the newest last.
    pub notes: Vec<Note>,
}

impl Default for ServerSnapshot {
    fn default() -> Self {
        let (sessions, log_levels, notes) = (Vec::new(), String::new(), Vec::new());
        Self { version: VERSION, uptime_ms: 0, sessions, nodes: Vec::new(), log_levels, notes }
    }
}

/// A session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedSession {
    /// Its name.
    pub name: String,
    /// All its players, by ascending id.
    pub players: Vec<ServedPlayer>,
    /// Another node of the cluster owns it; this one has a copy.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_copy: bool,
    /// Every room with listeners.
    pub rooms: Vec<ServedRoom>,
    /// What passed, by type of packet.
    pub network: NetworkRow,
}

/// A player as the server knows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedPlayer {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: u16,
    /// The node of the cluster that has its link, or had it last, where that is another one than the snapshot's; by
    /// name, if several nodes' snapshots were put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The link is at the very worker that tells this.
    #[serde(skip)]
    pub(crate) has_link_here: bool,
    /// The rooms it listens to.
    pub rooms: Vec<String>,
    /// Whether the server follows its voice; that of clients of the original it only follows while a viewer looks and
    /// they speak. If not, none of the next two is known.
    pub is_followed: bool,
    /// Milliseconds since a frame of its voice came in; none if none ever did.
    pub voice_ms_ago: Option<u64>,
    /// The recipients of that frame.
    pub voice_to: Vec<ChannelTarget>,
    /// Rooms that it wanted to listen or speak to and is denied.
    pub refused_rooms: Vec<RefusedRoom>,
    /// An operator has muted it, for this reason, which may be empty: its voice goes nowhere.
    pub server_muted: Option<String>,
    /// An operator has deafened it, for this reason, which may be empty: it is sent no voice.
    pub server_deafened: Option<String>,
    /// Whether it has told the server where it is.
    pub has_place: bool,
    /// How far away others with a position are, the nearest first: at most [`DISTANCES_MAX`](Self::DISTANCES_MAX). None
    /// without a viewer, in a session without proximity rooms, and where more than 256 players have a position.
    pub distances: Vec<DistanceRow>,
    /// Of a hundred of its frames, how many did not arrive recently; none if that is not known.
    pub lost_percent: Option<f32>,
    /// The route of its voice, in words; none if its network has only one, or it was not asked.
    pub voice_path: Option<String>,
    /// The network it came over, such as `quic`, `browser` or `browser-fallback`; none without a viewer.
    pub network: Option<String>,
    /// Its page, if it is a browser whose player is in the server; none without a viewer.
    pub page: Option<PageRow>,
    /// Its client, if it is a user of Mumble; none without a viewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mumble: Option<MumbleRow>,
    /// What came from it.
    pub received: FlowRow,
    /// What it was sent.
    pub sent: FlowRow,
    /// Packets of its that were dropped for a fault.
    pub faults: u64,
}

impl ServedPlayer {
    /// Players whose distance is listed; all others are farther away than the last of so many.
    pub const DISTANCES_MAX: usize = 32;

    /// Whether its newest voice is newer than voice that came so many milliseconds ago, or never.
    pub fn has_newer_voice_than(&self, voice_ms_ago: Option<u64>) -> bool {
        self.voice_ms_ago.unwrap_or(u64::MAX) < voice_ms_ago.unwrap_or(u64::MAX)
    }
}

/// A room whose use is denied to a player.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RefusedRoom {
    /// Its name.
    pub room: String,
    /// True if it is denied to speak there, false if to listen.
    pub is_speaking: bool,
}

impl RefusedRoom {
    /// A room where speaking, or else listening, is denied.
    pub fn new(room: impl Into<String>, is_speaking: bool) -> Self {
        Self { room: room.into(), is_speaking }
    }
}

/// How far away a player is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DistanceRow {
    /// The player's name.
    pub player: String,
    /// How far, in metres.
    pub metres: f32,
}

impl DistanceRow {
    /// So many metres to a player.
    pub fn new(player: impl Into<String>, metres: f32) -> Self {
        Self { player: player.into(), metres }
    }
}

/// A room with listeners.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedRoom {
    /// Its name.
    pub name: String,
    /// The names of its listeners.
    pub listeners: Vec<String>,
    /// How far a voice carries in it, in metres; none if distance does not decide there.
    pub range_m: Option<f32>,
}
