//! The mailbox of one worker, filled by the reading thread.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::directory::Source;
use crate::webrtc::page_peer::PagePeer;

/// A datagram and its peer.
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
    /// Peers that are to go.
    displaced: Vec<PagePeer>,
    dropped: u64,
    waker: Option<Waker>,
}

impl Mailbox {
    pub(crate) fn new(datagrams_max: usize) -> Self {
        Self { datagrams_max, inner: Mutex::default() }
    }

    /// Adds a datagram, and wakes its worker if the mailbox was empty.
    pub(crate) fn put(&self, datagram: Datagram) {
        let mut inner = self.lock();
        if inner.waiting.len() >= self.datagrams_max {
            inner.dropped += 1;
            return;
        }
        let is_news = inner.is_empty();
        inner.waiting.push_back(datagram);
        wake(inner, is_news);
    }

    /// This peer has lost its place.
    pub(crate) fn displace(&self, peer: PagePeer) {
        let mut inner = self.lock();
        let is_news = inner.is_empty();
        inner.displaced.push(peer);
        wake(inner, is_news);
    }

    /// Takes everything, in exchange for empty queues. False if there is nothing.
    pub(crate) fn take(&self, queue: &mut VecDeque<Datagram>, displaced: &mut Vec<PagePeer>) -> bool {
        debug_assert!(queue.is_empty() && displaced.is_empty(), "what was taken is used before more is");
        let mut inner = self.lock();
        std::mem::swap(&mut inner.waiting, queue);
        std::mem::swap(&mut inner.displaced, displaced);
        !queue.is_empty() || !displaced.is_empty()
    }

    pub(crate) fn set_waker(&self, waker: Waker) {
        self.lock().waker = Some(waker);
    }

    /// How many datagrams were dropped because it was full.
    pub(crate) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// Ignores poison: a panic leaves a consistent state, since no change is left half done under the lock.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.displaced.is_empty()
    }
}

fn wake(inner: MutexGuard<'_, Inner>, is_news: bool) {
    let waker = inner.waker.clone().filter(|_| is_news);
    drop(inner);
    if let Some(waker) = waker {
        waker.wake();
    }
}
