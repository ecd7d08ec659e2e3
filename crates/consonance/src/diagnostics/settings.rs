//! How much of a chat to write down.

use std::time::Duration;

use consonance_audio::RecordingFormat;

/// The bounds of diagnostics. What is beyond them is left out, and the files say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiagnosticsSettings {
    /// How long, in all.
    pub max_duration: Duration,
    /// How many players get a file of their own, in the order in which they come.
    pub max_players: usize,
    /// What kind of sound files.
    pub format: RecordingFormat,
    /// How large the file with the packets may become, in bytes.
    pub max_packet_bytes: u64,
    /// How large the file with the events may become, in bytes.
    pub max_event_bytes: u64,
}

impl Default for DiagnosticsSettings {
    /// Ten minutes, twelve players, WAV, 64 MiB of packets, 4 MiB of events: less than a gigabyte in all.
    fn default() -> Self {
        Self {
            max_duration: Duration::from_mins(10),
            max_players: 12,
            format: RecordingFormat::Wav,
            max_packet_bytes: 64 << 20,
            max_event_bytes: 4 << 20,
        }
    }
}
