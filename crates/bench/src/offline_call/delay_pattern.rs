//! Delays as in Wi-Fi and mobile networks: a queue stalls, and then empties at once.

use std::ops::Range;

use consonance_link::random::Random;

use super::Journeys;

const SECOND: u64 = 48_000;
const MILLISECOND: u64 = 48;

/// How the delay of a network changes. Packets stay in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum DelayPattern {
    /// The delay is constant.
    Steady,
    /// At random times, this many per second, nothing arrives for a while, exponentially distributed with this mean;
    /// then everything that waited arrives at once.
    Spikes { per_second: f64, mean_ms: f64 },
    /// The same for 200 ms, 2 s and 7 s after the beginning of each utterance.
    TwoSpikes,
    /// Nothing for 600 ms, 3 s after the beginning of each utterance, then everything within 40 ms.
    HandOver,
    /// Everything takes 80 ms longer from 3 s to 8 s after the beginning of each utterance.
    Step,
    /// The speaker's clock is slower than the listener's by this many millionths, or faster if negative.
    Drift { ppm: i32 },
}

impl DelayPattern {
    /// Delays the packets of an utterance that began then, as the seed determines for the whole call.
    pub(crate) fn delay(self, seed: u64, begins: u64, journeys: &mut Journeys) {
        let last = journeys.iter().flatten().max().copied().unwrap_or(begins);
        let stalls = self.stalls(seed, begins, last);
        let mut before = 0;
        for at in journeys.iter_mut().flatten() {
            *at = self.along(begins, *at);
            if let Some(stall) = stalls.iter().find(|stall| stall.during.contains(at)) {
                *at = stall.released(*at);
            }
            *at = before.max(*at);
            before = *at;
        }
    }

    /// How late the speaker's clock is after this many of its samples.
    pub(crate) fn lateness(self, samples: u64) -> i64 {
        match self {
            Self::Drift { ppm } => samples as i64 * i64::from(ppm) / 1_000_000,
            _ => 0,
        }
    }

    fn along(self, begins: u64, at: u64) -> u64 {
        let since = at - begins;
        match self {
            Self::Step if (3 * SECOND..8 * SECOND).contains(&since) => at + 80 * MILLISECOND,
            _ => at.saturating_add_signed(self.lateness(since)),
        }
    }

    /// The stalls up to the last packet, in order and without overlap.
    fn stalls(self, seed: u64, begins: u64, last: u64) -> Vec<Stall> {
        let stall = |after: u64, length: u64, drains: u64| {
            let begin = begins + after;
            Stall { during: begin..begin + length, drains }
        };
        match self {
            Self::Steady | Self::Step | Self::Drift { .. } => Vec::new(),
            Self::TwoSpikes => [2, 7].map(|second| stall(second * SECOND, 200 * MILLISECOND, 0)).into(),
            Self::HandOver => vec![stall(3 * SECOND, 600 * MILLISECOND, 40 * MILLISECOND)],
            Self::Spikes { per_second, mean_ms } => spikes(seed, per_second, mean_ms, last),
        }
    }
}

/// A time in which no packet arrives.
struct Stall {
    during: Range<u64>,
    /// How long the waiting packets take to arrive afterwards.
    drains: u64,
}

impl Stall {
    /// The arrival time of a packet that would have arrived during the stall.
    fn released(&self, at: u64) -> u64 {
        let Range { start, end } = self.during;
        end + (at - start) * self.drains / (end - start)
    }
}

/// The spikes of a Poisson process; overlapping ones are merged.
fn spikes(seed: u64, per_second: f64, mean_ms: f64, last: u64) -> Vec<Stall> {
    let mut random = Random::new(seed, "spikes");
    let mut exponential = |mean: f64| (-(1.0 - random.unit()).ln() * mean) as u64;
    let mut stalls: Vec<Stall> = Vec::new();
    let mut at = 0;
    while at <= last {
        at += exponential(SECOND as f64 / per_second);
        let end = at + exponential(mean_ms * MILLISECOND as f64).max(1);
        match stalls.last_mut().filter(|before| before.during.end >= at) {
            Some(before) => before.during.end = before.during.end.max(end),
            None => stalls.push(Stall { during: at..end, drains: 0 }),
        }
    }
    stalls
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: u64 = 960;

    fn journeys(pattern: DelayPattern, seed: u64, packets: u64) -> Journeys {
        let mut journeys = (1..=packets).map(|number| Some(100 + number * FRAME)).collect();
        pattern.delay(seed, 100, &mut journeys);
        journeys
    }

    /// The delay of each packet.
    fn delays(pattern: DelayPattern, seed: u64, packets: u64) -> Vec<u64> {
        let at = journeys(pattern, seed, packets).into_iter().flatten();
        (1..).zip(at).map(|(number, at)| at - (100 + number * FRAME)).collect()
    }

    #[test]
    fn what_waits_behind_a_spike_arrives_at_once() {
        let delays = delays(DelayPattern::TwoSpikes, 1, 500);
        assert_eq!(delays.iter().filter(|delay| **delay > 0).count(), 20, "200 ms twice");
        assert_eq!(delays[99..103], [9_600, 8_640, 7_680, 6_720]);
    }

    #[test]
    fn spikes_are_as_often_and_as_long_as_asked() {
        let delays = delays(DelayPattern::Spikes { per_second: 1.0, mean_ms: 60.0 }, 3, 50_000);
        let waiting = delays.iter().filter(|delay| **delay > 0).count();
        // Spikes cover 60 of 1000 seconds, which is the time of 3000 packets.
        assert!((2_500..3_500).contains(&waiting), "{waiting}");
        let begun = delays.windows(2).filter(|pair| pair[0] == 0 && pair[1] > 0).count();
        assert!((550..900).contains(&begun), "{begun}: those between two packets delay none");
    }

    #[test]
    fn a_seed_gives_the_same_spikes_and_packets_stay_in_order() {
        let pattern = DelayPattern::Spikes { per_second: 3.0, mean_ms: 40.0 };
        assert_eq!(journeys(pattern, 7, 1_000), journeys(pattern, 7, 1_000));
        assert_ne!(journeys(pattern, 7, 1_000), journeys(pattern, 8, 1_000));
        for pattern in [pattern, DelayPattern::HandOver, DelayPattern::Step] {
            assert!(journeys(pattern, 7, 1_000).is_sorted(), "{pattern:?}");
        }
    }

    #[test]
    fn after_a_hand_over_everything_comes_within_40_ms() {
        let journeys = journeys(DelayPattern::HandOver, 1, 300);
        let from = 100 + 3 * SECOND + 600 * MILLISECOND;
        let in_a_heap = journeys.iter().flatten().filter(|at| (from..from + 1_920).contains(*at)).count();
        assert!((30..=32).contains(&in_a_heap), "{in_a_heap}");
    }

    #[test]
    fn a_step_goes_up_and_down_and_a_clock_drifts() {
        let step = delays(DelayPattern::Step, 1, 500);
        assert_eq!((step[100], step[200], step[450]), (0, 3_840, 0));
        let drift = delays(DelayPattern::Drift { ppm: 300 }, 1, 500);
        assert_eq!(drift[499], 500 * FRAME * 300 / 1_000_000);
    }
}
