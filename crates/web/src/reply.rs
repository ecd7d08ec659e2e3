//! An answer that comes later, from another thread.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

/// One answer: its sender and its receiver.
///
/// ```
/// let (replier, reply) = consonance_web::reply();
/// std::thread::spawn(move || replier.send(7));
/// assert_eq!(reply.wait(), Some(7));
/// ```
pub fn reply<T>() -> (Replier<T>, Reply<T>) {
    let (sender, receiver) = oneshot::channel();
    (Replier(sender), Reply(receiver))
}

/// The sender, used once. Dropping it signals that there will be no answer.
pub struct Replier<T>(oneshot::Sender<T>);

/// The receiver: a future of the answer, or of `None` if there will be none.
pub struct Reply<T>(oneshot::Receiver<T>);

impl<T> Replier<T> {
    /// Answers. It never waits, and nothing happens if the receiver has gone.
    pub fn send(self, answer: T) {
        let _ = self.0.send(answer);
    }

    /// Whether the receiver still waits; it may have gone.
    pub fn is_awaited(&self) -> bool {
        !self.0.is_closed()
    }
}

impl<T> Reply<T> {
    /// The answer if it is there already.
    pub fn try_take(&mut self) -> Option<T> {
        self.0.try_recv().ok()
    }

    /// Waits for it, as long as it takes, in threads that may be kept waiting.
    ///
    /// # Panics
    /// Within an asynchronous runtime, where it is a future.
    pub fn wait(self) -> Option<T> {
        self.0.blocking_recv().ok()
    }
}

impl<T> Future for Reply<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll(context).map(Result::ok)
    }
}

impl<T> fmt::Debug for Replier<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replier").field("is_awaited", &self.is_awaited()).finish()
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_sender_is_not_waited_for() {
        let (replier, mut reply) = reply::<u8>();
        assert_eq!(reply.try_take(), None);
        drop(replier);
        assert_eq!(reply.wait(), None);
    }

    #[test]
    fn the_sender_sees_whether_the_receiver_waits() {
        let (replier, reply) = reply();
        assert!(replier.is_awaited());
        drop(reply);
        assert!(!replier.is_awaited());
        replier.send(7);
    }
}
