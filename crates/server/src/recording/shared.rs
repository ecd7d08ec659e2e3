//! State shared between the thread that writes recordings and its callers.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use rtrb::{Consumer, RingBuffer};

use super::ended::EndedRecording;
use super::error::RecordingsError;
use super::feed::{RecordingFeed, Registry};
use super::id::RecordingId;
use super::settings::SessionRecordingSettings;
use super::status::RecorderStatus;
use crate::webhooks::{Occurrence, Webhooks};

/// The state that the recorder's thread and its owner share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) registry: Arc<Registry>,
    /// Feeds that the thread has not taken yet.
    pub(super) feeds: Mutex<Vec<Consumer<u8>>>,
    pub(super) stop: AtomicBool,
    pub(super) status: Mutex<RecorderStatus>,
    /// A removal that a caller waits for.
    pub(super) removals: Mutex<Vec<Removal>>,
    /// The webhooks that are notified of complete recordings.
    webhooks: Webhooks,
}

/// A finished recording that is to go.
#[derive(Debug)]
pub(super) struct Removal {
    pub(super) folder: PathBuf,
    pub(super) done: SyncSender<Result<(), RecordingsError>>,
}

impl Shared {
    pub(super) fn new(folder: PathBuf, settings: SessionRecordingSettings, webhooks: Webhooks) -> Self {
        Self {
            registry: Arc::new(Registry::new(folder, settings)),
            feeds: Mutex::default(),
            stop: AtomicBool::new(false),
            status: Mutex::default(),
            removals: Mutex::default(),
            webhooks,
        }
    }

    /// The files of this recording are as they stay.
    pub(super) fn tell_ready(&self, recording: &EndedRecording) {
        if let Some(id) = RecordingId::of(&recording.folder) {
            self.webhooks.tell(&Occurrence::RecordingReady { id: &id, index: &recording.index });
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
