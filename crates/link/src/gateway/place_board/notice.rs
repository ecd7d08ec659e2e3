//! Tells gateways that there is something to read.

use std::collections::BTreeSet;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// Tells a gateway that there is something to read.
#[derive(Debug, Default)]
pub(super) struct Notice {
    is_raised: AtomicBool,
    state: Mutex<NoticeState>,
}

#[derive(Debug, Default)]
struct NoticeState {
    /// The sessions with news since the last look.
    sessions: BTreeSet<Arc<str>>,
    waker: Option<Waker>,
}

impl Notice {
    pub(super) fn set_waker(&self, waker: Waker) {
        self.lock().waker = Some(waker);
    }

    /// The sessions with news since the last look.
    pub(super) fn take(&self) -> BTreeSet<Arc<str>> {
        // Called in each iteration and mostly false: a plain load leaves the cache line shared.
        if !self.is_raised.load(Ordering::Relaxed) || !self.is_raised.swap(false, Ordering::Acquire) {
            return BTreeSet::new();
        }
        mem::take(&mut self.lock().sessions)
    }

    fn raise(&self, session: &Arc<str>) {
        let mut state = self.lock();
        state.sessions.insert(Arc::clone(session));
        let waker = state.waker.clone();
        drop(state);
        if !self.is_raised.swap(true, Ordering::AcqRel)
            && let Some(waker) = waker
        {
            waker.wake();
        }
    }

    /// Locks the state. Poison is ignored: no update is left half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, NoticeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those that have news after a time without.
pub(super) type Notified = Vec<Arc<Notice>>;

pub(super) fn raise(notified: Notified, session: &Arc<str>) {
    for notice in notified {
        notice.raise(session);
    }
}
