//! Counters.

/// The counters of a chat since it was started.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CStatistics {
    /// `sizeof(consonance_statistics)`.
    pub size: u32,
    /// The bit rate of the voice that is sent, in bit/s.
    pub bitrate_bps: u32,
    /// Packets received.
    pub packets_received: u64,
    /// Their bytes.
    pub bytes_received: u64,
    /// Packets sent.
    pub packets_sent: u64,
    /// Their bytes.
    pub bytes_sent: u64,
    /// The share of frames that did not reach the server, 0 to 1; −1 while unknown.
    pub uplink_loss: f32,
    /// The delay from recording to sending, in ms.
    pub capture_delay_ms: f32,
    /// Audio buffered for the engine, in ms.
    pub output_fill_ms: f32,
    /// How much faster the engine's clock runs than ours, in parts per million.
    pub output_drift_ppm: f32,
    /// Interruptions of the audio for the engine.
    pub output_interruptions: u64,
    /// Audio buffered from the engine, in ms.
    pub input_fill_ms: f32,
    /// How much faster the engine's clock runs than ours, in parts per million.
    pub input_drift_ppm: f32,
    /// Interruptions of the audio from the engine.
    pub input_interruptions: u64,
}

/// Reception statistics of a player's voice.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CSpeakerStatistics {
    /// `sizeof(consonance_speaker_statistics)`.
    pub size: u32,
    /// The share of its last 128 frames that were lost, 0 to 1.
    pub loss: f32,
    /// Packets received.
    pub received: u64,
    /// Frames that were played from their own packet.
    pub played: u64,
    /// Frames whose packet had not arrived at their playback time.
    pub lost: u64,
    /// Frames that were recovered from a later packet.
    pub recovered: u64,
    /// Packets that arrived after their playback time.
    pub late: u64,
    /// The delay of the jitter buffer, in ms.
    pub delay_ms: f32,
    /// The interarrival jitter (RFC 3550), in ms.
    pub jitter_ms: f32,
    /// Level of the last 10 ms, in dB of full scale.
    pub level_dbfs: f32,
    /// Zero.
    pub reserved: u32,
}
