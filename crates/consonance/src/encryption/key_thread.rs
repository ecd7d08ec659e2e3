//! The thread of the group: a commit in a large group takes longer than a beat of sound.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use consonance_e2ee::{E2eeError, EpochKeys, MemberDirectory, MemberEvent, MlsMember};

use super::key_log::KeyLogFile;
use super::reporting::ReportDraft;
use super::status::{MemberTable, SharedEncryption};

/// The most queued messages in each direction.
const WAITING_MAX: usize = 64;
/// The most messages queued on the voice thread's side; a member notices a loss beyond that by the gap.
const BACKLOG_MAX: usize = 1024;
/// How long the thread sleeps if nothing is due.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// An update from the thread.
pub(super) struct KeyUpdate {
    /// For the delivery service.
    pub messages: Vec<Vec<u8>>,
    pub events: Vec<MemberEvent>,
    pub keys: Option<EpochKeys>,
    /// Members whose keys have changed, and whether the former keys were verified.
    pub changed: Vec<(String, bool)>,
}

/// A task for the thread.
enum KeyTask {
    /// A message of the delivery service.
    Delivery(Box<[u8]>),
    /// A report to be sealed and offered to the delivery service.
    Report(ReportDraft),
}

/// The voice thread's handle. The key thread starts with the first message: most sessions have no group.
pub(super) struct KeyThread {
    idle: Option<(MlsMember, MemberDirectory, Option<KeyLogFile>, Waker)>,
    begun: Instant,
    shared: Arc<SharedEncryption>,
    running: Option<Running>,
    backlog: VecDeque<KeyTask>,
}

impl KeyThread {
    pub(super) fn new(
        member: MlsMember,
        directory: MemberDirectory,
        key_log: Option<KeyLogFile>,
        begun: Instant,
        waker: Waker,
        shared: Arc<SharedEncryption>,
    ) -> Self {
        let idle = Some((member, directory, key_log, waker));
        Self { idle, begun, shared, running: None, backlog: VecDeque::new() }
    }

    /// Passes on a message of the delivery service.
    pub(super) fn push(&mut self, message: Box<[u8]>) {
        if self.backlog.len() < BACKLOG_MAX {
            self.backlog.push_back(KeyTask::Delivery(message));
        }
        if let Some((member, directory, key_log, waker)) = self.idle.take() {
            let (messages, inbox) = sync_channel(WAITING_MAX);
            let (outbox, updates) = sync_channel(WAITING_MAX);
            let (begun, shared) = (self.begun, Arc::clone(&self.shared));
            let worker = Worker { member, directory, key_log, inbox, outbox, waker, begun, shared };
            let spawned = thread::Builder::new().name("consonance-keys".into()).spawn(move || worker.run());
            if spawned.is_ok() {
                self.running = Some(Running { messages, updates });
            }
        }
        self.flush();
    }

    /// Passes on a report to be sealed and offered to the delivery service. False if there is no group, or the thread
    /// is busy.
    pub(super) fn report(&mut self, draft: ReportDraft) -> bool {
        let Some(Running { messages, .. }) = &self.running else { return false };
        self.backlog.is_empty() && messages.try_send(KeyTask::Report(draft)).is_ok()
    }

    /// The next update from the thread, if there is one.
    pub(super) fn poll(&mut self) -> Option<KeyUpdate> {
        self.flush();
        self.running.as_ref()?.updates.try_recv().ok()
    }

    fn flush(&mut self) {
        let Some(Running { messages, .. }) = &self.running else { return };
        while let Some(message) = self.backlog.pop_front() {
            if let Err(TrySendError::Full(message)) = messages.try_send(message) {
                self.backlog.push_front(message);
                return;
            }
        }
    }
}

/// The ends of the queues to the thread and back.
struct Running {
    messages: SyncSender<KeyTask>,
    updates: Receiver<KeyUpdate>,
}

struct Worker {
    member: MlsMember,
    directory: MemberDirectory,
    /// `None` if keys are not logged, or the file could not be written.
    key_log: Option<KeyLogFile>,
    inbox: Receiver<KeyTask>,
    outbox: SyncSender<KeyUpdate>,
    waker: Waker,
    begun: Instant,
    shared: Arc<SharedEncryption>,
}

impl Worker {
    /// Runs until the voice thread is gone.
    fn run(mut self) {
        loop {
            let mut failed = None;
            let wait = self
                .member
                .poll_timeout()
                .map_or(LONGEST_SLEEP, |at| at.saturating_sub(self.begun.elapsed()));
            match self.inbox.recv_timeout(wait) {
                Ok(KeyTask::Delivery(message)) => self.member.handle(self.begun.elapsed(), &message),
                Ok(KeyTask::Report(ReportDraft { key, made_unix_s, reason, heard })) => {
                    failed = self.member.report(&key, made_unix_s, &reason, heard).err();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.member.handle_timeout(self.begun.elapsed());
            let mut update = self.update();
            update.events.extend(failed.map(|error| MemberEvent::Failed { error }));
            if self.outbox.send(update).is_err() {
                return;
            }
            self.waker.wake_by_ref();
        }
    }

    fn update(&mut self) -> KeyUpdate {
        let messages = std::iter::from_fn(|| self.member.poll_message()).collect();
        let mut events: Vec<_> = std::iter::from_fn(|| self.member.poll_event()).collect();
        let has_new_epoch = events.iter().any(|event| matches!(event, MemberEvent::NewEpoch { .. }));
        if has_new_epoch {
            events.extend(self.log_keys().err().map(|error| MemberEvent::Failed { error }));
        }
        let keys = match has_new_epoch.then(|| self.member.epoch_keys()).transpose() {
            Ok(keys) => keys,
            Err(error) => {
                events.push(MemberEvent::Failed { error });
                None
            }
        };
        let table = self.table();
        let changed = self.directory.newly_changed(&table.members);
        self.shared.set_members(table);
        KeyUpdate { messages, events, keys, changed }
    }

    /// Adds the keys of the epoch to the log, before a frame of it can be heard.
    fn log_keys(&mut self) -> Result<(), E2eeError> {
        let Some(mut log) = self.key_log.take() else { return Ok(()) };
        log.append(&self.member.logged_epoch()?)
            .map_err(|error| E2eeError::Refused { what: "the log of keys", why: error.to_string() })?;
        self.key_log = Some(log);
        Ok(())
    }

    fn table(&mut self) -> MemberTable {
        let members = self.shared.with_known_keys(|known| self.directory.list(&self.member, known));
        MemberTable {
            epoch: self.member.epoch().map(|(_, epoch)| epoch),
            members,
            safety_number: self.member.group_safety_number(),
            plain: self.member.plain_rooms().cloned().unwrap_or_default(),
        }
    }
}
