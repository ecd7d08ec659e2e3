//! Whether the other end of a connection is still there.

use std::time::{Duration, Instant};

use super::PingSettings;

/// The pings of one connection, and the number of unanswered ones.
///
/// It counts pings instead of time, so that no connection is given up because this process was suspended.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    settings: Option<PingSettings>,
    next_at: Option<Instant>,
    unanswered: u32,
    heard_at: Option<Instant>,
    /// The time since which the other end has never been silent for longer than [`RHYTHM`].
    steady_since: Option<Instant>,
}

/// The longest silence of an end that pings every two seconds, frames that take their time included.
const RHYTHM: Duration = Duration::from_millis(2500);
/// How long an end must have kept to that rhythm before its silence means anything.
const RHYTHM_SHOWN: Duration = Duration::from_secs(10);

/// The next action for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PingStep {
    Nothing,
    Ping,
    /// The other end is gone.
    Lost,
}

impl Pulse {
    /// The connection is up. Without settings nothing is ever asked.
    pub(super) fn start(now: Instant, settings: Option<PingSettings>) -> Self {
        Self {
            settings,
            next_at: settings.map(|settings| now + settings.every),
            unanswered: 0,
            heard_at: Some(now),
            steady_since: Some(now),
        }
    }

    /// Data of any kind arrived from the other end.
    pub(super) fn heard(&mut self, now: Instant) {
        self.unanswered = 0;
        if self.heard_at.is_none_or(|heard| now > heard + RHYTHM) {
            self.steady_since = Some(now);
        }
        self.heard_at = Some(now);
    }

    /// When something last came from the other end, or the connection came up.
    pub(super) fn heard_at(&self) -> Option<Instant> {
        self.heard_at
    }

    /// The same of an end that says something every two seconds by itself; `None` if it has not kept to that recently.
    pub(super) fn heard_in_rhythm(&self) -> Option<Instant> {
        let (since, heard) = (self.steady_since?, self.heard_at?);
        (heard >= since + RHYTHM_SHOWN).then_some(heard)
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next_at
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> PingStep {
        let Some(settings) = self.settings.filter(|_| self.next_at.is_some_and(|at| at <= now)) else {
            return PingStep::Nothing;
        };
        if self.unanswered >= settings.unanswered_max {
            self.next_at = None;
            return PingStep::Lost;
        }
        self.unanswered += 1;
        self.next_at = Some(now + settings.every);
        PingStep::Ping
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const EVERY: Duration = Duration::from_secs(15);

    #[test]
    fn only_a_connection_with_too_many_unanswered_pings_is_lost() {
        let start = Instant::now();
        let settings = PingSettings { every: EVERY, unanswered_max: 2 };
        let mut pulse = Pulse::start(start, Some(settings));
        for number in 1..10 {
            let at = start + EVERY * number;
            assert_eq!(pulse.poll_timeout(), Some(at));
            assert_eq!(pulse.handle_timeout(start + EVERY * (number - 1)), PingStep::Nothing);
            assert_eq!(pulse.handle_timeout(at), PingStep::Ping);
            pulse.heard(at);
        }
        // Even after an hour without a poll, the other end is pinged before it counts as lost.
        let late = start + Duration::from_hours(1);
        assert_eq!(pulse.handle_timeout(late), PingStep::Ping);
        assert_eq!(pulse.handle_timeout(late + EVERY), PingStep::Ping);
        assert_eq!(pulse.handle_timeout(late + EVERY * 2), PingStep::Lost);
        assert_eq!(pulse.poll_timeout(), None);
    }

    #[test]
    fn an_end_that_spoke_every_two_seconds_for_ten_is_heard_in_rhythm_and_no_other() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let mut pulse = Pulse::start(start, None);
        for second in (2..10).step_by(2) {
            pulse.heard(after(1000 * second));
            assert_eq!(pulse.heard_in_rhythm(), None, "after {second} s");
        }
        pulse.heard(after(10_000));
        assert_eq!(pulse.heard_in_rhythm(), Some(after(10_000)));
        pulse.heard(after(12_500));
        assert_eq!(pulse.heard_in_rhythm(), Some(after(12_500)));
        pulse.heard(after(15_001));
        assert_eq!(pulse.heard_in_rhythm(), None, "it has been silent for too long");
        for second in (17..=25).step_by(2) {
            assert_eq!(pulse.heard_in_rhythm(), None);
            pulse.heard(after(1000 * second + 1));
        }
        assert_eq!(pulse.heard_in_rhythm(), Some(after(25_001)));
    }

    #[test]
    fn a_network_without_pings_sends_none() {
        let mut pulse = Pulse::start(Instant::now(), None);
        assert_eq!(pulse.poll_timeout(), None);
        assert_eq!(pulse.handle_timeout(Instant::now() + EVERY), PingStep::Nothing);
    }
}
