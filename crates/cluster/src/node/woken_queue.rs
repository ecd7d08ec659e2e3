//! A queue from other threads to the node's own thread.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// A bounded queue that wakes the thread that empties it.
#[derive(Debug)]
pub(super) struct WokenQueue<T>(Mutex<Waiting<T>>);

#[derive(Debug)]
struct Waiting<T> {
    items: VecDeque<T>,
    waker: Option<Waker>,
}

impl<T> WokenQueue<T> {
    /// Adds an item. Returns false if there are already `most` of them.
    pub(super) fn push(&self, item: T, most: usize) -> bool {
        let mut waiting = self.lock();
        if waiting.items.len() >= most {
            return false;
        }
        waiting.items.push_back(item);
        let waker = waiting.waker.clone();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    pub(super) fn pop(&self) -> Option<T> {
        self.lock().items.pop_front()
    }

    pub(super) fn set_waker(&self, waker: Waker) {
        self.lock().waker = Some(waker);
    }

    /// Ignores lock poisoning: no operation under the lock stops halfway, so the state is always consistent.
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for WokenQueue<T> {
    fn default() -> Self {
        Self(Mutex::new(Waiting { items: VecDeque::new(), waker: None }))
    }
}
