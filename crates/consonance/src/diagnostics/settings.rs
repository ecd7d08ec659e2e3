//! Limits of diagnostics.

use std::time::Duration;

use consonance_audio::RecordingFormat;

/// The limits of diagnostics. Anything beyond them is omitted, and the files say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiagnosticsSettings {
    /// The maximum duration.
    pub max_duration: Duration,
    /// How many players get their own file, in the order of their arrival.
    pub max_players: usize,
    /// The format of the sound files.
    pub format: RecordingFormat,
    /// The maximum size of the file with the packets, in bytes.
    pub max_packet_bytes: u64,
    /// The maximum size of the file with the events, in bytes.
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
