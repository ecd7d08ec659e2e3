//! The status of a recorder, and its counters.

use std::path::PathBuf;

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
    /// The counters since the start.
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

/// The counters of recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStatistics {
    /// Recordings that began.
    pub begun: u64,
    /// Those that could not, for want of space or because of their folder.
    pub refused: u64,
    /// Those that ended because something could not be written.
    pub failed: u64,
    /// Those that were removed to make room.
    pub removed: u64,
    /// Frames that came faster than the disk took them, or just after a recording had ended by itself.
    pub frames_dropped: u64,
}
