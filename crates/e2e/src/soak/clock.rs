//! The time, for the network and for the engine, and the printed log of events.

use std::time::{Duration, Instant};

use consonance_session::Instant as SessionInstant;

/// Counts from the beginning of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
}

/// A moment, for the network and for the engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    pub(crate) at: SessionInstant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        let instant = Instant::now();
        Now { instant, at: SessionInstant::START + instant.duration_since(self.started) }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Prints an event with its time.
    pub(crate) fn tell(&self, words: &str) {
        println!("{:8.1} s  {words}", self.elapsed().as_secs_f64());
    }
}
