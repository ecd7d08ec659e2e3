//! A server whose workers the caller runs itself, one after the other and by any clock: for simulations.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use consonance_cluster::NodeEvent;

use crate::directory::Directory;
use crate::handle::Job;
use crate::node_events::{WorkerQueues, follow};
use crate::session_loop::SessionLoop;
use crate::workers::Workers;

/// The workers of a server without threads. What [`DedicatedServer`](crate::DedicatedServer) and
/// [`ServerHandle`](crate::ServerHandle) do by themselves, the caller does step by step, at the times that it says.
///
/// ```
/// # use std::time::Instant;
/// # use consonance_server::{SessionLoop, SessionsSettings, SteppedServer};
/// let mut server = SteppedServer::new(SessionLoop::new(&SessionsSettings::new(["main"])?));
/// let now = Instant::now();
/// server.run_once(now, 0);
/// assert_eq!(server.worker(0).map(|worker| worker.links()), Some(0));
/// # Ok::<(), consonance_server::SessionsSettingsError>(())
/// ```
pub struct SteppedServer {
    workers: Vec<SteppedWorker>,
    directory: Arc<Directory>,
}

struct SteppedWorker {
    session_loop: SessionLoop,
    jobs: VecDeque<Job>,
}

impl SteppedServer {
    /// Of workers, or of a single loop, whose networks were added before.
    pub fn new(workers: impl Into<Workers>) -> Self {
        let mut workers = workers.into();
        workers.share_sessions();
        let Workers { loops, directory, .. } = workers;
        let step = |session_loop| SteppedWorker { session_loop, jobs: VecDeque::new() };
        Self { workers: loops.into_iter().map(step).collect(), directory }
    }

    /// How many workers there are.
    pub fn worker_count(&self) -> usize {
        self.workers.len()
    }

    /// A worker's loop, by its number from 0.
    pub fn worker(&self, worker: usize) -> Option<&SessionLoop> {
        self.workers.get(worker).map(|worker| &worker.session_loop)
    }

    /// A worker's loop, mutable. Jobs that wait for it run with the next [`run_once`](Self::run_once).
    pub fn worker_mut(&mut self, worker: usize) -> Option<&mut SessionLoop> {
        self.workers.get_mut(worker).map(|worker| &mut worker.session_loop)
    }

    /// Does the jobs that wait for a worker, and runs its loop once; when to run it again if nothing else happens.
    pub fn run_once(&mut self, now: Instant, worker: usize) -> Option<Instant> {
        let worker = self.workers.get_mut(worker)?;
        worker.do_jobs(now);
        worker.session_loop.run_once(now)
    }

    /// Makes the workers follow what their [node](Workers::of_node) has learnt, each when it
    /// [runs](Self::run_once) next.
    pub fn follow_node(&mut self, now: Instant, event: NodeEvent) {
        follow(&mut At { server: self, now }, event);
    }
}

impl SteppedWorker {
    fn do_jobs(&mut self, now: Instant) {
        while let Some(job) = self.jobs.pop_front() {
            job(&mut self.session_loop, now);
        }
    }
}

/// A server at a time.
struct At<'a> {
    server: &'a mut SteppedServer,
    now: Instant,
}

impl WorkerQueues for At<'_> {
    fn directory(&self) -> &Directory {
        &self.server.directory
    }

    fn post(&mut self, worker: usize, job: Job) {
        if let Some(worker) = self.server.workers.get_mut(worker) {
            worker.jobs.push_back(job);
        }
    }

    fn post_and_wait(&mut self, worker: usize, job: Job) {
        self.post(worker, job);
        if let Some(worker) = self.server.workers.get_mut(worker) {
            worker.do_jobs(self.now);
        }
    }
}

impl fmt::Debug for SteppedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SteppedServer").field("workers", &self.workers.len()).finish_non_exhaustive()
    }
}
