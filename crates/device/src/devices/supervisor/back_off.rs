//! The times of retries: soon at first, then at ever longer intervals.

use std::time::Duration;

/// Pauses that double from the first to the longest.
#[derive(Debug)]
pub(crate) struct BackOff {
    first: Duration,
    longest: Duration,
    next: Duration,
    due: Duration,
}

impl BackOff {
    /// The first attempt is due at once.
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first, due: Duration::ZERO }
    }

    pub(crate) fn is_due(&self, now: Duration) -> bool {
        now >= self.due
    }

    pub(crate) fn failed(&mut self, now: Duration) {
        self.due = now + self.next;
        self.next = (self.next * 2).min(self.longest);
    }

    /// The next attempt is due at once.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
        self.due = Duration::ZERO;
    }

    /// The next attempt is due after the first pause.
    pub(crate) fn succeeded(&mut self, now: Duration) {
        self.next = self.first;
        self.due = now + self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_over_after_success() {
        let ms = Duration::from_millis;
        let mut back_off = BackOff::new(ms(100), ms(350));
        let mut now = ms(0);
        for pause in [100, 200, 350, 350] {
            assert!(back_off.is_due(now));
            back_off.failed(now);
            assert!(!back_off.is_due(now + ms(pause - 1)));
            now += ms(pause);
        }
        back_off.succeeded(now);
        assert!(!back_off.is_due(now + ms(99)) && back_off.is_due(now + ms(100)));
        back_off.reset();
        assert!(back_off.is_due(now));
    }
}
