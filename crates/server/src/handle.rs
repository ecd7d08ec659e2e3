//! Asking a running server's workers, from any thread.

mod ending;
mod nodes;
mod numbers;

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::directory::{Directory, SessionCounts};
use crate::gauges::WorkerStatistics;
use crate::recording::SessionRecorder;
use crate::session_events::{SessionEvents, session_events};
use crate::session_loop::{LoopNumbers, SessionLoop};
pub use numbers::WorkerNumbers;

/// How many jobs wait for one worker.
pub(crate) const JOBS_MAX: usize = 64;
/// How long an answer may take: the loop of a worker that is alive runs every few milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// A job that a worker runs for another thread, between two packets.
pub(crate) type Job = Box<dyn FnOnce(&mut SessionLoop, Instant) + Send>;

/// The way to a running server's workers; a clone leads to the same ones.
///
/// Jobs run on the worker's own thread, between two iterations, with its [`SessionLoop`] and the time: no other thread
/// touches a session, and voice waits for no lock. So a job has to be quick; what takes long belongs to the thread that
/// asks.
///
/// ```
/// # use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
/// let server = DedicatedServer::start(SessionLoop::new(&SessionsSettings::new(["main"])?));
/// let handle = server.handle();
/// assert_eq!(handle.ask_session("main", |session_loop, _| session_loop.links())?, 0);
/// assert!(handle.ask_session("other", |session_loop, _| session_loop.links()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServerHandle {
    shared: Arc<Shared>,
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Shared {
    directory: Arc<Directory>,
    workers: Box<[MailSlot]>,
    /// The latest time at which the server ends, if it drains.
    drain_end: Mutex<Option<Instant>>,
    /// The last numbers from each worker.
    last_numbers: Mutex<Vec<LoopNumbers>>,
}

/// The way to one worker.
#[derive(Debug)]
pub(crate) struct MailSlot {
    pub(crate) jobs: SyncSender<Job>,
    pub(crate) waker: Waker,
}

/// Why a worker has not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// Too many jobs wait for it already; this one was not queued.
    #[error("worker {worker} is overloaded; try again shortly")]
    Busy {
        /// The number of the worker, from 0.
        worker: usize,
    },
    /// The job still waits, and will run, but its result is dropped.
    #[error("worker {worker} did not answer within {} s; it may still carry out the request", PATIENCE.as_secs())]
    Late {
        /// The number of the worker, from 0.
        worker: usize,
    },
    /// It has ended: the server was stopped, or is about to be.
    #[error("worker {worker} has stopped: the server is shutting down")]
    Gone {
        /// The number of the worker, from 0; it may be larger than any worker's.
        worker: usize,
    },
    /// No worker serves that session.
    #[error("unknown session {session:?}")]
    NoSession {
        /// Its name.
        session: String,
    },
}

impl WorkerError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Late { .. } => "late",
            Self::Gone { .. } => "gone",
            Self::NoSession { .. } => "no-session",
        }
    }
}

/// The pending result of a job at a worker.
struct Pending<R> {
    worker: usize,
    answer: Arc<Mutex<Option<R>>>,
    /// One kind of channel for every kind of answer: each costs half a second of compiling.
    is_there: Receiver<()>,
}

impl ServerHandle {
    pub(crate) fn new(directory: Arc<Directory>, workers: Box<[MailSlot]>) -> Self {
        Self {
            shared: Arc::new(Shared {
                directory,
                workers,
                drain_end: Mutex::default(),
                last_numbers: Mutex::default(),
            }),
        }
    }

    /// How many workers there are.
    pub fn worker_count(&self) -> usize {
        self.shared.workers.len()
    }

    /// The gauges of each worker, a quarter of a second old at most; does not wait for the workers.
    pub fn workers(&self) -> Vec<WorkerStatistics> {
        let gauges = self.shared.directory.gauges().iter().enumerate();
        gauges.map(|(number, gauges)| gauges.read(number)).collect()
    }

    /// The names of all sessions that are served now, sorted.
    pub fn sessions(&self) -> Vec<String> {
        self.shared.directory.sessions()
    }

    pub(crate) fn serves(&self, session: &str) -> bool {
        self.shared.directory.worker_of(session).is_some()
    }

    /// How many sessions there are and were, and how many clients found none.
    pub fn session_counts(&self) -> SessionCounts {
        self.shared.directory.counts()
    }

    /// Runs a job on the worker with this number and waits for its result, at most two seconds.
    ///
    /// # Errors
    /// When the worker is too busy or gone; see [`WorkerError`].
    pub fn ask<R: Send + 'static>(
        &self,
        worker: usize,
        job: impl FnOnce(&mut SessionLoop, Instant) -> R + Send + 'static,
    ) -> Result<R, WorkerError> {
        self.post(worker, job)?.wait_until(Instant::now() + PATIENCE)
    }

    /// Runs a job on the worker that serves this session, as [`ask`](Self::ask) does.
    ///
    /// The session may have ended when the job comes to run: it has to look for itself.
    ///
    /// # Errors
    /// When there is no such session, or its worker is too busy or gone.
    pub fn ask_session<R: Send + 'static>(
        &self,
        session: &str,
        job: impl FnOnce(&mut SessionLoop, Instant) -> R + Send + 'static,
    ) -> Result<R, WorkerError> {
        let worker = self.shared.directory.worker_of(session);
        let worker = worker.ok_or_else(|| WorkerError::NoSession { session: session.to_owned() })?;
        self.ask(worker, job)
    }

    /// Runs a job on every worker at once and waits for all of them, at most two seconds; the answers are
    /// in the order of the workers.
    pub fn ask_all<R: Send + 'static>(
        &self,
        job: impl Fn(&mut SessionLoop, Instant) -> R + Send + Sync + 'static,
    ) -> Vec<Result<R, WorkerError>> {
        let job = Arc::new(job);
        let post = |worker| {
            let job = Arc::clone(&job);
            self.post(worker, move |session_loop: &mut SessionLoop, now| job(session_loop, now))
        };
        let pending: Vec<_> = (0..self.worker_count()).map(post).collect();
        let deadline = Instant::now() + PATIENCE;
        pending.into_iter().map(|pending| pending?.wait_until(deadline)).collect()
    }

    /// Subscribes to the events of all sessions, also those that begin later: players that join and leave, enter rooms,
    /// speak in another's name, and, where [channels are
    /// monitored](consonance_session::Reconfigure::set_monitor_channels), the targets of speakers. Up to `waiting_max`
    /// events wait to be taken; no worker waits for that.
    ///
    /// # Errors
    /// If a worker is too busy or gone.
    pub fn subscribe(&self, waiting_max: usize) -> Result<SessionEvents, WorkerError> {
        let (subscriber, events) = session_events(waiting_max);
        let told = self.ask_all(move |session_loop, _| session_loop.add_subscriber(subscriber.clone()));
        told.into_iter().collect::<Result<(), WorkerError>>()?;
        Ok(events)
    }

    /// Has every worker record with this recorder from now on, as its settings are now, or with none. Recordings with
    /// another recorder end, and continue with this one if its settings include them.
    ///
    /// # Errors
    /// If a worker is too busy or gone; the others follow all the same.
    pub fn record_with(&self, recorder: Option<&SessionRecorder>) -> Result<(), WorkerError> {
        let post = |worker| {
            let feed = recorder.map(SessionRecorder::feed);
            self.post(worker, move |session_loop, now| session_loop.carrying(now).change_recording_feed(feed))
        };
        let pending: Vec<_> = (0..self.worker_count()).map(post).collect();
        let deadline = Instant::now() + PATIENCE;
        let done: Vec<_> = pending.into_iter().map(|pending| pending?.wait_until(deadline)).collect();
        done.into_iter().collect()
    }

    pub(crate) fn wake_all(&self) {
        self.shared.workers.iter().for_each(|worker| worker.waker.wake_by_ref());
    }

    fn post<R: Send + 'static>(
        &self,
        worker: usize,
        job: impl FnOnce(&mut SessionLoop, Instant) -> R + Send + 'static,
    ) -> Result<Pending<R>, WorkerError> {
        let (tell, is_there) = mpsc::sync_channel(1);
        let answer = Arc::new(Mutex::new(None));
        let place = Arc::clone(&answer);
        let job = move |session_loop: &mut SessionLoop, now| {
            let said = job(session_loop, now);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
            // The caller may have given up.
            let _ = tell.try_send(());
        };
        self.queue(worker, Box::new(job))?;
        Ok(Pending { worker, answer, is_there })
    }

    fn queue(&self, worker: usize, job: Job) -> Result<(), WorkerError> {
        let slot = self.shared.workers.get(worker).ok_or(WorkerError::Gone { worker })?;
        let waiting = &self.shared.directory.gauges()[worker].jobs_waiting;
        waiting.fetch_add(1, Ordering::Relaxed);
        slot.jobs.try_send(job).map_err(|error| {
            waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => WorkerError::Busy { worker },
                TrySendError::Disconnected(_) => WorkerError::Gone { worker },
            }
        })?;
        slot.waker.wake_by_ref();
        Ok(())
    }
}

impl<R> Pending<R> {
    fn wait_until(self, deadline: Instant) -> Result<R, WorkerError> {
        let Self { worker, answer, is_there } = self;
        let patience = deadline.saturating_duration_since(Instant::now());
        is_there.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => WorkerError::Late { worker },
            RecvTimeoutError::Disconnected => WorkerError::Gone { worker },
        })?;
        let said = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        said.ok_or(WorkerError::Gone { worker })
    }
}
