//! The clock of a worker's sessions.

use std::time::{Duration, Instant};

use consonance_session::Instant as SessionInstant;

/// Starts with the first iteration. Sessions know no other time.
#[derive(Debug, Default)]
pub(super) struct LoopClock {
    started: Option<Instant>,
}

impl LoopClock {
    /// The time of the sessions at this moment; the first call starts the clock.
    pub(super) fn at(&mut self, now: Instant) -> SessionInstant {
        let started = *self.started.get_or_insert(now);
        SessionInstant::START + now.saturating_duration_since(started)
    }

    /// The moment of a time of the sessions.
    pub(super) fn moment_of(&self, at: SessionInstant) -> Instant {
        let started = self.started.expect("a session has timers only after an iteration");
        started + Duration::from_micros(at.as_micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_starts_with_the_first_call_and_goes_both_ways() {
        let (mut clock, start) = (LoopClock::default(), Instant::now());
        let later = start + Duration::from_millis(7);
        assert_eq!(clock.at(start), SessionInstant::START);
        assert_eq!(clock.at(later), SessionInstant::START + Duration::from_millis(7));
        assert_eq!(clock.moment_of(SessionInstant::START + Duration::from_millis(7)), later);
        let before = start.checked_sub(Duration::from_secs(1)).unwrap_or(start);
        assert_eq!(clock.at(before), SessionInstant::START, "nothing is before the first iteration");
    }
}
