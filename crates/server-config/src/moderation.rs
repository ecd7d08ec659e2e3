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
        /// Which reports are accepted, and how many are kept.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<ReportsSettings>", extend("x-flat" = true))]
        pub reports: ReportsSettings = ReportsSettings::default();
    }
}
