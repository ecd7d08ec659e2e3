//! The time that everything of a release bears, in the forms in which files have it.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// A second since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(u64);

/// One in the calendar.
struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Moment {
    /// The value of `SOURCE_DATE_EPOCH`, or else the time of the last commit.
    ///
    /// # Errors
    /// [`Failure`] if neither is known.
    pub(super) fn of_sources(root: &Path) -> Result<Self, Failure> {
        let named = env::var("SOURCE_DATE_EPOCH").ok();
        let mut git = Command::new("git");
        git.current_dir(root).args(["log", "-1", "--format=%ct"]);
        let text = named.map_or_else(|| command::capture(&mut git), Ok)?;
        let not_a_time = || Failure::Answer {
            command: format!("SOURCE_DATE_EPOCH or {}", command::line(&git)),
            why: format!("{:?}, expected seconds since 1970", text.trim()),
        };
        text.trim().parse().map(Self).map_err(|_| not_a_time())
    }

    /// The second itself.
    pub(super) fn seconds(self) -> u64 {
        self.0
    }

    /// Such as `2026-11-26T08:15:05Z`.
    pub(super) fn rfc3339(self) -> String {
        let Date { year, month, day, hour, minute, second } = self.date();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// Such as `Thu, 26 Nov 2026 08:15:05 +0000`.
    pub(super) fn rfc2822(self) -> String {
        let Date { year, month, day, hour, minute, second } = self.date();
        // 1970 began with a Thursday.
        let weekday = WEEKDAYS[(self.0 / DAY_S % 7) as usize];
        let month = MONTHS[month as usize - 1];
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
    }

    /// The time and the date of MS-DOS: from 1980 on, in steps of two seconds.
    pub(super) fn dos(self) -> (u16, u16) {
        let Date { year, month, day, hour, minute, second } = Self(self.0.max(DOS_BEGINS)).date();
        let time = (hour << 11) + (minute << 5) + second / 2;
        let date = ((year - 1980) << 9) + (month << 5) + day;
        (time as u16, date as u16)
    }

    fn date(self) -> Date {
        let (hour, minute, second) = (self.0 / 3600 % 24, self.0 / 60 % 60, self.0 % 60);
        let (mut year, mut day) = (1970, self.0 / DAY_S);
        while day >= year_days(year) {
            day -= year_days(year);
            year += 1;
        }
        let mut month = 1;
        while day >= month_days(year, month) {
            day -= month_days(year, month);
            month += 1;
        }
        Date { year, month, day: day + 1, hour, minute, second }
    }
}

const DAY_S: u64 = 24 * 60 * 60;
/// The first second of 1980.
const DOS_BEGINS: u64 = 315_532_800;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn year_days(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
impl Moment {
    /// A second of a test.
    pub(super) fn at(seconds: u64) -> Self {
        Self(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_the_calendars_dates() {
        for (seconds, expected) in [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (951_827_696, "Tue, 29 Feb 2000 12:34:56 +0000"),
            (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
        ] {
            assert_eq!(Moment::at(seconds).rfc2822(), expected);
        }
        assert_eq!(Moment::at(1_795_680_905).rfc3339(), "2026-11-26T08:15:05Z");
    }

    #[test]
    fn a_moment_of_dos_is_in_steps_of_two_seconds_and_not_before_1980() {
        assert_eq!(Moment::at(951_827_697).dos(), ((12 << 11) + (34 << 5) + 28, (20 << 9) + (2 << 5) + 29));
        assert_eq!(Moment::at(0).dos(), (0, (1 << 5) + 1));
    }
}
