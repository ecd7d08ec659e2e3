//! Waits with a time limit: Ctrl-C ends all of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::stage::failure::Failure;

/// The time limit for anything that would be immediate for a person, on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);
/// How often a wait checks for Ctrl-C.
pub const BEAT: Duration = Duration::from_millis(50);

/// Makes Ctrl-C, SIGTERM and SIGHUP end the current wait, and thereby the run: all started programs are shut down.
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
    /// A wait that begins now, with this time limit.
    pub fn of(within: Duration) -> Self {
        Self { until: Instant::now() + within, within }
    }

    /// The remaining time; `what` names the expected condition.
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

/// Repeats the question until there is an answer.
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
