//! The thread that writes reports.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::evidence::Evidence;
use super::stored::StoredReports;
use super::{Report, ReportsError};
use crate::threads::{self, ThreadSpawnError};

/// The thread and its queue. Dropping it writes the pending jobs.
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

impl Writer {
    pub(super) fn start(stored: &Arc<StoredReports>) -> Result<Self, ThreadSpawnError> {
        let (queue, jobs) = mpsc::sync_channel::<Job>(WAITING_MAX);
        let obeyed = Arc::clone(stored);
        let run = move || {
            for Job { report, evidence, done } in jobs {
                // The caller may have given up, or not be waiting at all.
                let _ = done.try_send(obeyed.write(report, &evidence));
            }
        };
        let thread = threads::start("reports", run)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Writes a report, and waits for that.
    pub(super) fn write(&self, report: Report, evidence: Evidence) -> Result<Report, ReportsError> {
        let answer = self.post(report, evidence)?;
        answer.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => ReportsError::Late,
                RecvTimeoutError::Disconnected => gone(),
            })
        })
    }

    /// Queues a report without waiting; the outcome can be queried later.
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
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

/// Reports that may wait for the disk, of some megabytes each.
const WAITING_MAX: usize = 4;
/// How long a caller waits before it learns that the disk is slow.
const PATIENCE: Duration = Duration::from_secs(5);

fn gone() -> ReportsError {
    ReportsError::Write { what: "the thread that writes reports has ended".into() }
}
