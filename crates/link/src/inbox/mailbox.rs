//! An inbox that other threads fill, and that wakes the driver.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::{Inbox, InboxLimits, Popped, Pushed};
use crate::{Delivery, DisconnectReason, Peer};

/// An [`Inbox`] behind a lock. The driver's waker is called when it has drained the inbox and something arrived since.
#[derive(Debug)]
pub struct Mailbox<C, P>(Mutex<State<C, P>>);

#[derive(Debug)]
struct State<C, P> {
    inbox: Inbox<C, P>,
    waker: Option<Waker>,
    /// Whether the driver found the inbox empty and has not been woken since.
    is_driver_asleep: bool,
}

impl<C, P> Mailbox<C, P> {
    /// An empty mailbox.
    pub fn new(limits: InboxLimits) -> Self {
        Self(Mutex::new(State { inbox: Inbox::new(limits), waker: None, is_driver_asleep: true }))
    }

    /// See [`Inbox::expect`].
    pub fn expect(&self, peer: Peer) {
        self.change(|inbox| inbox.expect(peer));
    }

    /// See [`Inbox::connected`].
    pub fn connected(&self, peer: Peer, about: C) {
        self.change(|inbox| inbox.connected(peer, about));
    }

    /// See [`Inbox::push`].
    pub fn push(&self, peer: Peer, delivery: Delivery, packet: P) -> Pushed<P> {
        self.change(|inbox| inbox.push(peer, delivery, packet))
    }

    /// See [`Inbox::disconnected`].
    pub fn disconnected(&self, peer: Peer, reason: DisconnectReason) {
        self.change(|inbox| inbox.disconnected(peer, reason));
    }

    /// See [`Inbox::mute`].
    pub fn mute(&self, peer: Peer) -> bool {
        self.change(|inbox| inbox.mute(peer))
    }

    /// See [`Inbox::forget`].
    pub fn forget(&self, peer: Peer) {
        self.change(|inbox| inbox.forget(peer));
    }

    /// See [`Inbox::pop`].
    pub fn pop(&self) -> Option<Popped<C, P>> {
        let mut state = self.lock();
        let popped = state.inbox.pop();
        state.is_driver_asleep = popped.is_none();
        popped
    }

    /// See [`Inbox::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.lock().inbox.is_empty()
    }

    /// See [`Inbox::peers`].
    pub fn peers(&self) -> usize {
        self.lock().inbox.peers()
    }

    /// See [`Inbox::dropped`].
    pub fn dropped(&self) -> u64 {
        self.lock().inbox.dropped()
    }

    /// Sets the waker, and wakes it at once if the inbox is not empty.
    pub fn set_waker(&self, waker: Waker) {
        self.lock().waker = Some(waker);
        self.change(|_| ());
    }

    /// Changes the inbox, then wakes the driver, outside the lock, if there is something for it.
    fn change<R>(&self, change: impl FnOnce(&mut Inbox<C, P>) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state.inbox);
        if state.is_driver_asleep
            && !state.inbox.is_empty()
            && let Some(waker) = state.waker.clone()
        {
            state.is_driver_asleep = false;
            drop(state);
            waker.wake();
        }
        result
    }

    /// A panic cannot leave an inbox inconsistent in a way that matters, so poisoning is ignored.
    fn lock(&self) -> MutexGuard<'_, State<C, P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn the_driver_is_woken_once_until_it_drains_the_mailbox() {
        let wakes = Arc::new(Wakes::default());
        let mailbox: Mailbox<(), u8> = Mailbox::new(InboxLimits::default());
        mailbox.set_waker(Waker::from(Arc::clone(&wakes)));
        mailbox.connected(Peer(1), ());
        mailbox.push(Peer(1), Delivery::Reliable, 1);
        assert_eq!(wakes.0.load(Ordering::SeqCst), 1);

        while mailbox.pop().is_some() {}
        mailbox.push(Peer(1), Delivery::Reliable, 2);
        assert_eq!(wakes.0.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_waker_that_comes_late_is_woken_for_what_waits() {
        let wakes = Arc::new(Wakes::default());
        let mailbox: Mailbox<(), u8> = Mailbox::new(InboxLimits::default());
        mailbox.connected(Peer(1), ());
        mailbox.set_waker(Waker::from(Arc::clone(&wakes)));
        assert_eq!(wakes.0.load(Ordering::SeqCst), 1);
    }
}
