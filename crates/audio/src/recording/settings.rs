//! What a recording is to be like.

/// How to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingSettings {
    /// What kind of files.
    pub format: RecordingFormat,
    /// How many tracks at the most, each an open file; no more than [`TRACKS_MAX`](crate::limits::TRACKS_MAX).
    pub max_tracks: usize,
    /// How long at the most; no more than [`RECORDING_SECONDS_MAX`](crate::limits::RECORDING_SECONDS_MAX). What comes
    /// later is left out.
    pub max_seconds: u64,
}

impl Default for RecordingSettings {
    /// WAV, 64 tracks, 4 hours.
    fn default() -> Self {
        Self { format: RecordingFormat::Wav, max_tracks: 64, max_seconds: 4 * 3_600 }
    }
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordingFormat {
    /// 16 bits at 48 kHz: 346 MB per hour and channel, silence too.
    Wav,
    /// Ogg Opus (RFC 7845): about 22 MB per hour of speech in mono, and half a megabyte per hour of silence.
    OggOpus,
}

impl RecordingFormat {
    /// What the names of its files end with.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::OggOpus => "opus",
        }
    }
}
