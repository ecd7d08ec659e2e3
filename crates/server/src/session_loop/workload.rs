//! What a worker has to do, and what it sheds of that.

use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::load::Load;
use crate::relay_delay::{RelayClock, RelayDelay};
use crate::shedding::{Shedder, Shedding, SheddingSettings};

/// The packets of one worker, the time that they take, and the step of load shedding that follows.
#[derive(Debug)]
pub(super) struct Workload {
    packets_in: u64,
    relay_clock: RelayClock,
    shedder: Shedder,
}

impl Workload {
    /// Nothing to do yet.
    pub(super) fn new(settings: SheddingSettings) -> Self {
        Self { packets_in: 0, relay_clock: RelayClock::default(), shedder: Shedder::new(settings) }
    }

    /// A packet has come in.
    #[inline]
    pub(super) fn note_packet(&mut self) {
        self.packets_in += 1;
    }

    /// Packets that came in since the start.
    pub(super) fn packets_in(&self) -> u64 {
        self.packets_in
    }

    /// A packet that came then is being relayed.
    #[inline]
    pub(super) fn relayed(&mut self, came: Instant) {
        self.relay_clock.relayed(came);
    }

    /// Lets the networks send, and counts the time that it takes as a part of relaying what they send.
    pub(super) fn while_sending(&mut self, send: impl FnOnce()) {
        let flushing = self.relay_clock.flushing();
        send();
        self.relay_clock.flushed(flushing);
    }

    /// The time that relaying has taken, and the delays of packets.
    pub(super) fn relaying(&self) -> (Duration, RelayDelay) {
        (self.relay_clock.busy, self.relay_clock.delay)
    }

    /// Sheds by other rules from now on.
    pub(super) fn set_settings(&mut self, settings: SheddingSettings) {
        self.shedder.set_settings(settings);
    }

    /// The number of seconds that dropped newcomers are told to wait.
    pub(super) fn retry_in_s(&self) -> u32 {
        self.shedder.settings().retry_in_s
    }

    /// Takes in the recent load: sheds more or less.
    pub(super) fn note_load(&mut self, now: Instant, load: &Load) {
        let former = self.shedder.step();
        if let Some(step) = self.shedder.observe(now, load) {
            let voices = step.voices_per_room();
            if step > former {
                warn!(?load, ?step, voices, "load shedding stepped up");
            } else {
                info!(?load, ?step, voices, "load shedding stepped down");
            }
        }
    }

    /// The current step of load shedding.
    pub(super) fn shedding(&self) -> Shedding {
        self.shedder.step()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_with_relayed_packets_is_work() {
        let mut work = Workload::new(SheddingSettings::default());
        work.note_packet();
        work.while_sending(|| ());
        assert_eq!((work.packets_in(), work.relaying()), (1, Default::default()));
        work.relayed(Instant::now());
        work.while_sending(|| std::thread::sleep(Duration::from_millis(1)));
        let (busy, delay) = work.relaying();
        assert!(busy >= Duration::from_millis(1) && delay.packets.iter().sum::<u64>() == 1, "{busy:?}");
    }
}
