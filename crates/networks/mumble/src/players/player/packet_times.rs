//! When the packets of an utterance were spoken, by their numbers and lengths.
//!
//! A packet's number counts units of 10 ms, so the next one is higher by the length of the packet. Some clients (those
//! of FiveM and RedM, in older versions) count by one or two whatever the length: two of their packets seem to
//! overlap, which no voice does. From then on, their numbers count packets, and the packets' own lengths count time.

use crate::SAMPLES_PER_NUMBER;

/// The numbers of one utterance.
#[derive(Debug, Default)]
pub(super) struct PacketTimes {
    /// The packet with the highest number.
    newest: Option<Newest>,
    /// What the client adds for each packet, if that contradicts their lengths.
    step: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Newest {
    number: u64,
    time: u64,
    samples: u64,
}

impl PacketTimes {
    /// The time at which a packet of this many samples begins, in samples.
    pub(super) fn time_of(&mut self, number: u64, samples: u32) -> u64 {
        let samples = u64::from(samples);
        let time = self.time_after(number, samples);
        if self.newest.is_none_or(|newest| newest.number < number) {
            self.newest = Some(Newest { number, time, samples });
        }
        time
    }

    fn time_after(&mut self, number: u64, samples: u64) -> u64 {
        let by_number = number.saturating_mul(SAMPLES_PER_NUMBER);
        let Some(newest) = self.newest else { return by_number };
        let ahead = number.saturating_sub(newest.number);
        let overlaps = ahead > 0 && ahead.saturating_mul(SAMPLES_PER_NUMBER) < newest.samples;
        if overlaps && self.step.is_none_or(|step| ahead < step) {
            self.step = Some(ahead);
        }
        let Some(step) = self.step else { return by_number };
        if ahead > 0 {
            let missing = (ahead / step).saturating_sub(1);
            let after = newest.time.saturating_add(newest.samples);
            return after.saturating_add(missing.saturating_mul(samples));
        }
        let ago = (newest.number - number) / step;
        newest.time.saturating_sub(ago.saturating_mul(samples))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times of packets of 40 ms, in packets since the first one.
    fn times(numbers: &[u64]) -> Vec<u64> {
        let mut times = PacketTimes::default();
        let times: Vec<u64> = numbers.iter().map(|number| times.time_of(*number, 1920)).collect();
        times.iter().map(|time| (time - times[0].min(*time)) / 1920).collect()
    }

    #[test]
    fn numbers_that_agree_with_the_lengths_are_the_time() {
        let mut times = PacketTimes::default();
        let mut time = |number, samples| times.time_of(number, samples);
        assert_eq!([time(100, 960), time(102, 960), time(104, 1920)], [48_000, 48_960, 49_920]);
        assert_eq!([time(112, 960), time(110, 960), time(114, 480)], [53_760, 52_800, 54_720]);
    }

    #[test]
    fn numbers_that_count_packets_give_way_to_the_lengths() {
        assert_eq!(times(&[7, 8, 9, 10]), [0, 1, 2, 3]);
        assert_eq!(times(&[7, 9, 11, 13]), [0, 1, 2, 3]);
        assert_eq!(times(&[7, 11, 15, 19]), [0, 1, 2, 3]);
    }

    #[test]
    fn lost_and_late_packets_are_found_in_wrong_numbers_too() {
        assert_eq!(times(&[7, 8, 10, 11]), [0, 1, 3, 4]);
        assert_eq!(times(&[8, 10, 14, 12, 16]), [0, 1, 3, 2, 4]);
        assert_eq!(times(&[7, 9, 10, 11]), [0, 1, 2, 3], "it turns out to count by one");
    }

    #[test]
    fn no_numbers_are_too_large() {
        for numbers in [&[0, 1, u64::MAX, u64::MAX - 1, 0, u64::MAX][..], &[1 << 63, (1 << 63) + 1]] {
            let mut times = PacketTimes::default();
            for number in numbers {
                times.time_of(*number, 5760);
            }
        }
    }
}
