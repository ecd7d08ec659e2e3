//! A session loop in a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_transport::thread_waker;

use crate::inspection::Inspection;
use crate::session_loop::SessionLoop;

/// Networks without threads of their own cannot wake the loop; it looks at least this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(5);
/// How long clients may take to hear that the server goes.
const GOODBYE: Duration = Duration::from_secs(2);

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct DedicatedServer {
    inspection: Inspection,
    stop: Arc<AtomicBool>,
    restart: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DedicatedServer {
    /// Runs the loop until [`stop`](Self::stop).
    ///
    /// # Panics
    /// If the operating system gives no thread.
    pub fn start(session_loop: SessionLoop) -> Self {
        let inspection = Inspection::of(&session_loop);
        let stop = Arc::new(AtomicBool::new(false));
        let restart = Arc::new(AtomicBool::new(false));
        let (stopped, restarted) = (Arc::clone(&stop), Arc::clone(&restart));
        let run = move || run(session_loop, &stopped, &restarted);
        let thread = thread::Builder::new().name("session-loop".into()).spawn(run);
        Self { inspection, stop, restart, thread: Some(thread.expect("the operating system gives a thread")) }
    }

    /// Starts every session anew at the next turn; clients come back by themselves.
    pub fn restart_sessions(&self) {
        self.restart.store(true, Ordering::Release);
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// How the server is doing, to be shown.
    pub fn inspection(&self) -> Inspection {
        self.inspection.clone()
    }

    /// Disconnects everybody in order and waits until that is done, at most two seconds.
    pub fn stop(mut self) {
        self.end();
    }

    /// False once the loop has ended, which it does only after [`stop`](Self::stop) or a fault.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A loop that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Drop for DedicatedServer {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(mut session_loop: SessionLoop, stop: &AtomicBool, restart: &AtomicBool) {
    session_loop.set_waker(&thread_waker());
    while !stop.load(Ordering::Acquire) {
        if restart.swap(false, Ordering::AcqRel) {
            session_loop.restart_sessions(Instant::now());
        }
        turn_and_sleep(&mut session_loop);
    }
    let deadline = Instant::now() + GOODBYE;
    session_loop.shut_down(Instant::now());
    while session_loop.links() > 0 && Instant::now() < deadline {
        turn_and_sleep(&mut session_loop);
    }
}

fn turn_and_sleep(session_loop: &mut SessionLoop) {
    let now = Instant::now();
    let wake_at = session_loop.turn(now);
    let sleep = wake_at.map_or(LONGEST_SLEEP, |at| at.saturating_duration_since(now).min(LONGEST_SLEEP));
    thread::park_timeout(sleep);
}
