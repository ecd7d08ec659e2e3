//! The budget of key packages: each gives the whole group a commit or two, so one member cannot have many.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::ClientId;

use crate::time::Instant;

/// Key packages that a client may send at once: for a join, and for what may go wrong with it.
const BURST: u32 = 4;
/// The time in which another one is earned; our members ask no more often.
const EARNED_EVERY: Duration = Duration::from_millis(500);
/// Key packages that a client may send in a short while, whatever goes wrong.
const TOTAL: u32 = 30;
/// The time in which another one of these is earned.
const TOTAL_EARNED_EVERY: Duration = Duration::from_secs(10);

/// The clients' budgets. A key package over its client's budget waits, and a later one of the same client replaces it,
/// so that honest members of a bad network are added late, and never forgotten.
#[derive(Debug, Default)]
pub(super) struct KeyPackages {
    budgets: BTreeMap<ClientId, Budget>,
    waiting: BTreeMap<ClientId, WaitingKeyPackage>,
}

#[derive(Debug)]
struct Budget {
    burst: Bucket,
    total: Bucket,
}

/// A key package over its client's budget.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WaitingKeyPackage {
    pub key_package: Box<[u8]>,
    /// Its client shows the groups that it creates.
    pub shows_group: bool,
}

impl KeyPackages {
    /// Whether a client's key package is within its budget; otherwise it waits.
    pub(super) fn take(&mut self, now: Instant, id: ClientId, key_package: &[u8], shows_group: bool) -> bool {
        let budget = self.budgets.entry(id).or_insert_with(|| Budget {
            burst: Bucket::new(now, BURST, EARNED_EVERY),
            total: Bucket::new(now, TOTAL, TOTAL_EARNED_EVERY),
        });
        if !self.waiting.contains_key(&id) && budget.pay(now) {
            return true;
        }
        self.waiting.insert(id, WaitingKeyPackage { key_package: key_package.into(), shows_group });
        false
    }

    /// The time of the next key package that has waited long enough.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.keys().filter_map(|id| self.budgets.get(id)).map(Budget::next_at).min()
    }

    /// The key packages that have waited long enough.
    pub(super) fn due(&mut self, now: Instant) -> Vec<(ClientId, WaitingKeyPackage)> {
        let Self { budgets, waiting } = self;
        let is_due = |id: &ClientId, _: &mut WaitingKeyPackage| {
            budgets.get_mut(id).is_none_or(|budget| budget.pay(now))
        };
        waiting.extract_if(.., is_due).collect()
    }

    /// Forgets a client that is gone.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.budgets.remove(&id);
        self.waiting.remove(&id);
    }
}

impl Budget {
    fn next_at(&self) -> Instant {
        self.burst.next_at().max(self.total.next_at())
    }

    fn pay(&mut self, now: Instant) -> bool {
        let can_pay = self.next_at() <= now;
        if can_pay {
            self.burst.pay(now);
            self.total.pay(now);
        }
        can_pay
    }
}

/// What may be spent at once, and is earned again one by one.
#[derive(Debug)]
struct Bucket {
    /// When it is full again.
    full_at: Instant,
    size: u32,
    every: Duration,
}

impl Bucket {
    fn new(now: Instant, size: u32, every: Duration) -> Self {
        Self { full_at: now, size, every }
    }

    /// When the next one can be paid.
    fn next_at(&self) -> Instant {
        let ahead = self.every * (self.size - 1);
        Instant::START + self.full_at.since(Instant::START).saturating_sub(ahead)
    }

    fn pay(&mut self, now: Instant) {
        self.full_at = self.full_at.max(now) + self.every;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVE: ClientId = ClientId(1);
    const ANN: ClientId = ClientId(2);

    fn at(ms: u64) -> Instant {
        Instant::START + Duration::from_secs(100) + Duration::from_millis(ms)
    }

    /// How many of a flood of 50 key packages a second pass in this time.
    fn passed(packages: &mut KeyPackages, from_ms: u64, to_ms: u64) -> usize {
        let passed = (from_ms..to_ms).map(|ms| {
            let due = packages.due(at(ms)).len();
            due + usize::from(ms % 20 == 0 && packages.take(at(ms), EVE, &[1], true))
        });
        passed.sum()
    }

    #[test]
    fn a_flood_is_cut_to_its_rate_and_then_to_its_total() {
        let mut packages = KeyPackages::default();
        assert_eq!(passed(&mut packages, 0, 1), 1);
        let first_second = passed(&mut packages, 1, 1000);
        assert!((4..=6).contains(&first_second), "{first_second}");
        passed(&mut packages, 1000, 60_000);
        let later = passed(&mut packages, 60_000, 120_000);
        assert!((5..=7).contains(&later), "{later} in a minute");
        assert!(packages.take(at(120_000), ANN, &[2], true), "another client has its own");
    }

    #[test]
    fn one_that_asks_twice_a_second_for_a_while_is_never_kept_waiting() {
        let mut packages = KeyPackages::default();
        assert!((0..TOTAL).all(|nth| packages.take(at(500 * u64::from(nth)), ANN, &[1], true)));
    }

    #[test]
    fn the_last_key_package_over_the_budget_is_taken_later() {
        let mut packages = KeyPackages::default();
        assert!((0..BURST).all(|_| packages.take(at(0), EVE, &[0], true)));
        assert!(!packages.take(at(0), EVE, &[1], true) && !packages.take(at(1), EVE, &[2], true));
        assert_eq!(packages.next_due(), Some(at(500)));
        assert!(packages.due(at(499)).is_empty());
        assert_eq!(
            packages.due(at(500)),
            [(EVE, WaitingKeyPackage { key_package: [2].into(), shows_group: true })]
        );
        assert_eq!((packages.next_due(), packages.due(at(5000)).len()), (None, 0));
        packages.take(at(5000), EVE, &[3], true);
        packages.forget(EVE);
        assert_eq!(packages.next_due(), None);
    }
}
