//! Triggers that recently reported a missing token: an answer to why a player is not heard.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use consonance_inspector::{ChannelTarget, TokenRule};

use crate::lock::lock;

/// A trigger without a new report for this long has its token, or is gone. Games may stall for a while.
const LASTING: Duration = Duration::from_secs(3);
/// The shortest interval of reports that are noted.
const AGAIN: Duration = Duration::from_millis(500);
/// The most triggers shown.
const TRIGGERS_MAX: usize = 64;

/// The key that identifies a trigger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TriggerKey {
    is_speaking: bool,
    is_to_room: bool,
    /// The name of the room or the player.
    name: String,
}

impl TriggerKey {
    fn new(is_speaking: bool, target: &ChannelTarget) -> Self {
        let (ChannelTarget::Room(name) | ChannelTarget::Player(name)) = target;
        Self { is_speaking, is_to_room: matches!(target, ChannelTarget::Room(_)), name: name.clone() }
    }
}

/// Recent reports from triggers about missing tokens.
#[derive(Debug, Default)]
pub(crate) struct MissingTokens(Mutex<BTreeMap<TriggerKey, (Instant, TokenRule)>>);

impl MissingTokens {
    /// Notes that a trigger does nothing because none of these tokens is held.
    pub(crate) fn note(
        &self,
        now: Instant,
        is_speaking: bool,
        target: &ChannelTarget,
        needs: &BTreeSet<String>,
    ) {
        let key = TriggerKey::new(is_speaking, target);
        let mut noted = self.lock();
        noted.retain(|_, (at, _)| now.saturating_duration_since(*at) < LASTING);
        let has_room = noted.len() < TRIGGERS_MAX;
        let is_due = noted.get(&key).map_or(has_room, |(at, _)| now.saturating_duration_since(*at) >= AGAIN);
        if !is_due {
            return;
        }
        let mut rule = TokenRule::default();
        (rule.target, rule.is_speaking) = (target.clone(), is_speaking);
        rule.needs = needs.iter().cloned().collect();
        noted.insert(key, (now, rule));
    }

    /// The targets of triggers that currently wait for a token, and the tokens.
    pub(crate) fn rules(&self, now: Instant) -> Vec<TokenRule> {
        let noted = self.lock();
        let recent = noted.values().filter(|(at, _)| now.saturating_duration_since(*at) < LASTING);
        recent.map(|(_, rule)| rule.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TriggerKey, (Instant, TokenRule)>> {
        lock(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trigger_waits_for_is_forgotten_when_it_says_so_no_more() {
        let (noted, now) = (MissingTokens::default(), Instant::now());
        let red = BTreeSet::from(["red".to_owned()]);
        noted.note(now, true, &ChannelTarget::Room("base".into()), &red);
        noted.note(now, false, &ChannelTarget::Room("base".into()), &red);
        noted.note(now, true, &ChannelTarget::Player("base".into()), &red);
        assert_eq!(
            noted.rules(now).len(),
            3,
            "speaking and listening are two things, a room and a player too"
        );
        let later = now + LASTING / 2;
        noted.note(later, true, &ChannelTarget::Room("base".into()), &red);
        let left = noted.rules(now + LASTING);
        assert!(left.len() == 1 && left[0].is_speaking && left[0].needs == ["red"], "{left:?}");
        assert!(noted.rules(later + LASTING).is_empty());
    }

    #[test]
    fn there_is_room_for_so_many_triggers_only() {
        let (noted, now) = (MissingTokens::default(), Instant::now());
        for number in 0..TRIGGERS_MAX * 2 {
            noted.note(now, true, &ChannelTarget::Room(number.to_string()), &BTreeSet::new());
        }
        assert_eq!(noted.rules(now).len(), TRIGGERS_MAX);
        let later = now + LASTING / 2;
        noted.note(later, true, &ChannelTarget::Room("0".into()), &BTreeSet::new());
        assert_eq!(noted.rules(now + LASTING).len(), 1, "one that has its room says it again");
    }
}
