//! What a recording's folder holds, as a file for people and programs: `index.json`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::replace_file::replace_file;

/// One recording of a session. Positions and lengths are samples at 48 kHz from its beginning, which
/// all its tracks have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordingIndex {
    /// Of this format: 1. What is added later leaves the number as it is; what changes its meaning does not.
    pub version: u32,
    /// The session's name.
    pub session: String,
    /// When it began, in words.
    pub started_at: String,
    /// The same in milliseconds since 1970.
    pub started_unix_ms: u64,
    /// Whether an operator began it, rather than the configuration.
    pub by_operator: bool,
    /// 48 000.
    pub sample_rate_hz: u32,
    /// Until when it was recorded, with or without speech.
    pub duration_samples: u64,
    /// Of all tracks.
    pub bytes: u64,
    /// Why nothing more comes; none while it is being recorded.
    pub ended: Option<RecordingEndReason>,
    /// What the system said, if that was why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Frames that came faster than the disk took them.
    pub frames_dropped: u64,
    /// Frames of players beyond the limit of one recording.
    pub frames_without_track: u64,
    /// The voices, in the order in which they were first heard.
    pub tracks: Vec<TrackIndex>,
}

/// One player's voice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrackIndex {
    /// The file's name, in the same folder.
    pub file: String,
    /// Whether its frames are encrypted from end to end: then it is no Ogg Opus, and only a holder of the session's
    /// keys can make that of it. A voice with frames of both kinds has a file for each.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
    /// The player's name.
    pub player: String,
    /// The id that it had last.
    pub id: u16,
    /// The subject of its join token, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Where its voice begins; none while it has none.
    pub first_sample: Option<u64>,
    /// How long the file plays.
    pub duration_samples: u64,
    /// How large it is.
    pub bytes: u64,
    /// Frames that are in it.
    pub frames: u64,
    /// Frames that never came; the file has gaps in their places, which players conceal.
    pub frames_lost: u64,
    /// Frames that came twice, or when their time was over.
    pub frames_late: u64,
    /// Frames that are neither Opus nor encrypted, or came faster than speech.
    pub frames_refused: u64,
    /// When it is heard, and where.
    pub spans: Vec<Span>,
}

/// A stretch of speech.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Span {
    /// Its first sample.
    pub from_sample: u64,
    /// The first sample that it has no more.
    pub to_sample: u64,
    /// The rooms that it was spoken to; a number for one without listeners.
    pub rooms: Vec<String>,
    /// Whether it was also, or only, spoken to single players.
    pub to_players: bool,
}

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[repr(u8)]
pub enum RecordingEndReason {
    /// The session ended, or the server stopped.
    SessionEnded,
    /// The last player left.
    Empty,
    /// An operator wanted it.
    Stopped,
    /// It was as long as one may become; the next one goes on.
    DurationReached,
    /// It was as large as one may become; the next one goes on.
    BytesReached,
    /// All recordings together were as large as they may become.
    FolderFull,
    /// Less was free on the disk than is to be left.
    DiskNearlyFull,
    /// A file could not be written; the index has what the system said.
    WriteFailed,
    /// The server was killed, or the machine stopped. What was written until a second before is there.
    Crashed,
    /// A [report](crate::reports) was made: it holds what was said until then.
    Reported,
    /// Another process went on with the session, and records it again.
    HandedOver,
    /// The configuration wants it no longer, or elsewhere.
    Reconfigured,
    /// It had as many voices as one may have, and further players spoke; the next one goes on.
    TracksReached,
}

impl RecordingEndReason {
    const ALL: [Self; 13] = [
        Self::SessionEnded,
        Self::Empty,
        Self::Stopped,
        Self::DurationReached,
        Self::BytesReached,
        Self::FolderFull,
        Self::DiskNearlyFull,
        Self::WriteFailed,
        Self::Crashed,
        Self::Reported,
        Self::HandedOver,
        Self::Reconfigured,
        Self::TracksReached,
    ];

    pub(super) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// It cannot be read.
    #[error("cannot read {path}: {cause}")]
    Read {
        /// The file.
        path: String,
        /// Why not.
        cause: io::Error,
    },
    /// It is not what it should be.
    #[error("{path} is not an index of a recording: {what}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
}

impl IndexError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Malformed { .. } => "malformed",
        }
    }
}

impl RecordingIndex {
    /// The file's name in a recording's folder.
    pub const FILE: &'static str = "index.json";

    /// Reads the index of the recording in this folder.
    ///
    /// # Errors
    /// If it is not there, or of a later version.
    pub fn read(folder: &Path) -> Result<Self, IndexError> {
        let path = folder.join(Self::FILE);
        let name = || path.display().to_string();
        let text = fs::read(&path).map_err(|cause| IndexError::Read { path: name(), cause })?;
        let malformed = |what: String| IndexError::Malformed { path: name(), what };
        let index: Self = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        if index.version != VERSION {
            return Err(malformed(format!("it has version {}, and {VERSION} is known here", index.version)));
        }
        Ok(index)
    }

    /// Where a track is in the recording's folder; `None` if it has no track with a file of this
    /// name, whatever else is there.
    pub fn path_of(&self, folder: &Path, file: &str) -> Option<PathBuf> {
        let track = self.tracks.iter().find(|track| track.file == file)?;
        // A foreign index cannot lead outside of the folder.
        (Path::new(&track.file).file_name()? == track.file.as_str()).then(|| folder.join(&track.file))
    }

    /// Replaces the index in this folder.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        replace_file(&folder.join(Self::FILE), &serde_json::to_vec_pretty(self).map_err(io::Error::other)?)
    }
}

pub(super) const VERSION: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_found_by_its_number() {
        for reason in RecordingEndReason::ALL {
            assert_eq!(RecordingEndReason::of_number(reason as u8), Some(reason));
        }
        assert_eq!(RecordingEndReason::of_number(u8::MAX), None);
    }
}
