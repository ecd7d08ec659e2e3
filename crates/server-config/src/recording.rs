//! `[recording]`: what is recorded, and where.

use std::path::PathBuf;

use consonance_server::recording::SessionRecordingSettings;

use crate::table::{Seconds, table};

table! {
    /// `[recording]`: the reasons for the defaults stand at [`SessionRecordingSettings`].
    #[schemars(extend("x-reload" = true))]
    pub struct RecordingConfig {
        /// The folder of recordings, with a subfolder per session. Servers cannot share one. Default: recording is
        /// disabled.
        #[schemars(example = &"/var/lib/consonance/recordings", extend("format" = "path"))]
        pub folder: Option<PathBuf> = None;
        /// Sessions that are recorded whenever they have players, by name or prefix; others are recorded when an
        /// operator starts it.
        pub sessions: Vec<String> = Vec::new();
        /// Also record what is spoken only to single players.
        pub whispers: bool = false;
        /// The longest recording; then another one starts.
        pub duration_max_s: Seconds = Seconds::new(3600), 10..=86_400;
        /// The largest recording; then another one starts.
        pub bytes_max: u64 = 1 << 30, 65_536..=1_125_899_906_842_624_u64;
        /// Voices in one recording.
        pub tracks_max: usize = 256, 1..=65_535;
        /// Bytes of all recordings together.
        pub folder_bytes_max: u64 = 20 << 30, 65_536..=1_152_921_504_606_846_976_u64;
        /// Bytes that stay free on that disk.
        pub free_bytes_min: u64 = 1 << 30, 0..=1_152_921_504_606_846_976_u64;
        /// Remove the oldest recordings at these two limits. Otherwise, and if there are none, the current ones end.
        pub remove_oldest: bool = true;
        /// Bytes of voice that can be queued for the disk, per worker.
        pub queue_bytes: usize = 4 << 20, 65_536..=1_073_741_824;
    }
}

impl RecordingConfig {
    /// What is recorded, and its limits.
    pub fn settings(&self) -> SessionRecordingSettings {
        let mut settings = SessionRecordingSettings::default();
        settings.sessions.clone_from(&self.sessions);
        (settings.whispers, settings.remove_oldest) = (self.whispers, self.remove_oldest);
        (settings.duration_max, settings.bytes_max) = (self.duration_max_s.into(), self.bytes_max);
        (settings.tracks_max, settings.queue_bytes) = (self.tracks_max, self.queue_bytes);
        (settings.folder_bytes_max, settings.free_bytes_min) = (self.folder_bytes_max, self.free_bytes_min);
        settings
    }
}
