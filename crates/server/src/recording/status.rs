//! The status of a recorder, and its counters.

use std::path::PathBuf;

use serde::Serialize;

use super::index::RecordingIndex;

/// How a recorder is doing; at most a fifth of a second old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStatus {
    /// The recordings in progress.
    pub live: Vec<RecordingStatus>,
    /// The number of finished recordings.
    pub finished: usize,
    /// Their total size, in bytes.
    pub finished_bytes: u64,
    /// Its counters.
    pub statistics: RecorderStatistics,
}

/// A recording in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingStatus {
    /// Its folder.
    pub folder: PathBuf,
    /// Its index as of now.
    pub index: RecordingIndex,
}

/// The counters of recordings since the server started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct RecorderStatistics {
    /// Recordings started since the server started.
    pub begun: u64,
    /// Recordings that could not start since then, for want of space or because of their folder.
    pub refused: u64,
    /// Recordings that ended since then because of a write error.
    pub failed: u64,
    /// Recordings removed since then to free space.
    pub removed: u64,
    /// Frames of all recordings that were dropped because the disk was too slow, or because a recording had just ended
    /// by itself.
    pub frames_dropped: u64,
}
