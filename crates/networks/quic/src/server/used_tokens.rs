//! Address-validation tokens of earlier connections (RFC 9000, section 8.1.3), each valid once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use quinn::{TokenLog, TokenReuseError, ValidationTokenConfig};

/// The time for which a token saves its client the round trip of a Retry: until the next evening.
const LIFETIME: Duration = Duration::from_hours(24);

/// The number of used tokens remembered: 64 KiB, and as much again for looking them up.
const REMEMBERED_MAX: usize = 4096;

/// One token for each connection, to be used for the next one.
pub(super) fn validation_tokens() -> ValidationTokenConfig {
    let mut config = ValidationTokenConfig::default();
    config.lifetime(LIFETIME).sent(1).log(Arc::new(UsedTokens::default()));
    config
}

/// Tokens that were used. When one has to be forgotten, all that were issued as early count as used.
#[derive(Debug, Default)]
pub(super) struct UsedTokens(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    known: HashSet<u128>,
    by_age: VecDeque<(u128, SystemTime)>,
    forgotten_until: Option<SystemTime>,
}

impl TokenLog for UsedTokens {
    fn check_and_insert(
        &self,
        nonce: u128,
        issued: SystemTime,
        _lifetime: Duration,
    ) -> Result<(), TokenReuseError> {
        // Ignores lock poisoning: a panic leaves at most one token more or less in one of the two collections.
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.forgotten_until.is_some_and(|until| issued <= until) || !inner.known.insert(nonce) {
            return Err(TokenReuseError);
        }
        inner.by_age.push_back((nonce, issued));
        if inner.by_age.len() > REMEMBERED_MAX
            && let Some((oldest, its_time)) = inner.by_age.pop_front()
        {
            inner.known.remove(&oldest);
            inner.forgotten_until = inner.forgotten_until.max(Some(its_time));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_each_token_once_and_remembers_a_bounded_number() {
        let used = UsedTokens::default();
        let issued = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let accepts = |number: u64| used.check_and_insert(number.into(), issued(number), LIFETIME).is_ok();
        for number in 1..=10_000 {
            assert!(accepts(number), "a new token is good");
            assert!(!accepts(number), "and no second time");
        }
        assert_eq!(used.0.lock().unwrap().known.len(), REMEMBERED_MAX);
        assert!((1..=10_000).all(|number| !accepts(number)), "forgotten ones are not good either");
        assert!(accepts(10_001));
    }
}
