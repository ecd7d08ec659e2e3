//! A value that changes over time, for sound that was recorded a while ago.
//!
//! Speech from before a channel was opened is not sent over it, and speech from before it was closed is, however late
//! the sound leaves the capture chain.

use std::collections::VecDeque;
use std::time::Instant;

/// The most changes kept; if there are more within the capture's delay, the oldest are forgotten.
const CHANGES_MAX: usize = 32;

/// A value and its history.
#[derive(Debug)]
pub(crate) struct Timeline<T> {
    now: T,
    /// Earlier values, each with the time until which it was valid, oldest first.
    past: VecDeque<(Instant, T)>,
}

impl<T: Copy + PartialEq> Timeline<T> {
    /// A value without earlier changes.
    pub(crate) fn new(value: T) -> Self {
        Self { now: value, past: VecDeque::new() }
    }

    /// The newest value.
    pub(crate) fn newest(&self) -> T {
        self.now
    }

    /// Sets another value from then on. Times must not go back.
    pub(crate) fn set(&mut self, from: Instant, value: T) {
        if value == self.now {
            return;
        }
        if self.past.len() == CHANGES_MAX {
            self.past.pop_front();
        }
        self.past.push_back((from, std::mem::replace(&mut self.now, value)));
    }

    /// The value at a time; changes before that time are forgotten.
    pub(crate) fn at(&mut self, time: Instant) -> T {
        while self.past.front().is_some_and(|(until, _)| *until < time) {
            self.past.pop_front();
        }
        self.past.front().map_or(self.now, |(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn sound_of_the_past_meets_the_values_of_then() {
        let begun = Instant::now();
        let at = |ms| begun + Duration::from_millis(ms);
        let mut key = Timeline::new(false);
        key.set(at(100), true);
        key.set(at(150), false);
        key.set(at(150), false);
        let seen: Vec<bool> = [50, 100, 101, 150, 151, 500].map(|ms| key.at(at(ms))).into();
        assert_eq!(seen, [false, false, true, true, false, false]);
        assert!(!key.newest());
    }

    #[test]
    fn its_memory_is_bounded() {
        let begun = Instant::now();
        let mut count = Timeline::new(0);
        for n in 1..1_000 {
            count.set(begun + Duration::from_millis(n), n);
        }
        assert_eq!(count.past.len(), CHANGES_MAX);
        assert_eq!(count.newest(), 999);
    }
}
