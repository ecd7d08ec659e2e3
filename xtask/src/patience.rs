//! Waits with a timeout, all of which Ctrl-C ends.

use std::thread;
use std::time::{Duration, Instant};

use crate::interrupt::is_interrupted;

/// Why a wait ended without an answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Impatience {
    /// It took too long.
    #[error("not within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// Ctrl-C was pressed.
    #[error("Ctrl-C was pressed")]
    Interrupted,
}

/// Asks repeatedly until there is an answer.
///
/// # Errors
/// [`Impatience`] if there is none.
pub(crate) fn until<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Result<T, Impatience> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if is_interrupted() {
            return Err(Impatience::Interrupted);
        }
        if Instant::now() >= deadline {
            return Err(Impatience::TimedOut(within));
        }
        thread::sleep(BEAT);
    }
}

/// The same where Ctrl-C does not count: what has been told to end is waited for.
pub(crate) fn within<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        let answer = ask();
        if answer.is_some() || Instant::now() >= deadline {
            return answer;
        }
        thread::sleep(BEAT);
    }
}

const BEAT: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_a_wait_and_so_does_its_end() {
        let mut asked = 0;
        let answer = until(Duration::from_mins(1), || {
            asked += 1;
            (asked == 2).then_some(asked)
        });
        assert_eq!(answer, Ok(2));
        assert_eq!(until(Duration::ZERO, || None::<()>), Err(Impatience::TimedOut(Duration::ZERO)));
    }
}
