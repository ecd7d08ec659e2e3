//! `[moderation]`: reports of players.

use consonance_server::reports::{ReportBufferSettings, ReportsSettings};

use crate::declared::Declared;
use crate::table::table;

table! {
    /// `[moderation]`.
    #[schemars(extend("x-reload" = true))]
    pub struct ModerationConfig {
        /// What stays in memory for reports.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<ReportBufferSettings>", extend("x-flat" = true))]
        pub report_buffer: ReportBufferSettings = ReportBufferSettings::default();
        /// Accept reports from players of encrypted sessions, encrypted to the game's moderators. Needs
        /// `storage.folder` (or systemd's `StateDirectory`).
        pub player_reports: bool = false;
        /// The limits of stored reports.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<ReportsSettings>", extend("x-flat" = true))]
        pub reports: ReportsSettings = ReportsSettings::default();
    }
}
