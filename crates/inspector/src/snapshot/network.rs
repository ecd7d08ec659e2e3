//! Packets, and how one's own voice gets away.

use serde::{Deserialize, Serialize};

/// What passed over the network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NetworkRow {
    /// What came in, by type of packet.
    pub received: Vec<PacketRow>,
    /// What went out, by type of packet.
    pub sent: Vec<PacketRow>,
    /// All that came in.
    pub received_total: FlowRow,
    /// All that went out.
    pub sent_total: FlowRow,
    /// There and back to the server, in milliseconds, where the network knows.
    pub round_trip_ms: Option<f32>,
    /// Which way voice takes to the server, in words, where there are two.
    pub voice_path: Option<String>,
    /// Players with a direct link.
    pub direct_links: u64,
    /// Other counters, by name; those that are 0 may be missing.
    pub counters: Vec<(String, u64)>,
}

/// One type of packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PacketRow {
    /// What the type is called.
    pub packet: String,
    /// How much passed.
    pub flow: FlowRow,
}

impl PacketRow {
    /// So much of one type.
    pub fn new(packet: impl Into<String>, flow: FlowRow) -> Self {
        Self { packet: packet.into(), flow }
    }
}

/// How much passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FlowRow {
    /// Packets since the start.
    pub packets: u64,
    /// Their bytes, without what the network adds.
    pub bytes: u64,
    /// Packets per second over the last ten seconds.
    pub packets_per_second: f32,
    /// Bytes per second over the last ten seconds.
    pub bytes_per_second: f32,
}

impl FlowRow {
    /// Since the start.
    pub fn total(packets: u64, bytes: u64) -> Self {
        Self { packets, bytes, ..Self::default() }
    }

    /// With rates over the last ten seconds.
    #[must_use]
    pub fn at(self, packets_per_second: f32, bytes_per_second: f32) -> Self {
        Self { packets_per_second, bytes_per_second, ..self }
    }
}

/// How one's own voice gets away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UplinkSnapshot {
    /// Frames that were sent to at least one listener.
    pub frames_sent: u64,
    /// Frames without a listener.
    pub frames_unheard: u64,
    /// Of a hundred recent frames, how many did not reach the server; none if it does not say so.
    pub lost_percent: Option<f32>,
    /// How much longer than usual the newest frame took to the server, in milliseconds.
    pub queueing_ms: Option<f32>,
    /// How the listeners receive it, as far as they say.
    pub listeners: Option<ListenersRow>,
    /// How many of a hundred frames the encoder expects to be lost.
    pub expected_loss_percent: u8,
    /// The bit rate in use, in bit/s, copies and repeated frames included.
    pub bitrate_bps: u32,
    /// What packets tell of the sound before them, in words; empty if it is not known.
    pub redundancy: String,
}

/// How one's own voice is received, as the listeners said last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListenersRow {
    /// How many listeners say so.
    pub listeners: u32,
    /// How many of a hundred frames are missed: of ten listeners, the second worst misses so many.
    pub lost_percent: f32,
    /// How many frames in a row are missed on average, by the same rule; none if it is not known.
    pub lost_in_a_row: Option<f32>,
    /// How long the jitter buffer of the listener that waits least holds frames, in milliseconds.
    pub delay_ms: f32,
}

impl ListenersRow {
    /// How much is missed, such as `12 %, 1.5 frames in a row`.
    pub fn missed(&self) -> String {
        let in_a_row = self.lost_in_a_row.map(|frames| format!(", {frames:.1} frames in a row"));
        format!("{:.0} %{}", self.lost_percent, in_a_row.unwrap_or_default())
    }
}
