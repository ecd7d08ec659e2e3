//! The recordings of a recorder, to list, fetch and remove them.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::error::RecordingsError;
use super::finished::recordings_in;
use super::id::RecordingId;
use super::index::RecordingIndex;
use super::settings::SessionRecordingSettings;
use super::shared::{Removal, Shared};
use super::status::RecorderStatus;

/// The recordings of a [`SessionRecorder`](super::SessionRecorder); a clone leads to the same ones.
#[derive(Clone, Debug)]
pub struct Recordings {
    shared: Arc<Shared>,
}

/// A recording, as its index says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingEntry {
    /// Names it.
    pub id: RecordingId,
    /// Its contents; for a recording in progress, as of a moment ago.
    pub index: RecordingIndex,
}

impl Recordings {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// How the recorder is doing, or was when it ended.
    pub fn status(&self) -> RecorderStatus {
        self.shared.status()
    }

    /// The limits that it keeps to.
    pub fn settings(&self) -> Arc<SessionRecordingSettings> {
        self.shared.registry.settings()
    }

    /// The recordings before this one, newest first, at most `limit`; reads their indexes.
    ///
    /// # Errors
    /// If the folder cannot be read. Recordings without a readable index are left out.
    pub fn list(
        &self,
        before: Option<&RecordingId>,
        limit: usize,
    ) -> Result<Vec<RecordingEntry>, RecordingsError> {
        let folder = &self.shared.registry.folder;
        let trouble =
            |error: std::io::Error| RecordingsError::Io { path: folder.clone(), what: error.to_string() };
        let found = recordings_in(folder).map_err(trouble)?;
        let mut ids: Vec<_> = found.iter().filter_map(|found| RecordingId::of(found)).collect();
        ids.sort_unstable();
        let older = ids.into_iter().rev().filter(|id| before.is_none_or(|before| id < before));
        Ok(older.filter_map(|id| self.get(&id).ok()).take(limit).collect())
    }

    /// The recording of this name.
    ///
    /// # Errors
    /// If there is none, or its index cannot be read.
    pub fn get(&self, id: &RecordingId) -> Result<RecordingEntry, RecordingsError> {
        let folder = self.folder_of(id)?;
        if let Some(live) = self.status().live.into_iter().find(|live| live.folder == folder) {
            return Ok(RecordingEntry { id: id.clone(), index: live.index });
        }
        let index = RecordingIndex::read(&folder).map_err(|_| RecordingsError::NoRecording)?;
        Ok(RecordingEntry { id: id.clone(), index })
    }

    /// The file of a track, by the name that the index has for it.
    ///
    /// # Errors
    /// If there is no such recording or track.
    pub fn track(&self, id: &RecordingId, file: &str) -> Result<PathBuf, RecordingsError> {
        let recording = self.get(id)?;
        let path = recording.index.path_of(&self.folder_of(id)?, file);
        path.ok_or_else(|| RecordingsError::NoTrack { file: file.to_owned() })
    }

    /// Removes a finished recording. The thread that writes does it, and is waited for.
    ///
    /// # Errors
    /// If there is no such recording, it is still running, or the disk fails.
    pub(crate) fn remove(&self, id: &RecordingId) -> Result<(), RecordingsError> {
        let (done, answer) = mpsc::sync_channel(1);
        let folder = self.folder_of(id)?;
        let mut removals = self.shared.removals.lock().unwrap_or_else(PoisonError::into_inner);
        if removals.len() >= REMOVALS_MAX {
            return Err(RecordingsError::Late);
        }
        removals.push(Removal { folder, done });
        drop(removals);
        answer.recv_timeout(PATIENCE).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => Err(RecordingsError::Late),
        })
    }

    /// Names are untrusted: none leads out of the folder.
    fn folder_of(&self, id: &RecordingId) -> Result<PathBuf, RecordingsError> {
        let is_name = |name: &str| Path::new(name).file_name().is_some_and(|own| own == name);
        if !is_name(&id.session_folder) || !is_name(&id.name) {
            return Err(RecordingsError::NoRecording);
        }
        Ok(self.shared.registry.folder.join(&id.session_folder).join(&id.name))
    }
}

/// How long a caller waits for the disk: the recorder looks five times a second.
const PATIENCE: Duration = Duration::from_secs(5);
/// Removals that wait at once.
const REMOVALS_MAX: usize = 64;
