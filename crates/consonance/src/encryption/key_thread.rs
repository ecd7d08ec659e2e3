//! The thread of the group: a commit in a large one takes longer than a beat of sound.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use consonance_e2ee::{EpochKeys, MemberDirectory, MemberEvent, MlsMember};

use super::status::{MemberTable, SharedEncryption};

/// Messages in each direction that may wait.
const WAITING_MAX: usize = 64;
/// Messages that wait on the voice thread's side; what is lost beyond that, a member notices by the gap.
const BACKLOG_MAX: usize = 1024;
/// How long the thread sleeps if nothing is due.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// What the thread has done.
pub(super) struct KeyUpdate {
    /// For the delivery service.
    pub messages: Vec<Vec<u8>>,
    pub events: Vec<MemberEvent>,
    pub keys: Option<EpochKeys>,
    /// Members with other keys than before, and whether those were verified.
    pub changed: Vec<(String, bool)>,
}

/// The voice thread's end of it. The thread starts with the first message: most sessions have no group.
pub(super) struct KeyThread {
    idle: Option<(MlsMember, MemberDirectory, Waker)>,
    begun: Instant,
    shared: Arc<SharedEncryption>,
    running: Option<Running>,
    backlog: VecDeque<Box<[u8]>>,
}

impl KeyThread {
    pub(super) fn new(
        member: MlsMember,
        directory: MemberDirectory,
        begun: Instant,
        waker: Waker,
        shared: Arc<SharedEncryption>,
    ) -> Self {
        let idle = Some((member, directory, waker));
        Self { idle, begun, shared, running: None, backlog: VecDeque::new() }
    }

    /// Has a message of the delivery service handled.
    pub(super) fn push(&mut self, message: Box<[u8]>) {
        if self.backlog.len() < BACKLOG_MAX {
            self.backlog.push_back(message);
        }
        if let Some((member, directory, waker)) = self.idle.take() {
            let (messages, inbox) = sync_channel(WAITING_MAX);
            let (outbox, updates) = sync_channel(WAITING_MAX);
            let (begun, shared) = (self.begun, Arc::clone(&self.shared));
            let worker = Worker { member, directory, inbox, outbox, waker, begun, shared };
            let spawned = thread::Builder::new().name("consonance-keys".into()).spawn(move || worker.run());
            if spawned.is_ok() {
                self.running = Some(Running { messages, updates });
            }
        }
        self.flush();
    }

    /// What the thread has done next.
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
    messages: SyncSender<Box<[u8]>>,
    updates: Receiver<KeyUpdate>,
}

struct Worker {
    member: MlsMember,
    directory: MemberDirectory,
    inbox: Receiver<Box<[u8]>>,
    outbox: SyncSender<KeyUpdate>,
    waker: Waker,
    begun: Instant,
    shared: Arc<SharedEncryption>,
}

impl Worker {
    /// Until the voice thread is gone.
    fn run(mut self) {
        loop {
            let wait = self
                .member
                .poll_timeout()
                .map_or(LONGEST_SLEEP, |at| at.saturating_sub(self.begun.elapsed()));
            match self.inbox.recv_timeout(wait) {
                Ok(message) => self.member.handle(self.begun.elapsed(), &message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.member.handle_timeout(self.begun.elapsed());
            let update = self.update();
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
