//! A waker for drivers that are plain threads.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

/// A waker that [unparks](Thread::unpark) the current thread.
///
/// A driver passes it to `set_waker`, drains `poll_event`, and then sleeps in [`std::thread::park_timeout`] until its
/// next timer. Nothing is missed: an unpark that comes before the park makes it return at once.
pub fn thread_waker() -> Waker {
    Waker::from(Arc::new(Unpark(thread::current())))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
