//! `[moderation]`: reports of players.

use consonance_server::reports::{ReportBufferSettings, ReportsSettings};

use crate::table::{Seconds, table};

table! {
    /// `[moderation]`: the reasons for the defaults stand at [`ReportBufferSettings`] and [`ReportsSettings`].
    #[schemars(extend("x-reload" = true))]
    pub struct ModerationConfig {
        /// How much of each voice stays in memory for reports; 0 for none. Players are notified if their client can
        /// show it; inform the others. Needs `storage.folder` (or systemd's `StateDirectory`) for reports.
        pub report_buffer_s: Seconds = Seconds::new(0), 0..=600;
        /// Buffer bytes per speaker.
        pub report_buffer_speaker_bytes_max: usize = 512 << 10, 4096..=1_073_741_824;
        /// Buffer bytes per worker; above seven eighths, some voices are kept for less time.
        pub report_buffer_worker_bytes_max: usize = 64 << 20, 65_536..=1_099_511_627_776_u64;
        /// Include in a report what others said in the same rooms at that time.
        pub reports_include_others: bool = true;
        /// Accept reports from players of encrypted sessions, encrypted to the game's moderators. Needs
        /// `storage.folder` (or systemd's `StateDirectory`).
        pub player_reports: bool = false;
        /// Days that reports are kept.
        pub reports_days: u32 = 30, 1..=36_500;
        /// Bytes of all reports together; reports from players of encrypted sessions get half of them.
        pub reports_bytes_max: u64 = 1 << 30, 65_536..=1_125_899_906_842_624_u64;
    }
}

impl ModerationConfig {
    /// The limits of the report buffer.
    pub fn report_buffer(&self) -> ReportBufferSettings {
        let mut settings = ReportBufferSettings::default();
        (settings.last, settings.with_others) = (self.report_buffer_s.into(), self.reports_include_others);
        settings.speaker_bytes_max = self.report_buffer_speaker_bytes_max;
        settings.worker_bytes_max = self.report_buffer_worker_bytes_max;
        settings
    }

    /// The limits of stored reports.
    pub fn reports(&self) -> ReportsSettings {
        let mut settings = ReportsSettings::default();
        (settings.keep_days, settings.bytes_max) = (self.reports_days, self.reports_bytes_max);
        settings
    }
}
