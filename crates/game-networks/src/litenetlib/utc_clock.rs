//! The time of day in .NET ticks.

use std::time::{Duration, Instant, SystemTime};

/// A clock of ticks of 100 ns since 1 January of the year 1, set from one moment of both clocks.
#[derive(Clone, Copy, Debug)]
pub struct UtcClock {
    at: Instant,
    ticks: i64,
}

/// Ticks from the year 1 to 1970 (.NET's `DateTime.UnixEpoch.Ticks`).
const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

impl UtcClock {
    /// A clock that shows this time of day at this moment.
    pub fn new(now: Instant, time_of_day: SystemTime) -> Self {
        let since_epoch = time_of_day.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { at: now, ticks: UNIX_EPOCH_TICKS.saturating_add(ticks_in(since_epoch)) }
    }

    /// The time of day, in ticks.
    pub fn ticks(&self, now: Instant) -> i64 {
        self.ticks.saturating_add(ticks_in(now.saturating_duration_since(self.at)))
    }
}

fn ticks_in(time: Duration) -> i64 {
    i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_those_of_dotnet() {
        let now = Instant::now();
        // 2001-09-09T01:46:40Z, .NET's new DateTime(2001, 9, 9, 1, 46, 40).Ticks.
        let clock = UtcClock::new(now, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        assert_eq!(clock.ticks(now), 631_355_968_000_000_000);
        assert_eq!(clock.ticks(now + Duration::from_millis(1)), 631_355_968_000_010_000);
    }
}
