//! Upstreams that called their waker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use crate::Peer;

/// A list of them, each at most once, and the waker of the driver.
#[derive(Debug, Default)]
pub(super) struct UpstreamWakers(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    list: Vec<Arc<UpstreamWaker>>,
    driver: Option<Waker>,
}

#[derive(Debug)]
struct UpstreamWaker {
    peer: Peer,
    is_listed: AtomicBool,
    wakers: Arc<UpstreamWakers>,
}

impl UpstreamWakers {
    /// Sets the waker that is woken when the list gets its first entry.
    pub(super) fn set_driver(&self, driver: Waker) {
        self.lock().driver = Some(driver);
    }

    /// A waker with which an upstream puts itself on the list.
    pub(super) fn waker(self: &Arc<Self>, peer: Peer) -> Waker {
        let (is_listed, wakers) = (AtomicBool::new(false), Arc::clone(self));
        Waker::from(Arc::new(UpstreamWaker { peer, is_listed, wakers }))
    }

    /// Empties the list.
    pub(super) fn take(&self, mut each: impl FnMut(Peer)) {
        let mut list = std::mem::take(&mut self.lock().list);
        for waker in list.drain(..) {
            waker.is_listed.store(false, Ordering::Release);
            each(waker.peer);
        }
        // The list's memory is reused, unless another entry was added in the meantime.
        let mut state = self.lock();
        if state.list.capacity() == 0 {
            state.list = list;
        }
    }

    /// Ignores poison: a list is never left half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for UpstreamWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_listed.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut state = self.wakers.lock();
        state.list.push(Arc::clone(self));
        let driver = state.driver.clone().filter(|_| state.list.len() == 1);
        drop(state);
        if let Some(driver) = driver {
            driver.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Wakes(std::sync::atomic::AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn each_upstream_is_listed_once_and_the_driver_woken_once_until_the_list_is_taken() {
        let (wakers, driver) = (Arc::new(UpstreamWakers::default()), Arc::new(Wakes::default()));
        wakers.set_driver(Waker::from(Arc::clone(&driver)));
        let (one, other) = (wakers.waker(Peer(1)), wakers.waker(Peer(2)));
        let mut listed = Vec::new();
        for _ in 0..2 {
            one.wake_by_ref();
            other.wake_by_ref();
            one.wake_by_ref();
            wakers.take(|peer| listed.push(peer));
        }
        assert_eq!(listed, [Peer(1), Peer(2), Peer(1), Peer(2)]);
        assert_eq!(driver.0.load(Ordering::SeqCst), 2);
    }
}
