//! All chats of this process: none is in its session, nor a thread of one in Python, when the interpreter ends.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance::VoiceChat;
use pyo3::prelude::*;

use crate::lock::lock;
use crate::pump::Pumped;

/// A chat that has not ended, whether or not an object of Python holds it.
struct Running {
    voice: VoiceChat,
    pumped: Arc<Pumped>,
}

static RUNNING: Mutex<BTreeMap<u64, Running>> = Mutex::new(BTreeMap::new());
static REMOVED: Condvar = Condvar::new();
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Longer than any goodbye takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Remembers a chat; the number is for [`remove`].
pub(crate) fn add(voice: VoiceChat, pumped: Arc<Pumped>) -> u64 {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    lock(&RUNNING).insert(id, Running { voice, pumped });
    id
}

/// Forgets a chat that has ended, and whose threads will not call Python any more.
pub(crate) fn remove(id: u64) {
    // Dropped after the lock is released: dropping the last handle waits for the voice thread to end.
    let ended = lock(&RUNNING).remove(&id);
    REMOVED.notify_all();
    drop(ended);
}

/// Leaves all sessions, all at once, and waits until the servers know it; a few seconds at most. For the end of the
/// interpreter: nothing is called after it.
#[pyfunction]
pub(crate) fn leave_all(py: Python<'_>) {
    py.detach(|| {
        let mut running = lock(&RUNNING);
        for chat in running.values() {
            chat.pumped.close();
            chat.voice.stop();
        }
        let deadline = Instant::now() + PATIENCE;
        while !running.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            running = REMOVED.wait_timeout(running, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    });
}
