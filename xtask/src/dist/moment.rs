//! The time that everything of a release bears, in the forms in which files have it.

use std::env;
use std::path::Path;
use std::process::Command;

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::command;
use crate::failure::Failure;

/// A second since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(OffsetDateTime);

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
        let seconds = text.trim().parse().ok().filter(|seconds: &i64| *seconds >= 0);
        let time = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        time.map(Self).ok_or_else(not_a_time)
    }

    /// The second itself.
    pub(super) fn seconds(self) -> u64 {
        self.0.unix_timestamp().unsigned_abs()
    }

    /// Such as `2026-11-26T08:15:05Z`.
    pub(super) fn rfc3339(self) -> String {
        self.0.format(&Rfc3339).unwrap_or_default()
    }

    /// Such as `Thu, 26 Nov 2026 08:15:05 +0000`.
    pub(super) fn rfc2822(self) -> String {
        self.0.format(&Rfc2822).unwrap_or_default()
    }

    /// As zip archives have it, from 1980 to 2107.
    pub(super) fn dos(self) -> Option<zip::DateTime> {
        let (hour, minute, second) = self.0.time().as_hms();
        let year = self.0.year().try_into().ok()?;
        zip::DateTime::from_date_and_time(year, self.0.month().into(), self.0.day(), hour, minute, second)
            .ok()
    }
}

#[cfg(test)]
impl Moment {
    /// A second of a test.
    pub(super) fn at(seconds: u64) -> Self {
        Self(OffsetDateTime::from_unix_timestamp(seconds as i64).unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_the_forms_of_the_files_that_bear_them() {
        let moment = Moment::at(1_795_680_905);
        assert_eq!(moment.rfc2822(), "Thu, 26 Nov 2026 08:15:05 +0000");
        assert_eq!(moment.rfc3339(), "2026-11-26T08:15:05Z");
        assert_eq!(moment.seconds(), 1_795_680_905);
    }
}
