//! Timers: times at which something must be handled although nothing arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// At most one timer for each key, such as a connection: a state machine with many of them finds out when it must be
/// called next, and what to handle then.
///
/// Removed keys must be [cleared](Self::clear). Of several timers for the same time, the lowest key comes first.
#[derive(Debug)]
pub struct Timers<K> {
    times: BTreeMap<K, Instant>,
    by_time: BTreeSet<(Instant, K)>,
}

impl<K: Copy + Ord> Timers<K> {
    /// Sets or moves the time of a key; `None` is the same as [`clear`](Self::clear).
    pub fn set(&mut self, key: K, at: impl Into<Option<Instant>>) {
        let at = at.into();
        if self.times.get(&key).copied() == at {
            return;
        }
        self.clear(key);
        if let Some(at) = at {
            self.times.insert(key, at);
            self.by_time.insert((at, key));
        }
    }

    /// Makes a key due by then. An earlier time stays: where most events only postpone the time, an early look now and
    /// then costs less than moving it each time.
    pub fn set_no_later(&mut self, key: K, at: Instant) {
        if self.times.get(&key).is_none_or(|set| at < *set) {
            self.set(key, at);
        }
    }

    /// Removes the time of a key.
    pub fn clear(&mut self, key: K) {
        if let Some(at) = self.times.remove(&key) {
            self.by_time.remove(&(at, key));
        }
    }

    /// Removes and returns a key whose time has come.
    pub fn pop(&mut self, now: Instant) -> Option<K> {
        let (_, key) = *self.by_time.first().filter(|(at, _)| *at <= now)?;
        self.clear(key);
        Some(key)
    }

    /// When the first time comes.
    pub fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }
}

// A derived impl would require `K: Default`.
impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { times: BTreeMap::new(), by_time: BTreeSet::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_earliest_comes_first_and_once() {
        let start = Instant::now();
        let mut timers = Timers::default();
        timers.set('b', start + SECOND);
        timers.set('c', start + 2 * SECOND);
        timers.set('a', start + SECOND);
        assert_eq!(timers.next(), Some(start + SECOND));
        assert_eq!(timers.pop(start), None, "no time has come");
        assert_eq!(due(&mut timers, start + SECOND), ['a', 'b']);
        assert_eq!(timers.next(), Some(start + 2 * SECOND));
        assert_eq!(due(&mut timers, start + 5 * SECOND), ['c']);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_key_that_is_set_again_is_due_at_its_new_time() {
        let start = Instant::now();
        let mut timers = Timers::default();
        timers.set('a', start + SECOND);
        timers.set('a', start + 3 * SECOND);
        assert_eq!(due(&mut timers, start + 2 * SECOND), []);
        timers.set('a', start + 2 * SECOND);
        assert_eq!(due(&mut timers, start + 2 * SECOND), ['a']);
        assert_eq!(due(&mut timers, start + 9 * SECOND), [], "no time of before is left");
    }

    #[test]
    fn a_time_that_may_be_later_does_not_move_one_that_is_earlier() {
        let start = Instant::now();
        let mut timers = Timers::default();
        timers.set_no_later('a', start + 2 * SECOND);
        timers.set_no_later('a', start + 3 * SECOND);
        assert_eq!(timers.next(), Some(start + 2 * SECOND));
        timers.set_no_later('a', start + SECOND);
        assert_eq!(due(&mut timers, start + SECOND), ['a']);
        timers.set_no_later('a', start + 3 * SECOND);
        assert_eq!(timers.next(), Some(start + 3 * SECOND), "what was taken out holds nothing back");
    }

    #[test]
    fn a_cleared_key_leaves_nothing_behind() {
        let start = Instant::now();
        let mut timers = Timers::default();
        timers.set('a', start);
        timers.set('b', start);
        timers.clear('a');
        timers.set('b', None);
        timers.clear('c');
        assert_eq!(timers.next(), None);
        assert!(timers.times.is_empty() && timers.by_time.is_empty());
    }

    fn due(timers: &mut Timers<char>, now: Instant) -> Vec<char> {
        std::iter::from_fn(|| timers.pop(now)).collect()
    }

    const SECOND: Duration = Duration::from_secs(1);
}
