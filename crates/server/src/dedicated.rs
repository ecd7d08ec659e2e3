//! A server that runs: each worker's loop in a thread of its own.

mod batching;
mod cores;
mod load_meter;
mod processor_share;
mod sleeper;
mod smoothed;
#[cfg(unix)]
mod wake_socket;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::directory::Directory;
use crate::handle::ServerHandle;
use crate::inspection::Inspection;
use crate::sessions::SessionsSettings;
use crate::threads::ThreadSpawnError;
use crate::workers::Workers;
use cores::allowed_cores;

/// A running server. Dropping it stops it.
pub struct DedicatedServer {
    inspection: Inspection,
    directory: Arc<Directory>,
    handle: ServerHandle,
    is_stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl DedicatedServer {
    /// Runs the workers, or a single loop, until [`stop`](Self::stop).
    ///
    /// # Panics
    /// If no thread could be started; see [`try_start`](Self::try_start).
    pub fn start(workers: impl Into<Workers>) -> Self {
        Self::try_start(workers).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for programs that say so if they cannot run.
    ///
    /// # Errors
    /// If the operating system does not give each worker a thread; none of them runs then.
    pub fn try_start(workers: impl Into<Workers>) -> Result<Self, ThreadSpawnError> {
        let mut workers = workers.into();
        workers.share_sessions();
        let Workers { loops, directory, is_pinned, .. } = workers;
        let inspection = Inspection::of_all(&loops);
        let is_stopping = Arc::new(AtomicBool::new(false));
        let cores = if is_pinned { allowed_cores() } else { Vec::new() };
        let workers = loops.into_iter().zip(directory.gauges()).enumerate();
        let (mut slots, mut threads, mut refused) = (Vec::new(), Vec::new(), None);
        for (number, (session_loop, gauges)) in workers {
            let core = (!cores.is_empty()).then(|| cores[number % cores.len()]);
            match worker::start(number, session_loop, Arc::clone(gauges), Arc::clone(&is_stopping), core) {
                Ok((slot, thread)) => {
                    slots.push(slot);
                    threads.push(thread);
                }
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let handle = ServerHandle::new(Arc::clone(&directory), slots.into());
        // On failure, dropping the server also ends the threads that were started.
        let server = Self { inspection, directory, handle, is_stopping, threads };
        refused.map_or(Ok(server), Err)
    }

    /// The handle of the workers, for all other threads.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Takes over what can change while sessions run, and waits for it; see
    /// [`SessionLoop::reconfigure`](crate::SessionLoop::reconfigure).
    ///
    /// False if a worker has not come to it within two seconds; it does at its next iteration, unless it has ended.
    pub fn reconfigure(&self, settings: SessionsSettings) -> bool {
        let done = self.handle.ask_all(move |session_loop, now| session_loop.reconfigure(now, &settings));
        done.iter().all(Result::is_ok)
    }

    /// How often each worker's loop has run. It does at least every 5 ms, unless it hangs: a watchdog can tell by these
    /// numbers.
    pub fn iterations(&self) -> Vec<u64> {
        self.directory.gauges().iter().map(|gauges| gauges.iterations()).collect()
    }

    /// How the server is doing, to be shown.
    pub fn inspection(&self) -> Inspection {
        self.inspection.clone()
    }

    /// Disconnects all players in order and waits until that is done, at most two seconds.
    pub fn stop(mut self) {
        self.end();
    }

    /// False once a worker has ended, which one does only after [`stop`](Self::stop) or a fault.
    pub fn is_running(&self) -> bool {
        self.threads.iter().all(|thread| !thread.is_finished())
    }

    fn end(&mut self) {
        self.is_stopping.store(true, Ordering::Release);
        self.handle.wake_all();
        for thread in self.threads.drain(..) {
            // A worker that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

impl Drop for DedicatedServer {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for DedicatedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DedicatedServer").field("workers", &self.threads.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::threads::tests::with_threads;

    #[test]
    fn a_server_whose_workers_get_no_threads_is_an_error_and_none_of_them_runs() {
        let settings = SessionsSettings::new(["main"]).expect("a name");
        let workers = Workers::new(&settings, NonZeroUsize::new(3).expect("three"));
        let directory = Arc::clone(&workers.directory);
        let error = with_threads(2, || DedicatedServer::try_start(workers)).expect_err("a thread is missing");
        assert!(error.to_string().starts_with("cannot start the thread voice-2: "), "{error}");
        let iterations = || directory.gauges().iter().map(|gauges| gauges.iterations()).collect::<Vec<_>>();
        // The threads are joined, so there are no more iterations.
        assert_eq!((iterations(), Arc::strong_count(&directory)), (iterations(), 1));
    }
}
