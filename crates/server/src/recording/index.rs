//! The index of a recording's folder, as a file for people and programs: `index.json`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::replace_file::replace_file;

/// One recording of a session. Positions and lengths are samples at 48 kHz from its beginning, which
/// all its tracks have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordingIndex {
    /// The version of this format: 1. Additions keep the number; changes of meaning increase it.
    pub version: u32,
    /// The session's name.
    pub session: String,
    /// The time at which it began, in words.
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
    /// The error from the operating system, if that was the reason.
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
    /// The position where its voice begins; none while it has none.
    pub first_sample: Option<u64>,
    /// The playing time of the file.
    pub duration_samples: u64,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// Frames that are in it.
    pub frames: u64,
    /// Frames that never came; the file has gaps in their places, which players conceal.
    pub frames_lost: u64,
    /// Frames that came twice, or when their time was over.
    pub frames_late: u64,
    /// Frames that are neither Opus nor encrypted, or came faster than speech.
    pub frames_refused: u64,
    /// The stretches of speech, with their rooms.
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// The limit of its duration was reached; another recording follows.
    DurationReached,
    /// The limit of its size was reached; another recording follows.
    BytesReached,
    /// All recordings together were as large as they may become.
    FolderFull,
    /// Less was free on the disk than is to be left.
    DiskNearlyFull,
    /// A file could not be written; the index contains the system's error.
    WriteFailed,
    /// The server was killed, or the machine stopped. The data written until a second before is there.
    Crashed,
    /// A [report](crate::reports) was made: it contains the speech until then.
    Reported,
    /// Another process took over the session, and records it again.
    HandedOver,
    /// The configuration no longer includes it, or stores it elsewhere.
    Reconfigured,
    /// The limit of voices was reached, and further players spoke; another recording follows.
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
    /// The index is malformed.
    #[error("{path} is not an index of a recording: {what}")]
    Malformed {
        /// The file.
        path: String,
        /// A description of the problem.
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
            return Err(malformed(format!(
                "it has version {}, and this program supports {VERSION}",
                index.version
            )));
        }
        Ok(index)
    }

    /// The path of a track in the recording's folder; `None` if the recording has no track with a file of this name,
    /// even if such a file exists.
    pub fn path_of(&self, folder: &Path, file: &str) -> Option<PathBuf> {
        let track = self.tracks.iter().find(|track| track.file == file)?;
        // A foreign index must not lead outside of the folder.
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
