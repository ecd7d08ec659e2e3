//! The thread that writes reports.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::stored::StoredReports;
use super::{Report, ReportsError};
use crate::recording::Excerpt;
use crate::threads::{self, ThreadSpawnError};

/// The thread and the way to it. Dropping it writes what waits.
#[derive(Debug)]
pub(super) struct Writer {
    /// None only while it is dropped.
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Job {
    report: Report,
    evidence: Evidence,
    done: SyncSender<Result<Report, ReportsError>>,
}

/// What a report has besides what is said of it.
#[derive(Debug)]
pub(super) enum Evidence {
    /// Voices that the server relayed.
    Excerpt(Excerpt),
    /// What a player submitted, sealed.
    Sealed(Box<[u8]>),
}

impl Writer {
    pub(super) fn start(stored: &Arc<StoredReports>) -> Result<Self, ThreadSpawnError> {
        let (queue, jobs) = mpsc::sync_channel::<Job>(WAITING_MAX);
        let obeyed = Arc::clone(stored);
        let run = move || {
            for Job { report, evidence, done } in jobs {
                // The caller can have given up, or have none to wait.
                let _ = done.try_send(obeyed.write(report, &evidence));
            }
        };
        let thread = threads::start("reports", run)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Has a report written, and waits for that.
    pub(super) fn write(&self, report: Report, evidence: Evidence) -> Result<Report, ReportsError> {
        let answer = self.post(report, evidence)?;
        answer.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => ReportsError::Late,
                RecvTimeoutError::Disconnected => gone(),
            })
        })
    }

    /// Has a report written, and does not wait: what came of it can be asked for.
    pub(super) fn post(
        &self,
        report: Report,
        evidence: Evidence,
    ) -> Result<Receiver<Result<Report, ReportsError>>, ReportsError> {
        let (done, answer) = mpsc::sync_channel(1);
        let queue = self.queue.as_ref().ok_or(ReportsError::Busy)?;
        queue.try_send(Job { report, evidence, done }).map_err(|error| match error {
            TrySendError::Full(_) => ReportsError::Busy,
            TrySendError::Disconnected(_) => gone(),
        })?;
        Ok(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// Reports that may wait for the disk, of some megabytes each.
const WAITING_MAX: usize = 4;
/// How long a caller waits for the disk before it is told that it is slow.
const PATIENCE: Duration = Duration::from_secs(5);

fn gone() -> ReportsError {
    ReportsError::Write { what: "the thread that writes reports has ended".into() }
}
