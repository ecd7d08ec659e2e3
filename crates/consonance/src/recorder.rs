//! Records taps to files, on a thread of its own.

mod dropped_blocks;
mod everyone;
mod observed;
mod timed_file;
mod writing;

use std::fmt;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::{fs, io};

use consonance_audio::limits::TRACKS_MAX;
use consonance_audio::{RecordingError, RecordingSettings};

use crate::tap::Tap;
pub use dropped_blocks::DroppedBlocks;
use everyone::{Everyone, NamedTap, Tracks};
pub(crate) use observed::Observed;
pub use writing::Recorded;
use writing::{Order, Writing};

/// The most taps waiting to be taken by the thread.
const WAITING_TAPS_MAX: usize = 64;

/// A recording of taps, each in its own file, which all begin at the first sound. Without any sound there are no files.
///
/// Dropping it completes the files too, but does not report errors.
pub struct Recorder {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<Result<Vec<Recorded>, RecordingError>>>,
    tracks: Tracks,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecorderError {
    /// A file or a folder could not be used.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The thread could not be started.
    #[error("could not start the recorder thread: {0}")]
    Thread(io::Error),
    /// The recorder has stopped because of an error; [`Recorder::stop`] says which.
    #[error("the recorder has stopped; stop() says why")]
    Stopped,
    /// More taps were added at once than the recorder accepts.
    #[error("{WAITING_TAPS_MAX} taps are already waiting to be recorded; try again shortly")]
    Busy,
}

impl RecorderError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Recording(cause) => cause.code(),
            Self::Thread(_) => "thread",
            Self::Stopped => "stopped",
            Self::Busy => "busy",
        }
    }
}

impl Recorder {
    /// Creates the folder, if needed, and waits for taps.
    ///
    /// # Errors
    /// [`RecorderError::Recording`] if the folder cannot be created, or [`RecorderError::Thread`].
    pub fn start(folder: impl AsRef<Path>, settings: RecordingSettings) -> Result<Self, RecorderError> {
        let folder = folder.as_ref().to_owned();
        fs::create_dir_all(&folder)
            .map_err(|cause| RecordingError::Folder { path: folder.clone(), cause })?;
        let (sender, receiver) = sync_channel(WAITING_TAPS_MAX);
        let writing = Writing::new(folder, settings);
        let tracks = Tracks::new(settings.max_tracks.min(TRACKS_MAX));
        let thread = thread::Builder::new().name("recorder".into()).spawn(move || writing.run(&receiver));
        Ok(Self { orders: Some(sender), thread: Some(thread.map_err(RecorderError::Thread)?), tracks })
    }

    /// Records this tap too, from now on. It is a separate track, even if the same source had one before.
    ///
    /// # Errors
    /// [`RecorderError::Recording`] if there are as many tracks as the settings allow, [`RecorderError::Stopped`] or
    /// [`RecorderError::Busy`].
    pub fn add(&mut self, tap: Tap) -> Result<(), RecorderError> {
        let name = tap.source().name().to_owned();
        self.add_as(tap, name)
    }

    /// The same, with a custom name for the file: as much of it as is valid on every system.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_as(&mut self, tap: Tap, name: impl Into<String>) -> Result<(), RecorderError> {
        if !self.tracks.take() {
            return Err(RecordingError::TooManyTracks { max: self.tracks.max() }.into());
        }
        let ordered = self.order(Order::Tap(NamedTap { tap, name: name.into() }));
        if ordered.is_err() {
            self.tracks.give_back();
        }
        ordered
    }

    /// Records all players of this chat: those present, and those that join later.
    ///
    /// # Errors
    /// [`RecorderError::Stopped`] or [`RecorderError::Busy`].
    pub(crate) fn add_everyone(&self, chat: Observed) -> Result<(), RecorderError> {
        let everyone = Everyone::new(chat, self.tracks.clone());
        self.order(Order::Everyone(Box::new(everyone)))
    }

    fn order(&self, order: Order) -> Result<(), RecorderError> {
        let orders = self.orders.as_ref().ok_or(RecorderError::Stopped)?;
        orders.try_send(order).map_err(|error| match error {
            TrySendError::Full(_) => RecorderError::Busy,
            TrySendError::Disconnected(_) => RecorderError::Stopped,
        })
    }

    /// False once an error has ended it; [`stop`](Self::stop) returns the error.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Writes the rest of the taps, completes the files, and returns the result for each tap, in the order in which
    /// they were added.
    ///
    /// # Errors
    /// [`RecorderError::Recording`] if part of it could not be written; the files contain the rest.
    ///
    /// # Panics
    /// If the recorder's thread panicked.
    pub fn stop(mut self) -> Result<Vec<Recorded>, RecorderError> {
        match self.end() {
            Some(Ok(recorded)) => Ok(recorded?),
            Some(Err(panic)) => resume_unwind(panic),
            None => Ok(Vec::new()),
        }
    }

    /// Lets the thread come to its end.
    fn end(&mut self) -> Option<thread::Result<Result<Vec<Recorded>, RecordingError>>> {
        self.orders = None;
        self.thread.take().map(JoinHandle::join)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _what_went_wrong = self.end();
    }
}
