//! Finished recordings on the disk: their list, their total size, and the order in which they are removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tracing::{info, warn};

use super::ended::{EndedRecording, track_files};
use super::error::RecordingsError;
use super::index::RecordingIndex;

/// The finished recordings of a folder, oldest first.
#[derive(Debug, Default)]
pub(super) struct FinishedRecordings {
    finished: Vec<Finished>,
}

#[derive(Debug)]
struct Finished {
    started_unix_ms: u64,
    folder: PathBuf,
    bytes: u64,
}

impl FinishedRecordings {
    /// Reads a folder; also returns the recordings that a crash had cut off and that have been completed.
    pub(super) fn open(folder: &Path) -> io::Result<(Self, Vec<EndedRecording>)> {
        let (mut finished, mut completed) = (Self::default(), Vec::new());
        for recording in recordings_in(folder)? {
            match RecordingIndex::read(&recording) {
                Ok(index) if index.ended.is_some() => finished.add(recording, &index),
                Ok(index) => {
                    let mut crashed = EndedRecording::after_crash(recording, index);
                    let saved = crashed.save();
                    finished.add(crashed.folder.clone(), &crashed.index);
                    match saved {
                        Ok(()) => {
                            info!(folder = %crashed.folder.display(), "repaired after a crash");
                            completed.push(crashed);
                        }
                        Err(error) => {
                            warn!(folder = %crashed.folder.display(), %error, "cannot be repaired");
                        }
                    }
                }
                Err(error) => warn!(%error, "left alone"),
            }
        }
        Ok((finished, completed))
    }

    /// Adds a recording that has ended.
    pub(super) fn add(&mut self, folder: PathBuf, index: &RecordingIndex) {
        let added = Finished { started_unix_ms: index.started_unix_ms, folder, bytes: index.bytes };
        let is_before = |other: &Finished| {
            (other.started_unix_ms, &other.folder) < (added.started_unix_ms, &added.folder)
        };
        let place = self.finished.partition_point(is_before);
        self.finished.insert(place, added);
    }

    /// The total size, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.finished.iter().map(|finished| finished.bytes).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.finished.len()
    }

    /// Forgets recordings whose folders were moved away or removed.
    pub(super) fn forget_missing(&mut self) {
        self.finished.retain(|finished| !matches!(finished.folder.try_exists(), Ok(false)));
    }

    /// Removes one of them.
    pub(super) fn remove(&mut self, folder: &Path) -> Result<(), RecordingsError> {
        let place = self.finished.iter().position(|finished| finished.folder == folder);
        let place = place.ok_or(RecordingsError::NoRecording)?;
        let trouble = |error| RecordingsError::Io { path: folder.to_owned(), what: format!("{error}") };
        remove(folder).map_err(trouble)?;
        self.finished.remove(place);
        info!(folder = %folder.display(), "removed a recording");
        Ok(())
    }

    /// Removes the oldest; false if there is none.
    pub(super) fn remove_oldest(&mut self) -> bool {
        if self.finished.is_empty() {
            return false;
        }
        let Finished { folder, .. } = self.finished.remove(0);
        match remove(&folder) {
            Ok(()) => info!(folder = %folder.display(), "removed the oldest recording to free space"),
            Err(error) => warn!(folder = %folder.display(), %error, "cannot remove the oldest recording"),
        }
        true
    }
}

/// The folders below `<folder>/<session>/` that have an index, in no particular order.
///
/// # Errors
/// If the folder cannot be read; what cannot be read in it is left out.
pub fn recordings_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for session in folders(folder)? {
        for recording in folders(&session).unwrap_or_default() {
            if recording.join(RecordingIndex::FILE).is_file() {
                found.push(recording);
            }
        }
    }
    Ok(found)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    // Do not follow links: their targets were not recorded here.
    let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    Ok(fs::read_dir(folder)?.filter_map(Result::ok).filter(is_folder).map(|entry| entry.path()).collect())
}

/// Removes only the files of a recording; removes the folder only if it is then empty.
pub(crate) fn remove_recording(folder: &Path) -> io::Result<()> {
    let files = match track_files(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        fs::remove_file(folder.join(file))?;
    }
    match fs::remove_file(folder.join(RecordingIndex::FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // The folder may contain foreign files.
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// The same, and the folder of its session, if no other recording is in it.
fn remove(folder: &Path) -> io::Result<()> {
    remove_recording(folder)?;
    if let Some(session) = folder.parent().filter(|_| !folder.exists()) {
        let _ = fs::remove_dir(session);
    }
    Ok(())
}
