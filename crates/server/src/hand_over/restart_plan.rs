//! The return of players to a server that continues in another process.

use std::time::Duration;

use consonance_settings::settings;

settings! {
    /// The plan for a server that continues in another process.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct RestartPlan {
        /// How long after such an end players reconnect.
        pub pause: Duration as reconnect_delay_s = Duration::from_millis(200), 0..=5;
        /// Players of a session that then reconnect per second, for five seconds.
        pub returns_per_s: u32 as reconnects_per_s = 500, 1..=100_000;
    }
}

impl RestartPlan {
    /// The time over which this many players are spread; never longer than their places are certain to be kept.
    pub(crate) fn window_of(&self, clients: usize) -> Duration {
        let rate = f64::from(self.returns_per_s.max(1));
        Duration::from_secs_f64(clients as f64 / rate).min(LONGEST_WINDOW)
    }
}

/// Clients hope for their places for 10 s.
const LONGEST_WINDOW: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_come_back_no_faster_than_they_may_and_before_they_give_up() {
        let plan = RestartPlan { pause: Duration::ZERO, returns_per_s: 100 };
        for (clients, ms) in [(0, 0), (50, 500), (300, 3000), (5000, 5000)] {
            assert_eq!(plan.window_of(clients), Duration::from_millis(ms), "{clients} clients");
        }
    }

    #[test]
    fn none_per_second_is_one_per_second() {
        let plan = RestartPlan { returns_per_s: 0, ..RestartPlan::default() };
        assert_eq!(plan.window_of(3), Duration::from_secs(3));
    }
}
