//! Points in time as people read them.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// The current wall-clock time, in seconds since 1970.
pub fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The current wall-clock time, in milliseconds since 1970.
pub(crate) fn milliseconds_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// For example `2033-05-18T03:33:20Z` (RFC 3339), of seconds since 1970.
pub(crate) fn rfc_3339(seconds: u64) -> String {
    let Calendar { date, time } = Calendar::of(seconds);
    format!("{date}T{time}Z")
}

/// For example `2033-05-18 03:33:20 UTC`, of seconds since 1970.
pub fn utc(seconds: u64) -> String {
    let Calendar { date, time } = Calendar::of(seconds);
    format!("{date} {time} UTC")
}

/// The Gregorian calendar, without leap seconds (POSIX.1-2024, "Seconds Since the Epoch").
struct Calendar {
    date: Date,
    time: TimeOfDay,
}

struct Date(u64, u64, u64);

struct TimeOfDay(u64, u64, u64);

impl Calendar {
    fn of(seconds: u64) -> Self {
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        Self { date: Date::of(days), time: TimeOfDay(second / 3_600, second / 60 % 60, second % 60) }
    }
}

impl Date {
    /// Of a day since 1970 (Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
    fn of(days: u64) -> Self {
        // Years begin in March here, so that the leap day is the last of its year; 719 468 days lie
        // between the year 0 and 1970.
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self(era * 400 + year_of_era + u64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(year, month, day) = self;
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(hour, minute, second) = self;
        write!(formatter, "{hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_shown_as_dates() {
        for (seconds, date, time) in [
            (0, "1970-01-01", "00:00:00"),
            (951_782_400, "2000-02-29", "00:00:00"),
            (1_709_251_199, "2024-02-29", "23:59:59"),
            (2_000_000_000, "2033-05-18", "03:33:20"),
            (4_107_542_400, "2100-03-01", "00:00:00"),
        ] {
            assert_eq!(rfc_3339(seconds), format!("{date}T{time}Z"));
            assert_eq!(utc(seconds), format!("{date} {time} UTC"));
        }
        assert!(utc(u64::MAX).ends_with(" UTC"), "no number is too large");
    }
}
