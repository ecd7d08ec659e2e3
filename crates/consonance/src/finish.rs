//! Whether the voice thread and everything it owned is gone.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::lock::lock;

/// After its last event the thread only has to drop values. An input, an output or a transport that holds a handle of
/// its own chat would wait for itself; no wait is longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Set once, by the thread's last act.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    is_finished: Mutex<bool>,
    finished: Condvar,
}

impl Finish {
    pub(crate) fn set(&self) {
        *lock(&self.is_finished) = true;
        self.finished.notify_all();
    }

    pub(crate) fn is_finished(&self) -> bool {
        *lock(&self.is_finished)
    }

    /// Waits until it is set, within a time limit.
    pub(crate) fn wait(&self) {
        let is_finished = lock(&self.is_finished);
        let waited = self.finished.wait_timeout_while(is_finished, LONGEST_WAIT, |is_finished| !*is_finished);
        drop(waited);
    }
}
