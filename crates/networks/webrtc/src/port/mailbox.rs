//! What the reading thread has for one worker.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::directory::Source;
use crate::page_peer::PagePeer;

/// A datagram and whose it is.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) peer: PagePeer,
    pub(crate) source: Source,
    pub(crate) bytes: Box<[u8]>,
}

#[derive(Debug)]
pub(crate) struct Mailbox {
    datagrams_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Datagram>,
    dropped: u64,
    waker: Option<Waker>,
}

impl Mailbox {
    pub(crate) fn new(datagrams_max: usize) -> Self {
        Self { datagrams_max, inner: Mutex::default() }
    }

    /// Puts one in, and wakes whose it is if that is news.
    pub(crate) fn put(&self, datagram: Datagram) {
        let mut inner = self.lock();
        if inner.waiting.len() >= self.datagrams_max {
            inner.dropped += 1;
            return;
        }
        let is_news = inner.waiting.is_empty();
        inner.waiting.push_back(datagram);
        let waker = inner.waker.clone().filter(|_| is_news);
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes everything, in exchange for an empty queue. False if there is nothing.
    pub(crate) fn take(&self, queue: &mut VecDeque<Datagram>) -> bool {
        debug_assert!(queue.is_empty(), "what was taken is used before more is");
        std::mem::swap(&mut self.lock().waiting, queue);
        !queue.is_empty()
    }

    pub(crate) fn set_waker(&self, waker: Waker) {
        self.lock().waker = Some(waker);
    }

    /// How many did not fit.
    pub(crate) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// What a thread that panicked has left is whole: nothing is done half under the lock.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
