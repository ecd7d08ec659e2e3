//! How often a wrong password was tried, and from where.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::origin::Origin;
use super::{GuessLimits, Refusal};

/// Wrong passwords by where they came from.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    by_origin: BTreeMap<Origin, Tries>,
    /// When all is forgiven.
    ends: BTreeSet<(Instant, Origin)>,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    wrong: u32,
    blocked_until: Instant,
    forgiven_at: Instant,
}

impl Guesses {
    /// One try: whether it is right is looked at only if its origin may try now.
    pub(super) fn take(
        &mut self,
        now: Instant,
        origin: &Origin,
        limits: GuessLimits,
        is_right: impl FnOnce() -> bool,
    ) -> Result<(), Refusal> {
        self.forgive(now);
        let tries = self.by_origin.get(origin).copied();
        if let Some(blocked) = tries.filter(|tries| tries.blocked_until > now) {
            let wait = blocked.blocked_until - now;
            return Err(Refusal::TooManyGuesses { wait_s: wait.as_secs() + 1 });
        }
        if is_right() {
            // What was wrong before stays: whoever knows one session's password may be guessing at another's.
            return Ok(());
        }
        let wrong = tries.map_or(0, |tries| tries.wrong).saturating_add(1);
        let delay = delay_after(wrong, limits);
        let forgiven_at = now + delay + limits.delay_max;
        self.keep(origin, Tries { wrong, blocked_until: now + delay, forgiven_at }, limits.addresses);
        Err(Refusal::PasswordWrong)
    }

    fn keep(&mut self, origin: &Origin, tries: Tries, most: usize) {
        if let Some(former) = self.by_origin.insert(origin.clone(), tries) {
            self.ends.remove(&(former.forgiven_at, origin.clone()));
        }
        self.ends.insert((tries.forgiven_at, origin.clone()));
        while self.by_origin.len() > most.max(1)
            && let Some((_, first)) = self.ends.pop_first()
        {
            self.by_origin.remove(&first);
        }
    }

    fn forgive(&mut self, now: Instant) {
        while let Some((end, _)) = self.ends.first()
            && *end <= now
            && let Some((_, origin)) = self.ends.pop_first()
        {
            self.by_origin.remove(&origin);
        }
    }
}

/// A second, and then always twice as long.
fn delay_after(wrong: u32, limits: GuessLimits) -> Duration {
    let Some(doublings) = wrong.checked_sub(limits.free.saturating_add(1)) else { return Duration::ZERO };
    let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).min(limits.delay_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: GuessLimits = GuessLimits { free: 2, delay_max: Duration::from_secs(10), addresses: 3 };

    struct Stage {
        guesses: Guesses,
        now: Instant,
    }

    impl Stage {
        fn new() -> Self {
            Self { guesses: Guesses::default(), now: Instant::now() }
        }

        fn guess(&mut self, origin: &str, is_right: bool) -> Result<(), Refusal> {
            self.guesses.take(self.now, &Origin::of(origin), LIMITS, || is_right)
        }

        fn wait(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }
    }

    #[test]
    fn each_wrong_one_after_the_free_ones_costs_twice_as_long_up_to_the_most() {
        let mut stage = Stage::new();
        for _ in 0..LIMITS.free {
            assert_eq!(stage.guess("192.0.2.1:1", false), Err(Refusal::PasswordWrong));
        }
        for delay_s in [1, 2, 4, 8, 10, 10] {
            assert_eq!(stage.guess("192.0.2.1:2", false), Err(Refusal::PasswordWrong));
            stage.wait(delay_s - 1);
            let blocked = Err(Refusal::TooManyGuesses { wait_s: 2 });
            assert_eq!(stage.guess("192.0.2.1:3", true), blocked, "even the right one is not looked at");
            stage.wait(1);
        }
        assert_eq!(stage.guess("192.0.2.1:4", true), Ok(()));
    }

    #[test]
    fn others_are_not_punished_and_in_time_all_is_forgiven() {
        let mut stage = Stage::new();
        for _ in 0..=LIMITS.free {
            let _ = stage.guess("192.0.2.1:1", false);
        }
        assert!(matches!(stage.guess("192.0.2.1:1", true), Err(Refusal::TooManyGuesses { .. })));
        assert_eq!(stage.guess("192.0.2.2:1", true), Ok(()));
        stage.wait(11);
        for _ in 0..LIMITS.free {
            assert_eq!(stage.guess("192.0.2.1:1", false), Err(Refusal::PasswordWrong));
        }
        assert_eq!(stage.guess("192.0.2.1:1", true), Ok(()), "as if nothing had been");
    }

    #[test]
    fn no_more_addresses_are_remembered_than_may_be() {
        let mut stage = Stage::new();
        for number in 0..1000 {
            let _ = stage.guess(&format!("10.0.{}.{}:1", number / 250, number % 250), false);
            assert!(stage.guesses.by_origin.len() <= LIMITS.addresses);
            assert_eq!(stage.guesses.by_origin.len(), stage.guesses.ends.len());
        }
    }
}
