//! The name of a recording.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::error::RecordingsError;

/// Names a recording: by the folder of its session, and its own in that one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordingId {
    /// Names of recordings are times, so that they sort by time.
    pub name: String,
    /// The session's name, as far as a folder can have it.
    pub session_folder: String,
}

impl RecordingId {
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let name = folder.file_name()?.to_str()?.to_owned();
        let session_folder = folder.parent()?.file_name()?.to_str()?.to_owned();
        Some(Self { name, session_folder })
    }
}

impl FromStr for RecordingId {
    type Err = RecordingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (session_folder, name) = text.split_once('/').ok_or(RecordingsError::NoRecording)?;
        Ok(Self { name: name.to_owned(), session_folder: session_folder.to_owned() })
    }
}

impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.session_folder, self.name)
    }
}
