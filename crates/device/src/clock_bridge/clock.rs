//! The time that callbacks and beats share.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time since its creation; tests bring their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// The operating system's monotonic clock, from now on.
    pub fn system() -> Self {
        let started = Instant::now();
        Self::new(move || started.elapsed())
    }

    /// A custom clock, such as simulated time. It must not go backwards.
    pub fn new(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now.
    pub fn now(&self) -> Duration {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
