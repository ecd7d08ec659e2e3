//! What was counted.

/// What a chat has counted since it was started.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CStatistics {
    /// `sizeof(consonance_statistics)`.
    pub size: u32,
    /// The bit rate of the voice that is sent, in bit/s.
    pub bitrate_bps: u32,
    /// Packets that came in.
    pub packets_received: u64,
    /// Their bytes.
    pub bytes_received: u64,
    /// Packets that went out.
    pub packets_sent: u64,
    /// Their bytes.
    pub bytes_sent: u64,
    /// The share of frames that did not reach the server, 0 to 1; −1 while it is not known.
    pub uplink_loss: f32,
    /// By how much what is sent is later than what was recorded, in ms.
    pub capture_delay_ms: f32,
    /// How much sound waits for the engine, in ms.
    pub output_fill_ms: f32,
    /// By how much the engine's clock is faster than ours, in millionths.
    pub output_drift_ppm: f32,
    /// How often sound for the engine was interrupted.
    pub output_interruptions: u64,
    /// How much of the engine's sound waits for us, in ms.
    pub input_fill_ms: f32,
    /// By how much the engine's clock is faster than ours, in millionths.
    pub input_drift_ppm: f32,
    /// How often sound from the engine was interrupted.
    pub input_interruptions: u64,
}

/// How a player's voice arrives.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CSpeakerStatistics {
    /// `sizeof(consonance_speaker_statistics)`.
    pub size: u32,
    /// The share of its last 128 frames that never came, 0 to 1.
    pub loss: f32,
    /// Packets that arrived.
    pub received: u64,
    /// Frames that were played from their own packet.
    pub played: u64,
    /// Frames whose turn came without their packet.
    pub lost: u64,
    /// Frames that were recovered from a later packet.
    pub recovered: u64,
    /// Packets that came after their turn.
    pub late: u64,
    /// How long frames wait in the jitter buffer, in ms.
    pub delay_ms: f32,
    /// How unevenly packets arrive (RFC 3550), in ms.
    pub jitter_ms: f32,
    /// Level of the last 10 ms, in dB of full scale.
    pub level_dbfs: f32,
    /// Zero.
    pub reserved: u32,
}
