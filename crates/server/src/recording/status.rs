//! How a recorder is doing, and what it has counted.

use std::path::PathBuf;

use super::index::RecordingIndex;

/// How a recorder is doing; at most a fifth of a second old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStatus {
    /// What is being recorded.
    pub live: Vec<RecordingStatus>,
    /// How many recordings are there besides.
    pub finished: usize,
    /// What they take.
    pub finished_bytes: u64,
    /// What was counted since the start.
    pub statistics: RecorderStatistics,
}

/// A recording that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingStatus {
    /// Where it is.
    pub folder: PathBuf,
    /// What its index would be now.
    pub index: RecordingIndex,
}

/// What happened to recordings.
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
