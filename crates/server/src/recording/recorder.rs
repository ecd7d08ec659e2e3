//! The thread that writes recordings, from outside.

use std::fs::{self, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rtrb::{Consumer, RingBuffer};

use super::feed::{RecordingFeed, Registry};
use super::finished::FinishedRecordings;
use super::folder_lock::FolderLock;
use super::index::RecordingIndex;
use super::recordings::{Recordings, RecordingsError};
use super::settings::RecordingSettings;
use super::writing::Writing;
use crate::threads::{self, NoThread};

/// Writes recordings of any number of session loops in a thread of its own. Dropping it completes them.
#[derive(Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecorderError {
    /// The folder cannot be used.
    #[error("cannot record to {}: {source}", folder.display())]
    Folder {
        /// Which one.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Two would take each other's recordings for broken ones.
    #[error("another server records to {}: give each a folder of its own", folder.display())]
    InUse {
        /// Which one.
        folder: PathBuf,
    },
    /// Nobody would write recordings.
    #[error(transparent)]
    NoThread(#[from] NoThread),
}

/// How a recorder is doing; at most a fifth of a second old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStatus {
    /// What is being recorded.
    pub live: Vec<RecordingStatus>,
    /// How many recordings are there besides.
    pub finished: usize,
    /// What they take.
    pub finished_bytes: u64,
    /// What was counted since the start.
    pub statistics: RecorderStatistics,
}

/// A recording that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingStatus {
    /// Where it is.
    pub folder: PathBuf,
    /// What its index would be now.
    pub index: RecordingIndex,
}

/// What happened to recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStatistics {
    /// Recordings that began.
    pub begun: u64,
    /// Those that could not, for want of space or because of their folder.
    pub refused: u64,
    /// Those that ended because something could not be written.
    pub failed: u64,
    /// Those that were removed to make room.
    pub removed: u64,
    /// Frames that came faster than the disk took them, or just after a recording had ended by itself.
    pub frames_dropped: u64,
}

impl Recorder {
    /// Starts the thread; a folder for each session is made in this one. Recordings that a crash has
    /// cut off are completed first.
    ///
    /// # Errors
    /// If the folder cannot be made, read or written to, or is another server's, or if the operating system gives no
    /// thread.
    pub fn start(folder: impl Into<PathBuf>, settings: RecordingSettings) -> Result<Self, RecorderError> {
        let folder = folder.into();
        let unusable = |source| RecorderError::Folder { folder: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(unusable)?;
        let lock = FolderLock::take(&folder).map_err(|error| match error {
            TryLockError::WouldBlock => RecorderError::InUse { folder: folder.clone() },
            TryLockError::Error(source) => unusable(source),
        })?;
        let finished = FinishedRecordings::open(&folder).map_err(unusable)?;
        let shared = Arc::new(Shared::new(folder, settings));
        let obeyed = Arc::clone(&shared);
        let run = move || run(&obeyed, finished, lock);
        let thread = threads::start("recorder", run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Follows other limits from now on. What else has changed is followed by feeds that are made after this: see
    /// [`ServerHandle::record_with`](crate::ServerHandle::record_with).
    pub fn set_settings(&self, settings: RecordingSettings) {
        self.shared.registry.set_settings(settings);
    }

    /// The way to what is recorded, for whoever lists and removes it.
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

    /// Completes what is being recorded, and waits for it.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the recorder's thread and its owner share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) registry: Arc<Registry>,
    /// Those that the thread has not taken yet.
    pub(super) feeds: Mutex<Vec<Consumer<u8>>>,
    stop: AtomicBool,
    pub(super) status: Mutex<RecorderStatus>,
    /// What somebody wants removed, and waits for.
    pub(super) removals: Mutex<Vec<Removal>>,
}

/// A finished recording that is to go.
#[derive(Debug)]
pub(super) struct Removal {
    pub(super) folder: PathBuf,
    pub(super) done: SyncSender<Result<(), RecordingsError>>,
}

impl Shared {
    pub(super) fn new(folder: PathBuf, settings: RecordingSettings) -> Self {
        Self {
            registry: Arc::new(Registry::new(folder, settings)),
            feeds: Mutex::default(),
            stop: AtomicBool::new(false),
            status: Mutex::default(),
            removals: Mutex::default(),
        }
    }

    pub(super) fn feed(&self) -> RecordingFeed {
        let (producer, ring) = RingBuffer::new(self.registry.settings().queue_bytes);
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner).push(ring);
        RecordingFeed::new(producer, Arc::clone(&self.registry))
    }

    pub(super) fn status(&self) -> RecorderStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn run(shared: &Shared, finished: FinishedRecordings, _lock: FolderLock) {
    let mut writing = Writing::new(finished);
    while !shared.stop.load(Ordering::Acquire) {
        let sleep = writing.turn(Instant::now(), shared);
        thread::park_timeout(sleep);
    }
    writing.turn(Instant::now(), shared);
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
        let start = || Recorder::start(&folder, RecordingSettings::default());
        let started = with_threads(0, start);
        assert!(matches!(started, Err(RecorderError::NoThread(_))), "{started:?}");
        start().unwrap().stop();
        fs::remove_dir_all(folder).unwrap();
    }
}
