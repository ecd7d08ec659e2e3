//! A server and its sessions: the players, the recipients of their voices, and what was refused.

use serde::{Deserialize, Serialize};

use super::client::Note;
use super::{ChannelTarget, FlowRow, NetworkRow, PageRow, ServedNode, ThirdPartyRow, VERSION};
use crate::ThirdPartyApplication;

/// The state of a server.
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
    /// The nodes of its cluster, this one first; empty if it is not in a cluster.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<ServedNode>,
    /// Its program's log levels, in the program's own words.
    pub log_levels: String,
    /// Recent events, the newest last.
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
    /// Whether another node of the cluster owns it; this one has a copy.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_copy: bool,
    /// Every room with listeners.
    pub rooms: Vec<ServedRoom>,
    /// Traffic, by type of packet.
    pub network: NetworkRow,
}

/// A player, as seen by the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedPlayer {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: u16,
    /// The node of the cluster that has its link, or last had it, if that is not the snapshot's own; given by name in a
    /// merge of several nodes' snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Whether the link is at the worker that reports this.
    #[serde(skip)]
    pub(crate) has_link_here: bool,
    /// The rooms it listens to.
    pub rooms: Vec<String>,
    /// Whether the server follows its voice; for clients of the original it does so only while there is a viewer and
    /// they speak. If not, the next two are unknown.
    pub is_followed: bool,
    /// Milliseconds since a frame of its voice arrived; `None` if none ever did.
    pub voice_ms_ago: Option<u64>,
    /// The recipients of that frame.
    pub voice_to: Vec<ChannelTarget>,
    /// Rooms that it wanted to listen or speak to but may not.
    pub refused_rooms: Vec<RefusedRoom>,
    /// The reason, which may be empty, if an operator has muted it: its voice is not forwarded.
    pub server_muted: Option<String>,
    /// The reason, which may be empty, if an operator has deafened it: it is sent no voice.
    pub server_deafened: Option<String>,
    /// Whether it has told the server its position.
    pub has_place: bool,
    /// The distances of others with a position, the nearest first: at most [`DISTANCES_MAX`](Self::DISTANCES_MAX).
    /// Empty without a viewer, in a session without proximity rooms, and if more than 256 players have a position.
    pub distances: Vec<DistanceRow>,
    /// The recent loss of its frames, in percent; `None` if unknown.
    pub lost_percent: Option<f32>,
    /// The route of its voice, in words; `None` if its network has only one, or it was not asked.
    pub voice_path: Option<String>,
    /// The network it uses, such as `quic`, `browser` or `browser-fallback`; `None` without a viewer.
    pub network: Option<String>,
    /// Its page, if it is a browser whose player is in the server; `None` without a viewer.
    pub page: Option<PageRow>,
    /// Its client, if it is another application, which [`network`](Self::network) tells; `None` without a viewer. JSON
    /// names it after the first such application.
    #[serde(rename = "mumble", skip_serializing_if = "Option::is_none")]
    pub third_party: Option<ThirdPartyRow>,
    /// Traffic received from it.
    pub received: FlowRow,
    /// Traffic sent to it.
    pub sent: FlowRow,
    /// Its packets that were dropped as faulty.
    pub faults: u64,
}

impl ServedPlayer {
    /// The most players with a listed distance; all others are farther away than the last of these.
    pub const DISTANCES_MAX: usize = 32;

    /// Why it is currently not heard, in words, if the reason is on the side of its third-party client.
    pub fn third_party_trouble(&self) -> Option<String> {
        self.third_party.as_ref()?.trouble(&self.application())
    }

    /// The application that a third-party client of this player is.
    pub(crate) fn application(&self) -> ThirdPartyApplication<'_> {
        ThirdPartyApplication::of_network(self.network.as_deref().unwrap_or("client"))
    }

    /// Whether its newest voice is newer than voice from this many milliseconds ago, or `None` for never.
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

/// The distance of a player.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DistanceRow {
    /// The player's name.
    pub player: String,
    /// The distance in metres.
    pub metres: f32,
}

impl DistanceRow {
    /// The distance in metres to a player.
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
    /// The range of a voice in it, in metres; `None` if distance does not matter there.
    pub range_m: Option<f32>,
}
