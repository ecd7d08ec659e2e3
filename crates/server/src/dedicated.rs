//! A session loop in a thread of its own.

#[cfg(unix)]
mod bell;
mod sleeper;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::inspection::Inspection;
use crate::session_loop::SessionLoop;
use crate::sessions::SessionsSettings;
use sleeper::Sleeper;

/// Networks without threads of their own cannot wake the loop; it looks at least this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(5);
/// How long clients may take to hear that the server goes.
const GOODBYE: Duration = Duration::from_secs(2);
/// How long a loop may take to come to new settings.
const TAKE_OVER: Duration = Duration::from_secs(2);

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct DedicatedServer {
    inspection: Inspection,
    wishes: Arc<Wishes>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl DedicatedServer {
    /// Runs the loop until [`stop`](Self::stop).
    ///
    /// # Panics
    /// If the operating system gives no thread.
    pub fn start(session_loop: SessionLoop) -> Self {
        let inspection = Inspection::of(&session_loop);
        let wishes = Arc::new(Wishes::default());
        let obeyed = Arc::clone(&wishes);
        let (tell_waker, its_waker) = mpsc::sync_channel(1);
        let run = move || {
            let sleeper = Sleeper::new(&session_loop);
            let _ = tell_waker.send(sleeper.waker());
            run(session_loop, &sleeper, &obeyed);
        };
        let thread = thread::Builder::new().name("session-loop".into()).spawn(run);
        let thread = Some(thread.expect("the operating system gives a thread"));
        let waker = its_waker.recv().expect("the thread begins with its waker");
        Self { inspection, wishes, waker, thread }
    }

    /// Starts every session anew at the next turn; clients come back by themselves.
    pub fn restart_sessions(&self) {
        self.wishes.restart.store(true, Ordering::Release);
        self.wake();
    }

    /// Takes over what can change while sessions run, and waits for it; see [`SessionLoop::reconfigure`].
    ///
    /// False if the loop has not come to it within two seconds; it does at its next turn.
    pub fn reconfigure(&self, settings: SessionsSettings) -> bool {
        let (done, is_done) = mpsc::sync_channel(1);
        *self.wishes.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some((settings, done));
        self.wake();
        is_done.recv_timeout(TAKE_OVER).is_ok()
    }

    /// How often the loop has turned. It does at least every 5 ms, unless it hangs: a watchdog can tell by this number.
    pub fn turns(&self) -> u64 {
        self.wishes.turns.load(Ordering::Relaxed)
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

    fn wake(&self) {
        self.waker.wake_by_ref();
    }

    fn end(&mut self) {
        self.wishes.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            self.wake();
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

/// What the loop is told, and what it tells.
#[derive(Debug, Default)]
struct Wishes {
    stop: AtomicBool,
    restart: AtomicBool,
    /// The latest that have not been taken over yet.
    settings: Mutex<Option<(SessionsSettings, SyncSender<()>)>>,
    turns: AtomicU64,
}

fn run(mut session_loop: SessionLoop, sleeper: &Sleeper, wishes: &Wishes) {
    session_loop.set_waker(&sleeper.waker());
    while !wishes.stop.load(Ordering::Acquire) {
        if wishes.restart.swap(false, Ordering::AcqRel) {
            session_loop.restart_sessions(Instant::now());
        }
        let settings = wishes.settings.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((settings, done)) = settings {
            session_loop.reconfigure(Instant::now(), &settings);
            // Who asked may have lost its patience.
            let _ = done.try_send(());
        }
        turn_and_sleep(&mut session_loop, sleeper);
        wishes.turns.fetch_add(1, Ordering::Relaxed);
    }
    let deadline = Instant::now() + GOODBYE;
    session_loop.shut_down(Instant::now());
    while session_loop.links() > 0 && Instant::now() < deadline {
        turn_and_sleep(&mut session_loop, sleeper);
    }
}

fn turn_and_sleep(session_loop: &mut SessionLoop, sleeper: &Sleeper) {
    let now = Instant::now();
    let wake_at = session_loop.turn(now);
    let sleep = wake_at.map_or(LONGEST_SLEEP, |at| at.saturating_duration_since(now).min(LONGEST_SLEEP));
    sleeper.sleep(session_loop, sleep);
}
