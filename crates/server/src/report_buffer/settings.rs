//! The settings of the buffer of recent speech.

use std::time::Duration;

/// How much of the latest voices stays in memory, for [reports](crate::reports).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportBufferSettings {
    /// How far back it goes (default 0: nothing is kept, and nothing is paid for it).
    pub last: Duration,
    /// Bytes of one speaker (default 512 KiB: 30 s at 128 kbit/s); of a speaker that sends more, less time is kept.
    pub speaker_bytes_max: usize,
    /// Bytes of all speakers of a worker (default 64 MiB: 30 s of 250 voices at 64 kbit/s). From seven eighths of it
    /// on, a session with more than its share drops the oldest frames of its speaker with the most, so that all
    /// speakers are kept, each for less time.
    pub worker_bytes_max: usize,
    /// Whether a report also has the other voices of the same rooms (default): without them, an answer cannot be
    /// understood.
    pub with_others: bool,
}

impl Default for ReportBufferSettings {
    fn default() -> Self {
        Self {
            last: Duration::ZERO,
            speaker_bytes_max: 512 << 10,
            worker_bytes_max: 64 << 20,
            with_others: true,
        }
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
