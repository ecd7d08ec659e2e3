//! The settings of recordings: which sessions, and how much.

use std::time::Duration;

use consonance_session::RoomPattern;
use consonance_settings::settings;

settings! {
    /// How recordings are made.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SessionRecordingSettings {
        /// Sessions that are always recorded; others are when an operator starts it.
        ///
        /// A prefix ends with `*`.
        pub sessions: Vec<String> = Vec::new();
        /// Also record what is spoken only to single players.
        pub whispers: bool = false;
        /// The longest recording; then another one starts.
        pub duration_max: Duration as duration_max_s = Duration::from_hours(1), 10..=86_400;
        /// The largest recording; then another one starts.
        ///
        /// In bytes, index not included.
        pub bytes_max: u64 = 1 << 30, 65_536..=1_125_899_906_842_624_u64;
        /// Voices in one recording.
        ///
        /// A player beyond that is left out, and counted, until the recording is a minute long; another one follows it
        /// then.
        pub tracks_max: usize = 256, 1..=65_535;
        /// Bytes of all recordings together.
        pub folder_bytes_max: u64 = 20 << 30, 65_536..=1_152_921_504_606_846_976_u64;
        /// Bytes that stay free on that disk.
        pub free_bytes_min: u64 = 1 << 30, 0..=1_152_921_504_606_846_976_u64;
        /// Remove the oldest recordings at these two limits, instead of ending the current ones.
        ///
        /// Recordings that are not finished are never removed.
        pub remove_oldest: bool = true;
        /// Bytes of voice queued for the disk, per worker.
        ///
        /// While they are full, further frames are dropped and counted. The default is seven seconds of a thousand
        /// voices.
        pub queue_bytes: usize = 4 << 20, 65_536..=1_073_741_824;
    }
}

impl SessionRecordingSettings {
    /// Whether a session of this name is recorded without being asked for.
    pub(crate) fn is_always_recorded(&self, session: &str) -> bool {
        self.sessions.iter().any(|pattern| RoomPattern::from(&**pattern).matches(session))
    }
}
