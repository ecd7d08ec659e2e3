//! Hands the newest of something from one thread to another that must not wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Room for one thing; a newer one takes its place.
#[derive(Debug)]
pub(crate) struct Mailbox<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    is_full: AtomicBool,
    content: Mutex<Option<T>>,
}

impl<T> Mailbox<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { is_full: AtomicBool::new(false), content: Mutex::new(None) }))
    }

    pub(crate) fn put(&self, thing: T) {
        let old = self.0.content.lock().unwrap_or_else(PoisonError::into_inner).replace(thing);
        self.0.is_full.store(true, Ordering::Release);
        drop(old);
    }

    /// What was put last, once. Never waits: what is just being put is there the next time.
    pub(crate) fn take(&self) -> Option<T> {
        if !self.0.is_full.load(Ordering::Acquire) {
            return None;
        }
        let thing = self.0.content.try_lock().ok()?.take();
        self.0.is_full.store(false, Ordering::Release);
        thing
    }
}

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_taken_once() {
        let (here, there) = {
            let mailbox = Mailbox::new();
            (mailbox.clone(), mailbox)
        };
        assert_eq!(here.take(), None);
        there.put(1);
        there.put(2);
        assert_eq!((here.take(), here.take()), (Some(2), None));
    }
}
