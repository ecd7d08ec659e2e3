//! Packets, and the transmission of the local voice.

use serde::{Deserialize, Serialize};

/// Network traffic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NetworkRow {
    /// Received packets, by type.
    pub received: Vec<PacketRow>,
    /// Sent packets, by type.
    pub sent: Vec<PacketRow>,
    /// All received packets.
    pub received_total: FlowRow,
    /// All sent packets.
    pub sent_total: FlowRow,
    /// The round-trip time to the server, in milliseconds, if the network measures it.
    pub round_trip_ms: Option<f32>,
    /// The path of voice to the server, in words, if there are two.
    pub voice_path: Option<String>,
    /// Players with a direct link.
    pub direct_links: u64,
    /// Other counters, by name; zeros may be omitted.
    pub counters: Vec<(String, u64)>,
}

/// One type of packet and its traffic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PacketRow {
    /// The name of the type.
    pub packet: String,
    /// Its traffic.
    pub flow: FlowRow,
}

impl PacketRow {
    /// The traffic of one type.
    pub fn new(packet: impl Into<String>, flow: FlowRow) -> Self {
        Self { packet: packet.into(), flow }
    }
}

/// Traffic, in packets and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FlowRow {
    /// Packets since the start.
    pub packets: u64,
    /// Their bytes, without the network's overhead.
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

/// The transmission of the local voice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UplinkSnapshot {
    /// Frames that were sent to at least one listener.
    pub frames_sent: u64,
    /// Frames without a listener.
    pub frames_unheard: u64,
    /// The share of recent frames that did not reach the server, in percent; `None` if the server does not report it.
    pub lost_percent: Option<f32>,
    /// How much longer than usual the newest frame took to the server, in milliseconds.
    pub queueing_ms: Option<f32>,
    /// Reception by the listeners, as far as they report it.
    pub listeners: Option<ListenersRow>,
    /// The loss that the encoder expects, in percent of frames.
    pub expected_loss_percent: u8,
    /// The bit rate in use, in bit/s, including copies and repeated frames.
    pub bitrate_bps: u32,
    /// Redundancy in packets for earlier sound, in words; empty if unknown.
    pub redundancy: String,
}

/// Reception of the local voice, as last reported by the listeners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListenersRow {
    /// The number of reporting listeners.
    pub listeners: u32,
    /// The loss in percent of frames: that of the second worst of every ten listeners.
    pub lost_percent: f32,
    /// The mean number of frames lost in a row, for the same listener; `None` if unknown.
    pub lost_in_a_row: Option<f32>,
    /// The shortest delay of any listener's jitter buffer, in milliseconds.
    pub delay_ms: f32,
}

impl ListenersRow {
    /// The loss in words, such as `12 %, 1.5 frames in a row`.
    pub fn missed(&self) -> String {
        let in_a_row = self.lost_in_a_row.map(|frames| format!(", {frames:.1} frames in a row"));
        format!("{:.0} %{}", self.lost_percent, in_a_row.unwrap_or_default())
    }
}
