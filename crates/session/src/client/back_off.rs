//! The delay before reconnecting.

use core::time::Duration;

use crate::time::Instant;

/// The delay grows by this much per restart …
const STEP: Duration = Duration::from_millis(500);
/// … up to this much, and shrinks by a second for each second of healthy running.
const LONGEST: Duration = Duration::from_secs(3);

/// The delay before the next attempt; the first one is zero.
#[derive(Debug, Default)]
pub(crate) struct BackOff {
    wait: Duration,
    healthy_since: Option<Instant>,
    /// The time that a restarting server stays down after the end of the link.
    pause_once: Duration,
}

impl BackOff {
    /// Notes that the client is in its session.
    pub(crate) fn on_healthy(&mut self, now: Instant) {
        self.healthy_since.get_or_insert(now);
    }

    /// Sets a minimum for the next delay.
    pub(crate) fn pause_once(&mut self, pause: Duration) {
        self.pause_once = pause;
    }

    /// Takes the requested delay, once.
    pub(crate) fn take_pause(&mut self) -> Duration {
        core::mem::take(&mut self.pause_once)
    }

    /// Notes a failure; returns the delay.
    pub(crate) fn on_failed(&mut self, now: Instant) -> Duration {
        let healthy = self.healthy_since.take().map_or(Duration::ZERO, |since| now - since);
        let wait = self.wait.saturating_sub(healthy);
        self.wait = (wait + STEP).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn failures(back_off: &mut BackOff, count: usize) -> Vec<u128> {
        (0..count).map(|_| back_off.on_failed(Instant::START).as_millis()).collect()
    }

    #[test]
    fn the_wait_grows_by_half_a_second_up_to_three() {
        let mut back_off = BackOff::default();
        assert_eq!(failures(&mut back_off, 8), [0, 500, 1000, 1500, 2000, 2500, 3000, 3000]);
    }

    #[test]
    fn each_healthy_second_takes_one_off() {
        let mut back_off = BackOff::default();
        failures(&mut back_off, 7);
        back_off.on_healthy(Instant::from_millis(1000));
        back_off.on_healthy(Instant::from_millis(2000));
        assert_eq!(back_off.on_failed(Instant::from_millis(3000)), Duration::from_secs(1));
        back_off.on_healthy(Instant::from_millis(4000));
        assert_eq!(back_off.on_failed(Instant::from_millis(90_000)), Duration::ZERO);
    }
}
