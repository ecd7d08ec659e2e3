//! The thread that writes recordings, from outside.

use std::fmt;
use std::fs::{self, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::error::SessionRecorderError;
use super::feed::RecordingFeed;
use super::finished::FinishedRecordings;
use super::folder_lock::FolderLock;
use super::recordings::Recordings;
use super::settings::SessionRecordingSettings;
use super::shared::Shared;
use super::status::RecorderStatus;
use super::writer_thread::Writing;
use crate::folder_check::check_writable;
use crate::threads;
use crate::webhooks::Webhooks;

/// Writes recordings of any number of session loops in a thread of its own. Dropping it completes them.
pub struct SessionRecorder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for SessionRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl SessionRecorder {
    /// Starts the thread; a folder for each session is made in this one. Recordings that a crash has
    /// cut off are completed first.
    ///
    /// # Errors
    /// If the folder cannot be made, read or written to, or is another server's, or if the operating system gives no
    /// thread.
    pub fn start(
        folder: impl Into<PathBuf>,
        settings: SessionRecordingSettings,
    ) -> Result<Self, SessionRecorderError> {
        Self::start_with_webhooks(folder, settings, Webhooks::default())
    }

    /// Whether a recorder could write to this folder, as far as the disk says; changes nothing.
    ///
    /// # Errors
    /// [`SessionRecorderError::Folder`] if not.
    pub fn check(folder: &Path) -> Result<(), SessionRecorderError> {
        check_writable(folder)
            .map_err(|cause| SessionRecorderError::Folder { folder: folder.to_owned(), cause })
    }

    /// The same; notifies these webhooks of each recording whose files are complete.
    ///
    /// # Errors
    /// As those of [`start`](Self::start).
    pub fn start_with_webhooks(
        folder: impl Into<PathBuf>,
        settings: SessionRecordingSettings,
        webhooks: Webhooks,
    ) -> Result<Self, SessionRecorderError> {
        let folder = folder.into();
        let unusable = |cause| SessionRecorderError::Folder { folder: folder.clone(), cause };
        fs::create_dir_all(&folder).map_err(unusable)?;
        let lock = FolderLock::take(&folder).map_err(|error| match error {
            TryLockError::WouldBlock => SessionRecorderError::InUse { folder: folder.clone() },
            TryLockError::Error(source) => unusable(source),
        })?;
        let (finished, completed) = FinishedRecordings::open(&folder).map_err(unusable)?;
        let shared = Arc::new(Shared::new(folder, settings, webhooks));
        for recording in &completed {
            shared.tell_ready(recording);
        }
        let obeyed = Arc::clone(&shared);
        let run = move || run(&obeyed, finished, lock);
        let thread = threads::start("recorder", run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Follows other limits from now on. What else has changed is followed by feeds that are made after this: see
    /// [`ServerHandle::record_with`](crate::ServerHandle::record_with).
    pub fn set_settings(&self, settings: SessionRecordingSettings) {
        self.shared.registry.set_settings(settings);
    }

    /// The handle of the recordings, to list and remove them.
    pub fn recordings(&self) -> Recordings {
        Recordings::new(Arc::clone(&self.shared))
    }

    /// An end for one session loop: see [`SessionLoop::record_with`](crate::SessionLoop::record_with).
    pub fn feed(&self) -> RecordingFeed {
        self.shared.feed()
    }

    /// How it is doing.
    pub fn status(&self) -> RecorderStatus {
        self.shared.status()
    }

    /// Completes all recordings in progress, and waits for that.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

impl Drop for SessionRecorder {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(shared: &Shared, finished: FinishedRecordings, _lock: FolderLock) {
    let mut writing = Writing::new(finished);
    while !shared.stop.load(Ordering::Acquire) {
        let sleep = writing.run_once(Instant::now(), shared);
        thread::park_timeout(sleep);
    }
    writing.run_once(Instant::now(), shared);
    writing.end_all(Instant::now(), shared);
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;
    use crate::threads::tests::with_threads;

    #[test]
    fn a_recorder_whose_thread_cannot_be_started_is_an_error_and_its_folder_free_for_the_next() {
        let folder = env::temp_dir().join(format!("consonance-recorder-{}", process::id()));
        let start = || SessionRecorder::start(&folder, SessionRecordingSettings::default());
        let started = with_threads(0, start);
        assert!(matches!(started, Err(SessionRecorderError::ThreadSpawnError(_))), "{started:?}");
        start().unwrap().stop();
        fs::remove_dir_all(folder).unwrap();
    }
}
