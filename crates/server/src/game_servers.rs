//! A watch on the game servers behind networks, which logs whether they can be reached.

use std::time::{Duration, Instant};

use consonance_link::{Count, GameStatistics};
use tracing::{info, warn};

/// The last known state of the game server behind one network.
#[derive(Debug)]
pub(crate) struct GameServerWatch {
    counted: GameStatistics,
    /// Connections that have failed since the last line in the log.
    failed: u64,
    told_at: Option<Instant>,
    is_missed: bool,
}

/// A change of a game server that is worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// This many connections to it have failed since the last line.
    CannotBeReached { failed: u64 },
    /// It sends packets again.
    Answers,
}

/// A server that is down is not news again before this has passed, however many players try.
const TOLD_AGAIN_AFTER: Duration = Duration::from_mins(1);

impl GameServerWatch {
    /// Starts from these counters, without failures.
    pub(crate) fn new(counted: GameStatistics) -> Self {
        Self { counted, failed: 0, told_at: None, is_missed: false }
    }

    /// Logs the changes since the last call, by the network's counters.
    pub(crate) fn look(&mut self, now: Instant, network: &'static str, counted: GameStatistics) {
        match self.news(now, counted) {
            Some(News::CannotBeReached { failed }) => warn!(
                network,
                failed,
                "cannot connect to the game's server, so its players are rejected: is it running at `upstream`?"
            ),
            Some(News::Answers) => info!(network, "game server reachable again"),
            None => {}
        }
    }

    fn news(&mut self, now: Instant, counted: GameStatistics) -> Option<News> {
        let failed = counted.upstreams_failed - self.counted.upstreams_failed;
        let has_answered = packets_from(&counted) > packets_from(&self.counted);
        self.counted = counted;
        self.failed += failed;
        if self.is_missed && has_answered && failed == 0 {
            self.is_missed = false;
            return Some(News::Answers);
        }
        let may_tell =
            self.told_at.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_AGAIN_AFTER);
        if failed == 0 || !may_tell {
            return None;
        }
        (self.told_at, self.is_missed) = (Some(now), true);
        Some(News::CannotBeReached { failed: std::mem::take(&mut self.failed) })
    }
}

fn packets_from(counted: &GameStatistics) -> u64 {
    let packets = |count: Count| count.packets;
    packets(counted.from_server.reliable) + packets(counted.from_server.unreliable)
}

#[cfg(test)]
mod tests {
    use consonance_link::Delivery;

    use super::*;

    #[test]
    fn a_game_server_that_cannot_be_reached_is_told_once_a_minute_and_once_when_it_is_back() {
        let (start, mut counted) = (Instant::now(), GameStatistics::default());
        let mut watch = GameServerWatch::new(counted);
        let mut news_at = |seconds: u64, failed: u64, messages: u64| {
            counted.upstreams_failed += failed;
            counted.from_server.count(Delivery::Reliable, messages, 10);
            watch.news(start + Duration::from_secs(seconds), counted)
        };
        assert_eq!(news_at(0, 0, 5), None, "all is well");
        assert_eq!(news_at(1, 1, 0), Some(News::CannotBeReached { failed: 1 }));
        assert_eq!(news_at(2, 7, 0), None, "it is known");
        assert_eq!(news_at(61, 2, 0), Some(News::CannotBeReached { failed: 9 }));
        assert_eq!(news_at(62, 0, 0), None);
        assert_eq!(news_at(63, 0, 1), Some(News::Answers));
        assert_eq!(news_at(64, 0, 1), None);
        assert_eq!(news_at(122, 1, 0), Some(News::CannotBeReached { failed: 1 }));
    }
}
