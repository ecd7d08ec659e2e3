//! The thread that writes recordings: reads the feeds, and keeps to the limits of the disk.

use std::collections::BTreeMap;
use std::io;
use std::mem;
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rtrb::Consumer;
use tracing::{info, warn};

use super::ended::EndedRecording;
use super::error::RecordingsError;
use super::feed::{Begun, Registry};
use super::finished::FinishedRecordings;
use super::index::RecordingEndReason;
use super::live::LiveRecording;
use super::message::{LENGTH_BYTES, Message};
use super::settings::SessionRecordingSettings;
use super::shared::{Removal, Shared};
use super::status::{RecorderStatistics, RecordingStatus};

/// Everything that the thread has.
#[derive(Debug)]
pub(super) struct Writing {
    /// The rings of threads that relay.
    feeds: Vec<Consumer<u8>>,
    live: BTreeMap<u32, LiveRecording>,
    finished: FinishedRecordings,
    /// Recordings that have ended and are not yet complete on the disk.
    unsaved: Vec<EndedRecording>,
    next_pass: Option<Instant>,
    next_save: Option<Instant>,
    /// Without the frames that found a ring full, which feeds count.
    statistics: RecorderStatistics,
    message: Vec<u8>,
}

impl Writing {
    pub(super) fn new(finished: FinishedRecordings) -> Self {
        Self {
            feeds: Vec::new(),
            live: BTreeMap::new(),
            finished,
            unsaved: Vec::new(),
            next_pass: None,
            next_save: None,
            statistics: RecorderStatistics::default(),
            message: Vec::new(),
        }
    }

    /// Does the pending work; returns how long to sleep.
    pub(super) fn run_once(&mut self, now: Instant, shared: &Shared) -> Duration {
        self.feeds.append(&mut shared.feeds.lock().unwrap_or_else(PoisonError::into_inner));
        self.begin_new(now, shared);
        // Look for ends before draining the rings: a closed feed has already sent everything.
        let closed: Vec<_> =
            self.live.iter().filter_map(|(number, live)| Some((*number, live.state.closed()?))).collect();
        self.drain(now, shared);
        for (number, reason) in closed {
            self.end(number, now, reason, None, shared);
        }
        self.remove_unwanted(shared);
        if self.next_pass.is_none_or(|at| now >= at) {
            self.next_pass = Some(now + PASS_INTERVAL);
            self.pass(now, shared);
            self.show(now, shared);
        }
        if self.live.is_empty() { IDLE } else { BUSY }
    }

    /// Completes everything.
    pub(super) fn end_all(&mut self, now: Instant, shared: &Shared) {
        self.drain(now, shared);
        self.end_live(now, RecordingEndReason::SessionEnded, shared);
        self.save(shared);
        self.show(now, shared);
    }

    fn begin_new(&mut self, now: Instant, shared: &Shared) {
        let mut begun = shared.registry.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = mem::take(&mut *begun);
        for begun in begun {
            self.begin(begun, now, &shared.registry);
        }
    }

    fn begin(&mut self, begun: Begun, now: Instant, registry: &Registry) {
        let (state, session) = (begun.state.clone(), begun.session.clone());
        let made = match self.lack_of_space(registry) {
            Some(reason) => Err(io::Error::new(io::ErrorKind::StorageFull, in_words(reason))),
            None => LiveRecording::create(begun, now, &registry.folder),
        };
        match made {
            Ok(live) => {
                info!(session, folder = %live.folder.display(), "recording");
                self.statistics.begun += 1;
                self.live.insert(state.recording, live);
            }
            Err(error) => {
                warn!(session, %error, "cannot record");
                self.statistics.refused += 1;
                state.end(false);
            }
        }
    }

    fn drain(&mut self, now: Instant, shared: &Shared) {
        let mut feeds = mem::take(&mut self.feeds);
        for feed in &mut feeds {
            // Drain at most what is there now, so that a feed faster than the disk does not starve the others.
            let mut waiting = feed.slots();
            while waiting > 0
                && let Some(bytes) = take_message(feed, &mut self.message)
            {
                waiting = waiting.saturating_sub(bytes);
                self.handle_message(now, shared);
            }
        }
        feeds.retain(|feed| !(feed.is_abandoned() && feed.is_empty()));
        self.feeds = feeds;
    }

    fn handle_message(&mut self, now: Instant, shared: &Shared) {
        let bytes = mem::take(&mut self.message);
        if let Some(message) = Message::read(&bytes) {
            let number = message.recording();
            if !self.live.contains_key(&number) {
                // The recording may have just begun.
                self.begin_new(now, shared);
            }
            match self.live.get_mut(&number) {
                Some(live) => {
                    if let Err(error) = live.handle(&message, shared.registry.settings().tracks_max) {
                        self.fail(number, now, &error, shared);
                    }
                }
                // The recording has ended by itself, which the session has not noticed yet.
                None => self.statistics.frames_dropped += u64::from(matches!(message, Message::Voice { .. })),
            }
        }
        self.message = bytes;
    }

    /// Writes pages, looks after the limits, and saves what could not be saved before.
    fn pass(&mut self, now: Instant, shared: &Shared) {
        let registry = &*shared.registry;
        let bytes_max = registry.settings().bytes_max;
        let mut failed = Vec::new();
        let mut followed = Vec::new();
        for (number, live) in &mut self.live {
            if let Err(error) = live.pass(now) {
                failed.push((*number, error));
            } else if live.bytes() >= bytes_max {
                followed.push((*number, RecordingEndReason::BytesReached));
            } else if live.is_outgrown() {
                followed.push((*number, RecordingEndReason::TracksReached));
            }
        }
        for (number, error) in failed {
            self.fail(number, now, &error, shared);
        }
        for (number, reason) in followed {
            self.end(number, now, reason, None, shared);
        }
        if !self.live.is_empty()
            && let Some(reason) = self.lack_of_space(registry)
        {
            self.end_live(now, reason, shared);
        }
        if !self.unsaved.is_empty() && self.next_save.is_none_or(|at| now >= at) {
            self.next_save = Some(now + SAVE_INTERVAL);
            self.save(shared);
        }
    }

    /// Removes the oldest recordings, if so configured; returns the limit that is still exceeded.
    fn lack_of_space(&mut self, registry: &Registry) -> Option<RecordingEndReason> {
        let settings = registry.settings();
        self.shortage(registry, &settings)?;
        self.finished.forget_missing();
        while let Some(reason) = self.shortage(registry, &settings) {
            if !settings.remove_oldest || !self.finished.remove_oldest() {
                return Some(reason);
            }
            self.statistics.removed += 1;
        }
        None
    }

    /// The reason why recordings have to end for lack of space, if there is one: the folder's limit, or the disk's
    /// free space.
    fn shortage(
        &self,
        registry: &Registry,
        settings: &SessionRecordingSettings,
    ) -> Option<RecordingEndReason> {
        let live: u64 = self.live.values().map(LiveRecording::bytes).sum();
        if self.finished.bytes() + live > settings.folder_bytes_max {
            Some(RecordingEndReason::FolderFull)
        } else if free_bytes(&registry.folder).is_some_and(|free| free < settings.free_bytes_min) {
            Some(RecordingEndReason::DiskNearlyFull)
        } else {
            None
        }
    }

    /// Carries out a requested removal, unless the recording is in progress.
    fn remove_unwanted(&mut self, shared: &Shared) {
        let unwanted = mem::take(&mut *shared.removals.lock().unwrap_or_else(PoisonError::into_inner));
        for Removal { folder, done } in unwanted {
            let result = if self.live.values().any(|live| live.folder == folder) {
                Err(RecordingsError::GoesOn)
            } else {
                self.finished.remove(&folder)
            };
            // The caller may have given up.
            let _ = done.try_send(result);
        }
    }

    fn fail(&mut self, number: u32, now: Instant, error: &io::Error, shared: &Shared) {
        warn!(%error, "recording stopped: cannot write");
        self.statistics.failed += 1;
        self.end(number, now, RecordingEndReason::WriteFailed, Some(error.to_string()), shared);
    }

    fn end_live(&mut self, now: Instant, reason: RecordingEndReason, shared: &Shared) {
        while let Some(number) = self.live.keys().next().copied() {
            self.end(number, now, reason, None, shared);
        }
    }

    fn end(
        &mut self,
        number: u32,
        now: Instant,
        reason: RecordingEndReason,
        error: Option<String>,
        shared: &Shared,
    ) {
        let Some(live) = self.live.remove(&number) else { return };
        let mut ended = live.end(now, reason, error);
        let EndedRecording { folder, index, .. } = &ended;
        info!(session = index.session, folder = %folder.display(), ?reason, "recorded");
        self.finished.add(folder.clone(), index);
        match ended.save() {
            Ok(()) => shared.tell_ready(&ended),
            Err(error) => {
                warn!(folder = %ended.folder.display(), %error, "cannot be completed yet");
                if self.unsaved.len() < UNSAVED_MAX {
                    self.unsaved.push(ended);
                }
            }
        }
    }

    fn save(&mut self, shared: &Shared) {
        self.unsaved.retain_mut(|ended| {
            // Recordings that were removed meanwhile need no index.
            let is_saved =
                !ended.folder.is_dir() || ended.save().inspect(|()| shared.tell_ready(ended)).is_ok();
            !is_saved
        });
    }

    fn show(&self, now: Instant, shared: &Shared) {
        let live = self
            .live
            .values()
            .map(|live| RecordingStatus { folder: live.folder.clone(), index: live.index_so_far(now) });
        let mut status = shared.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.live = live.collect();
        status.finished = self.finished.len();
        status.finished_bytes = self.finished.bytes();
        status.statistics = self.statistics;
        status.statistics.frames_dropped += shared.registry.frames_dropped.load(Ordering::Relaxed);
    }
}

/// How often the rings are looked at while something is recorded, and while nothing is.
const BUSY: Duration = Duration::from_millis(20);
const IDLE: Duration = Duration::from_millis(200);
/// How often pages are written and limits are looked at.
const PASS_INTERVAL: Duration = Duration::from_millis(100);
const SAVE_INTERVAL: Duration = Duration::from_secs(10);
/// Further ones are completed at the next start.
const UNSAVED_MAX: usize = 64;

/// Moves the next whole message out of the ring, without its length; how many bytes it took there.
fn take_message(ring: &mut Consumer<u8>, message: &mut Vec<u8>) -> Option<usize> {
    let mut length = [0; LENGTH_BYTES];
    ring.pop_entire_slice(&mut length).ok()?;
    message.resize(u16::from_be_bytes(length).into(), 0);
    ring.pop_entire_slice(message).expect("a feed puts in whole messages");
    Some(LENGTH_BYTES + message.len())
}

fn in_words(reason: RecordingEndReason) -> &'static str {
    match reason {
        RecordingEndReason::FolderFull => "all recordings together have reached their size limit",
        _ => "the disk has less free space than required",
    }
}

/// Bytes that a program without privileges may still write there; `None` if unknown.
fn free_bytes(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;
    use crate::webhooks::Webhooks;

    /// A file is in the place of the recordings folder.
    #[test]
    fn frames_of_a_recording_that_never_began_are_counted_until_its_session_sees_that() {
        let folder = env::temp_dir().join(format!("consonance-writing-{}", process::id()));
        fs::create_dir(&folder).unwrap();
        let no_folder = folder.join("file");
        fs::write(&no_folder, "").unwrap();
        let (now, settings) = (Instant::now(), SessionRecordingSettings::default());
        let shared = Shared::new(no_folder, settings.clone(), Webhooks::default());
        let mut feed = shared.feed();
        let tap = feed.begin(now, "main", false);
        let (recording, name, packet) = (0, "Alice", &[][..]);
        let id = consonance_wire::ClientId(1);
        let codec = crate::recording::SpokenCodec { is_opus: true, frame_samples: 960 };
        assert!(feed.push(&Message::Speaker { recording, id, codec, name, subject: "" }));
        for at_us in [0, 20_000, 40_000] {
            assert!(feed.push(&Message::Voice { recording, at_us, packet }));
        }
        Writing::new(FinishedRecordings::open(&folder).unwrap().0).run_once(now, &shared);
        let RecorderStatistics { begun, refused, frames_dropped, .. } = shared.status().statistics;
        assert_eq!((begun, refused, frames_dropped), (0, 1, 3));
        assert_eq!(tap.has_ended(now, &settings), Some(false));
        fs::remove_dir_all(folder).unwrap();
    }

    /// A folder in the index's place simulates a disk that cannot be written; the webhook is unreachable, so it keeps
    /// its events.
    #[cfg(feature = "joining-hook")]
    #[test]
    fn a_recording_is_told_to_be_ready_once_its_index_is_written_and_only_once() {
        use crate::recording::RecordingIndex;
        use crate::{SecretText, Webhook, WebhookSettings};

        let folder = env::temp_dir().join(format!("consonance-writing-ready-{}", process::id()));
        let recording = folder.join("main").join("now");
        let in_the_way = recording.join(RecordingIndex::FILE);
        fs::create_dir_all(&in_the_way).unwrap();
        let index =
            br#"{"version":1,"session":"main","started_at":"","started_unix_ms":0,"by_operator":false,
            "sample_rate_hz":48000,"duration_samples":0,"bytes":0,"ended":null,"frames_dropped":0,
            "frames_without_track":0,"tracks":[]}"#;
        let ended = EndedRecording::after_crash(recording, serde_json::from_slice(index).unwrap());
        let webhooks = Webhooks::default();
        let nowhere = WebhookSettings::new("http://127.0.0.1:5/".parse().unwrap(), SecretText::new("secret"));
        webhooks.follow(vec![Webhook::new(nowhere).unwrap()]).unwrap();
        let shared = Shared::new(folder.clone(), SessionRecordingSettings::default(), webhooks.clone());
        let mut writing = Writing::new(FinishedRecordings::default());
        writing.unsaved.push(ended);
        let mut told = Vec::new();
        for _ in 0..3 {
            writing.save(&shared);
            told.push(webhooks.statistics()[0].waiting);
            if in_the_way.is_dir() {
                fs::remove_dir(&in_the_way).unwrap();
            }
        }
        assert_eq!(told, [0, 1, 1]);
        fs::remove_dir_all(folder).unwrap();
    }
}
