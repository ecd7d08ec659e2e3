//! Which reports are accepted, and how many are kept.

use consonance_settings::settings;

settings! {
    /// Which reports are accepted, and how many are kept.
    #[derive(Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct ReportsSettings {
        /// Accept reports from players of encrypted sessions. Needs `storage.folder`.
        ///
        /// See [`Reports::of_members`](super::Reports::of_members).
        pub from_members: bool as player_reports = false;
        /// Days that reports are kept.
        pub keep_days: u32 as reports_days = 30, 1..=36_500;
        /// Bytes of all reports; those from players get half.
        ///
        /// Once they have them, a further one is refused: random reports must not push out those that matter.
        pub bytes_max: u64 as reports_bytes_max = 1 << 30, 65_536..=1_125_899_906_842_624_u64;
    }
}
