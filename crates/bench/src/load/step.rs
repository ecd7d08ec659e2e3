//! The result of one step, in which all players speak at one rate.

use std::time::Duration;

use crate::delays::Delays;

/// One measurement.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Frames per second of each speaker.
    pub(super) rate: f64,
    pub(super) elapsed: Duration,
    /// The server's processor time, if it can be measured.
    pub(super) cpu_time: Option<Duration>,
    /// The processor time of the thread that runs the clients.
    pub(super) own_time: Duration,
    /// Frames that should have been sent.
    pub(super) asked: f64,
    /// Frames that were sent.
    pub(super) sent: u64,
    /// The frames sent, once for each listener.
    pub(super) expected: u64,
    /// Of these, how many were heard.
    pub(super) heard: u64,
    /// The delays from sending to arrival.
    pub(super) delays: Delays,
    /// How much later than scheduled frames were sent.
    pub(super) lateness: Delays,
    /// Packets that were dropped at a client's full socket.
    pub(super) dropped_here: u64,
}

/// The loss above which a rate is too high.
const LOSS_MAX: f64 = 0.01;
/// If the clients send a smaller share of the frames than this, they are the limit.
const SENT_MIN: f64 = 0.97;

impl Step {
    /// The share of frames that were not heard, 0 … 1.
    pub(super) fn loss(&self) -> f64 {
        self.expected.saturating_sub(self.heard) as f64 / self.expected.max(1) as f64
    }

    pub(super) fn is_fine(&self) -> bool {
        self.loss() <= LOSS_MAX && !self.is_limited_by_clients()
    }

    /// Whether it says nothing about the server: too few frames were sent, or most of what is missing was lost here.
    pub(super) fn is_limited_by_clients(&self) -> bool {
        let missing = self.expected.saturating_sub(self.heard);
        let is_lost_here = self.loss() > LOSS_MAX && 2 * self.dropped_here > missing;
        (self.sent as f64) < SENT_MIN * self.asked || is_lost_here
    }

    /// The frames that the server sent, per second.
    pub(super) fn frames_out_per_s(&self) -> f64 {
        self.heard as f64 / self.elapsed.as_secs_f64()
    }

    /// The same per second of the server's processor time.
    pub(super) fn frames_out_per_cpu_s(&self) -> Option<f64> {
        self.cpu_time.map(|time| self.heard as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE))
    }

    /// The server's share of a core.
    pub(super) fn server_share(&self) -> Option<f64> {
        self.cpu_time.map(|time| time.as_secs_f64() / self.elapsed.as_secs_f64())
    }

    /// The clients' share of a core.
    pub(super) fn own_share(&self) -> f64 {
        self.own_time.as_secs_f64() / self.elapsed.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(sent: u64, heard: u64, dropped_here: u64) -> Step {
        Step {
            rate: 50.0,
            elapsed: Duration::from_secs(2),
            cpu_time: Some(Duration::from_millis(500)),
            own_time: Duration::from_millis(100),
            asked: 100.0,
            sent,
            expected: 10 * sent,
            heard,
            delays: Delays::new(),
            lateness: Delays::new(),
            dropped_here,
        }
    }

    #[test]
    fn a_step_is_fine_up_to_one_percent_of_loss() {
        for (heard, is_fine) in [(1000, true), (990, true), (989, false), (0, false)] {
            assert_eq!(step(100, heard, 0).is_fine(), is_fine, "{heard}");
        }
        assert!((step(100, 990, 0).loss() - 0.01).abs() < 1e-9);
    }

    #[test]
    fn what_the_clients_did_is_never_the_servers_fault() {
        // sent, heard, dropped in clients' sockets; whether the clients are to blame.
        let cases = [
            (100, 1000, 0, false),
            (100, 500, 0, false),
            (100, 500, 250, false),
            (100, 500, 251, true),
            (100, 995, 5, false),
            (96, 960, 0, true),
        ];
        for (sent, heard, dropped, is_limited) in cases {
            let step = step(sent, heard, dropped);
            assert_eq!(step.is_limited_by_clients(), is_limited, "{sent} {heard} {dropped}");
            assert!(!(is_limited && step.is_fine()));
        }
    }

    #[test]
    fn rates_are_per_second_and_per_second_of_the_servers_processor() {
        let step = step(100, 1000, 0);
        assert!((step.frames_out_per_s() - 500.0).abs() < 1e-9);
        assert_eq!(step.frames_out_per_cpu_s().map(f64::round), Some(2000.0));
        assert_eq!(step.server_share(), Some(0.25));
        assert!((step.own_share() - 0.05).abs() < 1e-9);
    }
}
