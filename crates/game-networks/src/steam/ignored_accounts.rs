//! Accounts whose packets are ignored for a while.

use std::collections::VecDeque;
use std::time::Instant;

use crate::steam::SteamId;

/// A link has ended, and what is still on its way must not open another.
#[derive(Debug, Default)]
pub(crate) struct IgnoredAccounts(VecDeque<(SteamId, Instant)>);

impl IgnoredAccounts {
    /// Packets of this account open no link until then.
    pub(crate) fn insert(&mut self, id: SteamId, until: Instant) {
        self.remove(id);
        if self.0.len() >= ACCOUNTS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((id, until));
    }

    /// Packets of this account may open links again.
    pub(crate) fn remove(&mut self, id: SteamId) {
        self.0.retain(|(other, _)| *other != id);
    }

    pub(crate) fn contains(&self, now: Instant, id: SteamId) -> bool {
        self.0.iter().any(|(other, until)| *other == id && now < *until)
    }
}

const ACCOUNTS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_account_is_quiet_until_its_time_and_the_oldest_is_forgotten_when_there_are_too_many() {
        let now = Instant::now();
        let until = now + Duration::from_secs(10);
        let mut ignored = IgnoredAccounts::default();
        for id in 0..=ACCOUNTS_MAX as u64 {
            ignored.insert(SteamId(id), until);
        }
        let last = SteamId(ACCOUNTS_MAX as u64);
        assert!(!ignored.contains(now, SteamId(0)) && ignored.contains(now, last));
        assert!(!ignored.contains(until, last));
        ignored.remove(last);
        assert!(!ignored.contains(now, last));
    }
}
