//! How long is waited: each wait has an end, and Ctrl-C ends all of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::stage::failure::Failure;

/// Within how long everything that a person would not wait for has happened, on a machine with much else to do.
pub const SOON: Duration = Duration::from_secs(20);
/// How often a wait checks for Ctrl-C.
pub const BEAT: Duration = Duration::from_millis(50);

/// Ctrl-C, SIGTERM and SIGHUP end the wait that goes on, and so the run: what was started is ended in good order.
///
/// # Errors
/// If the operating system refuses.
pub fn end_with_signals() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Release))
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// A wait that has begun.
#[derive(Debug)]
pub struct Patience {
    until: Instant,
    within: Duration,
}

impl Patience {
    /// A wait that begins now, and times out after so long.
    pub fn of(within: Duration) -> Self {
        Self { until: Instant::now() + within, within }
    }

    /// What is left of it; `what` is waited for.
    ///
    /// # Errors
    /// [`Failure::TimedOut`] if nothing is left, [`Failure::Interrupted`] after Ctrl-C.
    pub fn left(&self, what: &str) -> Result<Duration, Failure> {
        if INTERRUPTED.load(Ordering::Acquire) {
            return Err(Failure::Interrupted);
        }
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::TimedOut { what: what.to_owned(), within: self.within });
        }
        Ok(left)
    }
}

/// Asks again and again, until there is an answer.
///
/// # Errors
/// As [`Patience::left`], and those of the question.
pub fn until<T>(
    what: &str,
    within: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let patience = Patience::of(within);
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        std::thread::sleep(patience.left(what)?.min(BEAT));
    }
}
