//! Passes the newest value from one thread to another that must not block.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Holds one value; a newer one replaces it.
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
        let mut content = self.0.content.lock().unwrap_or_else(PoisonError::into_inner);
        let old = content.replace(thing);
        self.0.is_full.store(true, Ordering::Release);
        drop(content);
        drop(old);
    }

    /// Takes the newest value, once. Never blocks: a value that is being put at that moment is returned by the next
    /// call.
    pub(crate) fn take(&self) -> Option<T> {
        if !self.0.is_full.load(Ordering::Acquire) {
            return None;
        }
        // The flag is changed only under the lock, so that it never hides a value put in the meantime.
        let mut content = self.0.content.try_lock().ok()?;
        self.0.is_full.store(false, Ordering::Release);
        content.take()
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

    #[test]
    fn the_last_of_many_always_arrives() {
        let mailbox = Mailbox::new();
        let sender = mailbox.clone();
        let putting = std::thread::spawn(move || (1..=100_000).for_each(|number| sender.put(number)));
        let mut last = 0;
        while !putting.is_finished() {
            last = mailbox.take().unwrap_or(last);
        }
        last = mailbox.take().unwrap_or(last);
        assert_eq!(last, 100_000);
    }
}
