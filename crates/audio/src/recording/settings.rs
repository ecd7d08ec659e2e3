//! Settings of a recording.

/// Settings of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingSettings {
    /// The format of the files.
    pub format: RecordingFormat,
    /// The largest number of tracks, each an open file; no more than [`TRACKS_MAX`](crate::limits::TRACKS_MAX).
    pub max_tracks: usize,
    /// The longest recording, in seconds; no more than
    /// [`RECORDING_SECONDS_MAX`](crate::limits::RECORDING_SECONDS_MAX). Later sound is left out.
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
    /// The extension of its files' names.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::OggOpus => "opus",
        }
    }
}
