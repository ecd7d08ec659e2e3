//! `[recording]`: what is recorded, and where.

use std::path::PathBuf;

use consonance_server::recording::SessionRecordingSettings;

use crate::declared::Declared;
use crate::table::table;

table! {
    /// `[recording]`.
    #[schemars(extend("x-reload" = true))]
    pub struct RecordingConfig {
        /// The folder of recordings; servers cannot share one.
        #[schemars(example = &"/var/lib/consonance/recordings", extend("format" = "path"))]
        pub folder: Option<PathBuf> = None;
        /// What is recorded, and its limits.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<SessionRecordingSettings>", extend("x-flat" = true))]
        pub settings: SessionRecordingSettings = SessionRecordingSettings::default();
    }
}
