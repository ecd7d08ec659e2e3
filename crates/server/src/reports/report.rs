//! The description of a report, beside its voices: `report.json`.

use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::replace_file::replace_file;

/// A report: the reported player, the time and the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Report {
    /// The number of the report.
    pub id: u64,
    /// The time, in seconds since 1970.
    pub at: u64,
    /// The session that it was in.
    pub session: String,
    /// The reported player; empty if a player has submitted the report.
    pub player: String,
    /// The subject of its join token, if that had one.
    #[serde(default)]
    pub subject: Option<String>,
    /// The reporter, as the caller names it.
    pub by: String,
    /// The reason; may be empty.
    pub reason: String,
    /// The number of voices with a file.
    pub tracks: usize,
    /// The size of all files, in bytes.
    pub bytes: u64,
    /// The encrypted file of a report that a player has submitted: player and reason are in it, and empty here. Only
    /// the holder of the moderators' key can open it, with `consonance decrypt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

impl Report {
    /// The name of a sealed report's file in its folder.
    pub const SEALED_FILE: &'static str = "report.sealed";
    /// The file's name in a report's folder.
    pub const FILE: &'static str = "report.json";

    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        serde_json::from_slice(&fs::read(folder.join(Self::FILE))?).map_err(io::Error::from)
    }

    /// Written last: a report without this file is incomplete.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        replace_file(&folder.join(Self::FILE), &serde_json::to_vec_pretty(self)?)
    }
}
