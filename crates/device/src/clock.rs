//! The time that callbacks, beats and the supervisor share.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time since the devices were opened; tests bring their own.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// The operating system's monotonic clock, from now on.
    pub(crate) fn system() -> Self {
        let started = Instant::now();
        Self::new(move || started.elapsed())
    }

    pub(crate) fn new(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Duration {
        (self.0)()
    }
}
