//! Whether the other end of a connection is still there.

use std::time::Instant;

use super::PingSettings;

/// One connection's. What is asked over and over, and how often without an answer.
///
/// It counts questions and not time, so that nobody is given up because this process was not running.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    settings: Option<PingSettings>,
    next_at: Option<Instant>,
    unanswered: u32,
    heard_at: Option<Instant>,
}

/// What is to be done.
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
        }
    }

    /// Something came from the other end, whatever it was.
    pub(super) fn heard(&mut self, now: Instant) {
        self.unanswered = 0;
        self.heard_at = Some(now);
    }

    /// When something last came from the other end, or the connection came up.
    pub(super) fn heard_at(&self) -> Option<Instant> {
        self.heard_at
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
    fn who_leaves_too_many_pings_unanswered_is_lost_and_nobody_else() {
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
        // Nobody looked for an hour, and it is asked first all the same.
        let late = start + Duration::from_hours(1);
        assert_eq!(pulse.handle_timeout(late), PingStep::Ping);
        assert_eq!(pulse.handle_timeout(late + EVERY), PingStep::Ping);
        assert_eq!(pulse.handle_timeout(late + EVERY * 2), PingStep::Lost);
        assert_eq!(pulse.poll_timeout(), None);
    }

    #[test]
    fn a_network_without_pings_asks_nobody() {
        let mut pulse = Pulse::start(Instant::now(), None);
        assert_eq!(pulse.poll_timeout(), None);
        assert_eq!(pulse.handle_timeout(Instant::now() + EVERY), PingStep::Nothing);
    }
}
