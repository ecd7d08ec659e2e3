//! The thread that writes: changes in order, as many to a transaction as wait, again and
//! again until the disk takes them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tracing::{error, info, warn};

use super::database::Database;
use super::{Change, StoreError, StoreStatus, Stored};
use crate::threads::{self, ThreadSpawnError};

/// Writes of several changes each that may wait for the disk; further ones are in memory only, and counted.
const WAITING_MAX: usize = 16_384;
/// How many of them go into one transaction at most.
const PER_TRANSACTION: usize = 1_024;
/// The disk is tried again after this, and then after twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Attempts at a disk that fails while the server shuts down.
const LAST_ATTEMPTS: usize = 3;

/// The thread and its queue. Dropping it writes the pending changes.
#[derive(Debug)]
pub(super) struct Writer {
    /// None only while it is dropped.
    queue: Option<SyncSender<Write>>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

/// A promise that changes will be stored.
#[derive(Debug)]
pub struct Ticket(Result<Receiver<()>, Stored>);

#[derive(Debug)]
struct Write {
    changes: Vec<Change>,
    done: SyncSender<()>,
}

#[derive(Debug, Default)]
struct Counters {
    attempts: Mutex<Attempts>,
    waiting: AtomicU64,
    dropped: AtomicU64,
    is_stopping: AtomicBool,
}

/// The outcome of writes, under one lock, so that a refusal is never counted without its log line.
#[derive(Clone, Debug, Default)]
struct Attempts {
    transactions: u64,
    errors: u64,
    trouble: Option<String>,
}

impl Writer {
    /// Writes to this database, and to one opened again whenever that has failed.
    pub(super) fn start(
        database: Database,
        reopen: impl Fn() -> Result<Database, StoreError> + Send + 'static,
    ) -> Result<Self, ThreadSpawnError> {
        let (queue, writes) = mpsc::sync_channel(WAITING_MAX);
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let run = move || Loop { database: Some(database), reopen, writes, counters: counted }.run();
        let thread = threads::start("store", run)?;
        Ok(Self { queue: Some(queue), counters, thread: Some(thread) })
    }

    pub(super) fn write(&self, changes: Vec<Change>) -> Ticket {
        let (done, is_done) = mpsc::sync_channel(1);
        let Some(queue) = &self.queue else { return Ticket::done(Stored::InMemory) };
        self.counters.waiting.fetch_add(1, Ordering::Relaxed);
        match queue.try_send(Write { changes, done }) {
            Ok(()) => Ticket(Ok(is_done)),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.counters.waiting.fetch_sub(1, Ordering::Relaxed);
                if self.counters.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
                    error!("write queue full: further changes are kept in memory only");
                }
                Ticket::done(Stored::InMemory)
            }
        }
    }

    pub(super) fn status(&self) -> StoreStatus {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let Attempts { transactions, errors, trouble } = self.counters.attempts().clone();
        StoreStatus {
            is_on_disk: true,
            transactions,
            errors,
            trouble,
            waiting: load(&self.counters.waiting),
            dropped: load(&self.counters.dropped),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.counters.is_stopping.store(true, Ordering::Release);
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

impl Ticket {
    pub(super) fn done(stored: Stored) -> Self {
        Self(Err(stored))
    }

    /// Waits until the disk has taken the changes, but no longer than until then.
    pub fn wait(self, deadline: Instant) -> Stored {
        match self.0 {
            Err(stored) => stored,
            Ok(is_done) => match is_done.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(()) => Stored::OnDisk,
                Err(RecvTimeoutError::Timeout) => Stored::Waiting,
                Err(RecvTimeoutError::Disconnected) => Stored::InMemory,
            },
        }
    }
}

impl Counters {
    /// Whether there was trouble before.
    fn count_taken(&self) -> bool {
        let mut attempts = self.attempts();
        attempts.transactions += 1;
        attempts.trouble.take().is_some()
    }

    /// Whether there was no trouble before.
    fn count_refused(&self, refused: &StoreError) -> bool {
        let mut attempts = self.attempts();
        attempts.errors += 1;
        attempts.trouble.replace(refused.to_string()).is_none()
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Loop<F> {
    database: Option<Database>,
    reopen: F,
    writes: Receiver<Write>,
    counters: Arc<Counters>,
}

impl<F: Fn() -> Result<Database, StoreError>> Loop<F> {
    fn run(mut self) {
        let mut batch = Vec::new();
        while let Ok(first) = self.writes.recv() {
            batch.push(first);
            batch.extend(self.writes.try_iter().take(PER_TRANSACTION - 1));
            if !self.store(&batch) {
                error!(writes = batch.len(), "writes failed during shutdown: changes are lost");
                return;
            }
            self.counters.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
            for write in batch.drain(..) {
                // The caller may have given up.
                let _ = write.done.try_send(());
            }
        }
    }

    /// Retries until the disk has taken it; false if the server shuts down before.
    fn store(&mut self, batch: &[Write]) -> bool {
        let mut pause = FIRST_PAUSE;
        let mut last_attempts = LAST_ATTEMPTS;
        loop {
            match self.attempt(batch) {
                Ok(()) => {
                    if self.counters.count_taken() {
                        info!("writes to disk recovered");
                    }
                    return true;
                }
                Err(refused) => {
                    self.database = None;
                    if self.counters.count_refused(&refused) {
                        warn!(%refused, "cannot write changes to disk, retrying");
                    }
                }
            }
            if self.counters.is_stopping.load(Ordering::Acquire) {
                last_attempts -= 1;
                if last_attempts == 0 {
                    return false;
                }
                pause = FIRST_PAUSE;
            }
            thread::park_timeout(pause);
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    fn attempt(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        let changes = batch.iter().flat_map(|write| &write.changes);
        if changes.clone().next().is_none() {
            return Ok(());
        }
        let database = match self.database.take() {
            Some(database) => database,
            None => (self.reopen)()?,
        };
        database.commit(changes)?;
        self.database = Some(database);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_without_space_in_the_queue_is_in_memory_only_and_counted() {
        let (queue, _writes) = mpsc::sync_channel(1);
        let writer = Writer { queue: Some(queue), counters: Arc::default(), thread: None };
        let waits = writer.write(Vec::new());
        let dropped = [writer.write(Vec::new()), writer.write(Vec::new())];
        let StoreStatus { waiting, dropped: counted, .. } = writer.status();
        assert_eq!((waiting, counted), (1, 2));
        let soon = Instant::now() + Duration::from_millis(1);
        assert_eq!(dropped.map(|ticket| ticket.wait(soon)), [Stored::InMemory, Stored::InMemory]);
        assert_eq!(waits.wait(soon), Stored::Waiting);
    }
}
