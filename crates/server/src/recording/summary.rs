//! A recording in few words, for the admin API and webhooks.

use serde::Serialize;

use super::{RecordingEndReason, RecordingId, RecordingIndex};

/// A summary of a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct RecordingSummary {
    /// Its name in paths: the folder of a session and that of a time.
    pub id: String,
    /// The session's name.
    pub session: String,
    /// In seconds since 1970.
    pub started_at: u64,
    /// In seconds.
    pub duration_s: f64,
    /// The size of all files.
    pub bytes: u64,
    /// The number of voices with a file.
    pub tracks: usize,
    /// Whether an operator started it, rather than the configuration.
    pub by_operator: bool,
    /// Why it ended, as listed in `docs/recording.md`; none while it is running.
    pub ended: Option<RecordingEndReason>,
    /// The operating system's error, if that was the reason.
    pub error: Option<String>,
    /// Frames that came faster than the disk took them.
    pub frames_dropped: u64,
    /// Frames of players beyond the limit of one recording.
    pub frames_without_track: u64,
}

impl RecordingSummary {
    /// That of a recording with this index.
    pub fn new(id: &RecordingId, index: &RecordingIndex) -> Self {
        Self {
            id: id.to_string(),
            session: index.session.clone(),
            started_at: index.started_unix_ms / 1000,
            duration_s: index.duration_samples as f64 / f64::from(index.sample_rate_hz),
            bytes: index.bytes,
            tracks: index.tracks.len(),
            by_operator: index.by_operator,
            ended: index.ended,
            error: index.error.clone(),
            frames_dropped: index.frames_dropped,
            frames_without_track: index.frames_without_track,
        }
    }
}
