//! The loop of a soak: lets time pass, iteration by iteration.

use std::thread;
use std::time::{Duration, Instant};

/// The result of a step of a soak.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Everything that takes part in a soak, run again and again.
pub(crate) trait SoakLoop: Sized {
    /// Does what is due now.
    ///
    /// # Errors
    /// If the soak cannot go on.
    fn run_once(&mut self) -> Outcome;

    /// Lets time pass.
    ///
    /// # Errors
    /// As of [`run_once`](Self::run_once).
    fn carry(&mut self, time: Duration) -> Outcome {
        self.carry_until(time, |_| false).map(drop)
    }

    /// Lets time pass until something holds; returns how long that took, if it happened in time.
    ///
    /// # Errors
    /// As of [`run_once`](Self::run_once).
    fn carry_until(
        &mut self,
        patience: Duration,
        mut holds: impl FnMut(&mut Self) -> bool,
    ) -> Outcome<Option<Duration>> {
        let started = Instant::now();
        loop {
            self.run_once()?;
            if holds(self) {
                return Ok(Some(started.elapsed()));
            }
            if started.elapsed() >= patience {
                return Ok(None);
            }
            thread::sleep(PAUSE);
        }
    }
}

const PAUSE: Duration = Duration::from_millis(5);
