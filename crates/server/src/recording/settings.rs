//! The settings of recordings: which sessions, and how much.

use std::time::Duration;

use consonance_session::RoomPattern;

/// How recordings are made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionRecordingSettings {
    /// The sessions that are recorded whenever they have players, by name or prefix (`PREFIX*`); others only on request
    /// (default none).
    pub sessions: Vec<String>,
    /// Whether that is recorded, too, which is spoken to single players and to no room (default not).
    pub whispers: bool,
    /// How long one recording may become; another one begins behind it (default 1 h).
    pub duration_max: Duration,
    /// How large one may become, in bytes, index not included; another one begins behind it (default 1 GiB).
    pub bytes_max: u64,
    /// Voices of one recording (default 256). A player beyond that is left out, and counted, until the recording is a
    /// minute long; another one follows it then.
    pub tracks_max: usize,
    /// How many bytes all recordings may have together (default 20 GiB).
    pub folder_bytes_max: u64,
    /// How many bytes are left free on the disk (default 1 GiB).
    pub free_bytes_min: u64,
    /// Whether the oldest finished recordings are removed when one of these two limits is reached (default).
    /// Otherwise, and if there is nothing to remove, recordings in progress end.
    pub remove_oldest: bool,
    /// Bytes of voice that may wait for the disk, for each relaying thread; while they are full, further frames are
    /// dropped and counted (default 4 MiB, seven seconds of a thousand voices).
    pub queue_bytes: usize,
}

impl Default for SessionRecordingSettings {
    fn default() -> Self {
        Self {
            sessions: Vec::new(),
            whispers: false,
            duration_max: Duration::from_hours(1),
            bytes_max: 1 << 30,
            tracks_max: 256,
            folder_bytes_max: 20 << 30,
            free_bytes_min: 1 << 30,
            remove_oldest: true,
            queue_bytes: 4 << 20,
        }
    }
}

impl SessionRecordingSettings {
    /// Whether a session of this name is recorded without being asked for.
    pub(crate) fn is_always_recorded(&self, session: &str) -> bool {
        self.sessions.iter().any(|pattern| RoomPattern::from(&**pattern).matches(session))
    }
}
