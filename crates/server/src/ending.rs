//! How a server ends: what its players are told, and how they are spread over time.

use std::time::Duration;

use consonance_transport::session_name;

/// A server that is to run empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainPlan {
    /// How long the sessions still run at most; who drives the server ends it then.
    pub ends_in: Duration,
    /// Where players go on: an address in which [`SESSION_MARK`](Self::SESSION_MARK) stands for the session's name, as
    /// addresses spell it. Without one they are told when the sessions end.
    pub onward: Option<String>,
    /// Players of a session are sent there evenly over this time, lest all of them knock at once.
    pub window: Duration,
}

/// A server that goes on in another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPlan {
    /// How long after the end of their links the first players come back: as long as a process takes to start.
    pub pause: Duration,
    /// How many players of a session come back in each second; the others wait for their turn.
    pub returns_per_s: u32,
}

impl DrainPlan {
    /// What stands for the session's name in [`onward`](Self::onward).
    pub const SESSION_MARK: &'static str = "{session}";

    /// Where the players of a session go on.
    pub(crate) fn address_of(&self, session: &str) -> Option<String> {
        Some(self.onward.as_ref()?.replace(Self::SESSION_MARK, &session_name::encode(session)))
    }
}

impl RestartPlan {
    /// Over how long so many players are spread; no longer than their places are surely kept.
    pub(crate) fn window_of(&self, clients: usize) -> Duration {
        let rate = f64::from(self.returns_per_s.max(1));
        Duration::from_secs_f64(clients as f64 / rate).min(LONGEST_WINDOW)
    }
}

impl Default for RestartPlan {
    /// 0.2 s, and 500 players per second.
    fn default() -> Self {
        Self { pause: Duration::from_millis(200), returns_per_s: 500 }
    }
}

/// Clients hope for their places for 10 s.
const LONGEST_WINDOW: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_session_as_addresses_do() {
        let onward = Some("quic://b.example:7777/{session}#sha256=00".to_owned());
        let plan = DrainPlan { ends_in: Duration::ZERO, onward, window: Duration::ZERO };
        assert_eq!(plan.address_of("main").as_deref(), Some("quic://b.example:7777/main#sha256=00"));
        assert_eq!(
            plan.address_of("rot #1/ä").as_deref(),
            Some("quic://b.example:7777/rot%20%231%2F%C3%A4#sha256=00")
        );
        assert_eq!(DrainPlan { onward: None, ..plan }.address_of("main"), None);
    }

    #[test]
    fn players_come_back_no_faster_than_they_may_and_before_they_give_up() {
        let plan = RestartPlan { pause: Duration::ZERO, returns_per_s: 100 };
        for (clients, ms) in [(0, 0), (50, 500), (300, 3000), (5000, 5000)] {
            assert_eq!(plan.window_of(clients), Duration::from_millis(ms), "{clients} clients");
        }
    }
}
