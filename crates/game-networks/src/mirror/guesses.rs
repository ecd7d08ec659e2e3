//! Failed logins, by user or password, and how long answers wait for them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failed logins of all connections of a server together, since an envelope does not know addresses.
///
/// Every connection waits by itself, so that a client with the password is admitted however many others guess: at the
/// longest wait, each possible connection guesses once in [`WAIT_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<Wrong>);

#[derive(Debug, Default)]
struct Wrong {
    count: u32,
    /// The time from which the next one is being forgotten.
    since: Option<Instant>,
}

impl Guesses {
    /// A client has sent its credentials: how long it waits for the answer, right or wrong.
    pub(crate) fn take(&self, now: Instant, is_right: bool) -> Duration {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.forget(now);
        let wait = wait_after(wrong.count);
        // A success does not clear earlier failures, which another client may have caused.
        if !is_right {
            wrong.count = (wrong.count + 1).min(COUNT_MAX);
        }
        wait
    }
}

impl Wrong {
    fn forget(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let periods = now.saturating_duration_since(since).as_secs() / FORGOTTEN_EVERY.as_secs();
        let forgotten = u32::try_from(periods).unwrap_or(u32::MAX).min(self.count);
        self.count -= forgotten;
        self.since = Some(if self.count == 0 { now } else { since + FORGOTTEN_EVERY * forgotten });
    }
}

fn wait_after(wrong: u32) -> Duration {
    let Some(over) = wrong.checked_sub(FREE) else { return Duration::ZERO };
    WAIT_FIRST.saturating_mul(1_u32.checked_shl(over).unwrap_or(u32::MAX)).min(WAIT_MAX)
}

/// This many wrong attempts cost nothing.
const FREE: u32 = 5;

/// The wait for the first answer after that; it doubles with each further wrong attempt.
const WAIT_FIRST: Duration = Duration::from_secs(1);

/// The longest wait for an answer.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Wrong attempts beyond those for the longest wait are not counted, so that it ends soon after the last of them.
const COUNT_MAX: u32 = FREE + 6;

/// The interval at which one wrong attempt is forgotten.
const FORGOTTEN_EVERY: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_wait_twice_as_long_with_each_wrong_one_after_the_free_ones_up_to_the_most() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        let waits: Vec<u64> = (0..14).map(|_| guesses.take(now, false).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]);
    }

    #[test]
    fn right_ones_wait_with_the_others_and_neither_count_nor_forgive() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(guesses.take(now, true), Duration::ZERO);
        }
        for _ in 0..7 {
            guesses.take(now, false);
        }
        assert_eq!([true, true].map(|is_right| guesses.take(now, is_right).as_secs()), [4, 4]);
    }

    #[test]
    fn waiting_ends_soon_after_the_last_wrong_attempt_however_many_there_were() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for _ in 0..10_000 {
            guesses.take(now, false);
        }
        let after = |seconds| guesses.take(now + Duration::from_secs(seconds), true).as_secs();
        assert_eq!([0, 9, 19, 29, 60, 69, 70, 1000].map(after), [30, 30, 30, 16, 1, 1, 0, 0]);
        assert_eq!(guesses.take(now + Duration::from_secs(1000), false), Duration::ZERO);
    }
}
