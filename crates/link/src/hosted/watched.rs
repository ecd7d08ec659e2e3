//! A queue between two threads that wakes its reader.

use std::sync::{Mutex, PoisonError};
use std::task::Waker;

pub(super) trait Queue {
    fn is_empty(&self) -> bool;
}

/// A queue behind a lock. Its reader's waker is called when it found the queue empty and something was queued since.
#[derive(Debug)]
pub(super) struct Watched<Q>(Mutex<State<Q>>);

#[derive(Debug)]
struct State<Q> {
    queue: Q,
    waker: Option<Waker>,
    /// Whether the reader found the queue empty and has not been woken since.
    is_reader_asleep: bool,
}

impl<Q: Queue> Watched<Q> {
    pub(super) fn new(queue: Q) -> Self {
        Self(Mutex::new(State { queue, waker: None, is_reader_asleep: true }))
    }

    /// Changes the queue, then wakes the reader, outside the lock, if there is something for it.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Q) -> R) -> R {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state.queue);
        if state.is_reader_asleep
            && !state.queue.is_empty()
            && let Some(waker) = state.waker.clone()
        {
            state.is_reader_asleep = false;
            drop(state);
            waker.wake();
        }
        result
    }

    /// Takes an item.
    pub(super) fn pop<R>(&self, pop: impl FnOnce(&mut Q) -> Option<R>) -> Option<R> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let popped = pop(&mut state.queue);
        state.is_reader_asleep = popped.is_none();
        popped
    }

    /// Sets the waker, and wakes it at once if the queue is not empty.
    pub(super) fn set_waker(&self, waker: Waker) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waker = Some(waker);
        self.change(|_| ());
    }
}
