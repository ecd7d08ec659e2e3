//! The settings of the buffer of recent speech.

use std::time::Duration;

use consonance_settings::settings;

settings! {
    /// How much of the latest voices stays in memory, for [reports](crate::reports).
    #[derive(Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct ReportBufferSettings {
        /// How much of each voice stays in memory for reports. Players are notified if their client can show it; inform
        /// the others. Needs `storage.folder`.
        ///
        /// Without any, nothing is paid for it.
        pub last: Duration as report_buffer_s = Duration::ZERO, 0..=600;
        /// Buffer bytes per speaker.
        ///
        /// The default is 30 s at 128 kbit/s; of a speaker that sends more, less time is kept.
        pub speaker_bytes_max: usize as report_buffer_speaker_bytes_max = 512 << 10, 4096..=1_073_741_824;
        /// Buffer bytes per worker.
        ///
        /// The default is 30 s of 250 voices at 64 kbit/s. From seven eighths of it on, a session with more than its
        /// share drops the oldest frames of its speaker with the most, so that all speakers are kept, each for less
        /// time.
        pub worker_bytes_max: usize as report_buffer_worker_bytes_max = 64 << 20, 65_536..=1_099_511_627_776_u64;
        /// Include what others said in the same rooms.
        ///
        /// Without them, an answer cannot be understood.
        pub with_others: bool as reports_include_others = true;
    }
}

impl ReportBufferSettings {
    pub(crate) fn is_on(&self) -> bool {
        !self.last.is_zero()
    }

    /// The duration that players are told, in seconds: rounded up.
    pub(crate) fn announced_s(&self) -> u16 {
        u16::try_from(self.last.as_millis().div_ceil(1000)).unwrap_or(u16::MAX)
    }
}
