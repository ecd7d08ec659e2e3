//! The counters of wrong passwords, by origin.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::origin::Origin;
use super::{PasswordAttemptLimits, Refusal};

/// Wrong passwords by origin.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    /// By IPv4 address, IPv6 network, or another network's identifier of the peer.
    origins: Counted,
    /// By the [sites](Origin::site) around networks of IPv6. However many networks guess, they do not displace a site.
    sites: Counted,
}

/// Failed attempts; only a limited number is remembered.
#[derive(Debug, Default)]
struct Counted {
    by_origin: BTreeMap<Origin, Tries>,
    /// The times at which an origin's wrong passwords are forgotten.
    ends: BTreeSet<(Instant, Origin)>,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    wrong: u32,
    blocked_until: Instant,
    forgiven_at: Instant,
}

impl Guesses {
    /// One try: whether it is right is looked at only if its origin and its site may try now.
    pub(super) fn take(
        &mut self,
        now: Instant,
        origin: &Origin,
        limits: PasswordAttemptLimits,
        is_right: impl FnOnce() -> bool,
    ) -> Result<(), Refusal> {
        let site = origin.site();
        self.origins.forgive(now);
        self.sites.forgive(now);
        let blocked_until = [
            self.origins.blocked_until(origin),
            site.as_ref().and_then(|site| self.sites.blocked_until(site)),
        ];
        if let Some(until) = blocked_until.into_iter().flatten().max().filter(|until| *until > now) {
            return Err(Refusal::TooManyGuesses { wait_s: (until - now).as_secs() + 1 });
        }
        if is_right() {
            // Earlier failures still count: a client that knows one session's password may be guessing another's.
            return Ok(());
        }
        self.origins.count_wrong(now, origin, limits);
        if let Some(site) = site {
            let limits = PasswordAttemptLimits { free: limits.free.saturating_mul(SITE_FACTOR), ..limits };
            self.sites.count_wrong(now, &site, limits);
        }
        Err(Refusal::PasswordWrong)
    }
}

impl Counted {
    fn blocked_until(&self, origin: &Origin) -> Option<Instant> {
        self.by_origin.get(origin).map(|tries| tries.blocked_until)
    }

    fn count_wrong(&mut self, now: Instant, origin: &Origin, limits: PasswordAttemptLimits) {
        let wrong = self.by_origin.get(origin).map_or(0, |tries| tries.wrong).saturating_add(1);
        let delay = delay_after(wrong, limits);
        let forgiven_at = now + delay + limits.delay_max;
        self.keep(origin, Tries { wrong, blocked_until: now + delay, forgiven_at }, limits.addresses);
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

/// How many times as many wrong ones are free for a site as for one network: several households may share it, where a
/// provider gives each less.
const SITE_FACTOR: u32 = 8;

/// A second, and then always twice as long.
fn delay_after(wrong: u32, limits: PasswordAttemptLimits) -> Duration {
    let Some(doublings) = wrong.checked_sub(limits.free.saturating_add(1)) else { return Duration::ZERO };
    let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).min(limits.delay_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PasswordAttemptLimits =
        PasswordAttemptLimits { free: 2, delay_max: Duration::from_secs(10), addresses: 3 };

    struct Fixture {
        guesses: Guesses,
        now: Instant,
    }

    impl Fixture {
        fn new() -> Self {
            Self { guesses: Guesses::default(), now: Instant::now() }
        }

        fn guess(&mut self, origin: &str, is_right: bool) -> Result<(), Refusal> {
            self.guesses.take(self.now, &Origin::of(&origin.into()), LIMITS, || is_right)
        }

        fn wait(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }
    }

    #[test]
    fn each_wrong_one_after_the_free_ones_costs_twice_as_long_up_to_the_most() {
        let mut fixture = Fixture::new();
        for _ in 0..LIMITS.free {
            assert_eq!(fixture.guess("192.0.2.1:1", false), Err(Refusal::PasswordWrong));
        }
        for delay_s in [1, 2, 4, 8, 10, 10] {
            assert_eq!(fixture.guess("192.0.2.1:2", false), Err(Refusal::PasswordWrong));
            fixture.wait(delay_s - 1);
            let blocked = Err(Refusal::TooManyGuesses { wait_s: 2 });
            assert_eq!(fixture.guess("192.0.2.1:3", true), blocked, "even the right one is not looked at");
            fixture.wait(1);
        }
        assert_eq!(fixture.guess("192.0.2.1:4", true), Ok(()));
    }

    #[test]
    fn networks_of_one_site_guess_together() {
        let mut fixture = Fixture::new();
        let from = |network: u32| format!("[2001:db8:1:{network:x}::1]:7");
        for network in 0..LIMITS.free * SITE_FACTOR {
            assert_eq!(fixture.guess(&from(network), false), Err(Refusal::PasswordWrong), "each comes once");
            assert!(fixture.guesses.origins.by_origin.len() <= LIMITS.addresses);
        }
        for (network, delay_s) in [(100, 1), (101, 2), (102, 4), (103, 8), (104, 10)] {
            assert_eq!(fixture.guess(&from(network), false), Err(Refusal::PasswordWrong));
            fixture.wait(delay_s - 1);
            let blocked = Err(Refusal::TooManyGuesses { wait_s: 2 });
            assert_eq!(fixture.guess(&from(1000 + network), true), blocked, "a network that never guessed");
            assert_eq!(fixture.guess("[2001:db8:2::1]:7", true), Ok(()), "another site is not punished");
            fixture.wait(1);
        }
        assert_eq!(fixture.guess(&from(200), true), Ok(()));
        fixture.wait(11);
        for network in 0..LIMITS.free * SITE_FACTOR {
            assert_eq!(
                fixture.guess(&from(network), false),
                Err(Refusal::PasswordWrong),
                "in time it is forgiven"
            );
        }
        assert_eq!(fixture.guess(&from(200), true), Ok(()));
    }

    #[test]
    fn others_are_not_punished_and_in_time_all_is_forgiven() {
        let mut fixture = Fixture::new();
        for _ in 0..=LIMITS.free {
            let _ = fixture.guess("192.0.2.1:1", false);
        }
        assert!(matches!(fixture.guess("192.0.2.1:1", true), Err(Refusal::TooManyGuesses { .. })));
        assert_eq!(fixture.guess("192.0.2.2:1", true), Ok(()));
        fixture.wait(11);
        for _ in 0..LIMITS.free {
            assert_eq!(fixture.guess("192.0.2.1:1", false), Err(Refusal::PasswordWrong));
        }
        assert_eq!(fixture.guess("192.0.2.1:1", true), Ok(()), "as if nothing had been");
    }

    #[test]
    fn no_more_addresses_are_remembered_than_may_be() {
        let mut fixture = Fixture::new();
        for number in 0..1000 {
            let _ = fixture.guess(&format!("10.0.{}.{}:1", number / 250, number % 250), false);
            let _ = fixture.guess(&format!("[2001:db8:{number:x}::1]:1"), false);
            for counted in [&fixture.guesses.origins, &fixture.guesses.sites] {
                assert!(counted.by_origin.len() <= LIMITS.addresses);
                assert_eq!(counted.by_origin.len(), counted.ends.len());
            }
        }
    }
}
