//! Why a report was not made, or is not available.

use std::path::PathBuf;

use crate::threads::ThreadSpawnError;

/// Why a report was not made, or cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportsError {
    /// The folder of reports cannot be used.
    #[error("cannot keep reports in {}: {what}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The error from the operating system.
        what: String,
    },
    /// No thread would write reports.
    #[error(transparent)]
    ThreadSpawnError(#[from] ThreadSpawnError),
    /// There is no report of this number.
    #[error("unknown report {id}: see the list of reports")]
    NoReport {
        /// The number.
        id: u64,
    },
    /// The report has no such track.
    #[error("report {id} has no track {file:?}: see its list of tracks")]
    NoTrack {
        /// The report's number.
        id: u64,
        /// The file that was asked for.
        file: String,
    },
    /// A file of a report cannot be read or removed.
    #[error("{what}")]
    Unreadable {
        /// A description of the problem.
        what: String,
    },
    /// All reports together are as large as they may become.
    #[error(
        "reports take {limit} bytes, which is the limit: remove some, or raise moderation.reports_bytes_max"
    )]
    Full {
        /// How many that are.
        limit: u64,
    },
    /// Players' reports are as large as they may become: half of all.
    #[error(
        "players' reports take {share} bytes, which is half of the limit: remove some, or raise \
         moderation.reports_bytes_max"
    )]
    PlayersShareFull {
        /// How many that are.
        share: u64,
    },
    /// Others wait for the disk already.
    #[error("too many reports are waiting to be written; try again shortly")]
    Busy,
    /// The disk does not take it.
    #[error("the report could not be written: {what}")]
    Write {
        /// The error from the operating system.
        what: String,
    },
    /// The disk is slow.
    #[error("the report has not been written yet; check the list of reports later")]
    Late,
}

impl ReportsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "folder",
            Self::ThreadSpawnError(_) => "no-thread",
            Self::NoReport { .. } => "no-report",
            Self::NoTrack { .. } => "no-track",
            Self::Unreadable { .. } => "unreadable",
            Self::Full { .. } => "full",
            Self::PlayersShareFull { .. } => "players-share-full",
            Self::Busy => "busy",
            Self::Write { .. } => "write",
            Self::Late => "late",
        }
    }
}
