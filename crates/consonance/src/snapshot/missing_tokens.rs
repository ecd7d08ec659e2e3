//! Which triggers wait for a token, as far as they said so of late: for whoever asks why somebody is not heard.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use consonance_inspector::{Target, TokenRule};

/// A trigger that has not said it again for so long has what it needs, or is gone. Games stall for a while.
const LASTING: Duration = Duration::from_secs(3);
/// It is not written down more often than that.
const AGAIN: Duration = Duration::from_millis(500);
/// More are not shown.
const TRIGGERS_MAX: usize = 64;

/// Whom a trigger is for, and whether it speaks or listens.
type Key = (bool, String);

/// What triggers said.
#[derive(Debug, Default)]
pub(crate) struct MissingTokens(Mutex<BTreeMap<Key, (Instant, TokenRule)>>);

impl MissingTokens {
    /// A trigger does nothing because none of those tokens is held.
    pub(crate) fn note(&self, now: Instant, is_speaking: bool, target: &Target, needs: &BTreeSet<String>) {
        let (Target::Room(name) | Target::Player(name)) = target;
        let key = (is_speaking, name.clone());
        let mut noted = self.lock();
        noted.retain(|_, (at, _)| now.saturating_duration_since(*at) < LASTING);
        let is_fresh = noted.get(&key).is_some_and(|(at, _)| now.saturating_duration_since(*at) < AGAIN);
        if is_fresh || noted.len() >= TRIGGERS_MAX {
            return;
        }
        let mut rule = TokenRule::default();
        (rule.target, rule.is_speaking) = (target.clone(), is_speaking);
        rule.needs = needs.iter().cloned().collect();
        noted.insert(key, (now, rule));
    }

    /// What triggers wait for at present.
    pub(crate) fn rules(&self, now: Instant) -> Vec<TokenRule> {
        let noted = self.lock();
        let recent = noted.values().filter(|(at, _)| now.saturating_duration_since(*at) < LASTING);
        recent.map(|(_, rule)| rule.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, (Instant, TokenRule)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trigger_waits_for_is_forgotten_when_it_says_so_no_more() {
        let (noted, now) = (MissingTokens::default(), Instant::now());
        let red = BTreeSet::from(["red".to_owned()]);
        noted.note(now, true, &Target::Room("base".into()), &red);
        noted.note(now, false, &Target::Room("base".into()), &red);
        assert_eq!(noted.rules(now).len(), 2, "speaking and listening are two things");
        let later = now + LASTING / 2;
        noted.note(later, true, &Target::Room("base".into()), &red);
        let left = noted.rules(now + LASTING);
        assert!(left.len() == 1 && left[0].is_speaking && left[0].needs == ["red"], "{left:?}");
        assert!(noted.rules(later + LASTING).is_empty());
    }

    #[test]
    fn there_is_room_for_so_many_triggers_only() {
        let (noted, now) = (MissingTokens::default(), Instant::now());
        for number in 0..TRIGGERS_MAX * 2 {
            noted.note(now, true, &Target::Room(number.to_string()), &BTreeSet::new());
        }
        assert_eq!(noted.rules(now).len(), TRIGGERS_MAX);
    }
}
