//! How irregularly packets arrive, and how long the original waits because of it.

use std::collections::VecDeque;

/// The number of packets that are considered.
const WINDOW: usize = 128;

/// The delay while nothing is known, 100 ms, and the longest, 750 ms.
const UNKNOWN_SAMPLES: f64 = 4_800.0;
const LONGEST_SAMPLES: f64 = 36_000.0;

/// The last packets: which utterance each belongs to, and how long it took, in samples. Only differences within an
/// utterance mean anything.
#[derive(Default)]
pub(super) struct ArrivalJitter {
    transits: VecDeque<(usize, i64)>,
}

impl ArrivalJitter {
    pub(super) fn note(&mut self, utterance: usize, transit: i64) {
        if self.transits.len() == WINDOW {
            self.transits.pop_front();
        }
        self.transits.push_back((utterance, transit));
    }

    /// The delay from the first packet of an utterance to its sound.
    pub(super) fn delay_samples(&self, frame_samples: u64) -> u64 {
        let confidence = self.transits.len() as f64 / WINDOW as f64;
        let delay = UNKNOWN_SAMPLES + confidence * (2.5 * self.deviation() - UNKNOWN_SAMPLES);
        delay.clamp(1.5 * frame_samples as f64, LONGEST_SAMPLES) as u64
    }

    /// The standard deviation within utterances.
    fn deviation(&self) -> f64 {
        let mut squares = 0.0;
        let mut rest = self.transits.iter().copied().collect::<Vec<_>>();
        while let Some(&(utterance, _)) = rest.first() {
            let of = rest.iter().filter(|(of, _)| *of == utterance).map(|(_, transit)| *transit as f64);
            let transits: Vec<f64> = of.collect();
            let mean = transits.iter().sum::<f64>() / transits.len() as f64;
            squares += transits.iter().map(|transit| (transit - mean).powi(2)).sum::<f64>();
            rest.retain(|(of, _)| *of != utterance);
        }
        (squares / self.transits.len().max(1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(transits: impl IntoIterator<Item = i64>) -> u64 {
        let mut jitter = ArrivalJitter::default();
        transits.into_iter().for_each(|transit| jitter.note(0, transit));
        jitter.delay_samples(960)
    }

    #[test]
    fn the_delay_goes_from_100_ms_to_two_and_a_half_deviations() {
        assert_eq!(after([]), 4_800);
        let even = |count: i64| (0..count).map(|i| if i % 2 == 0 { 1_000 } else { -1_000 });
        assert_eq!(after(even(64)), 2_400 + 1_250);
        assert_eq!(after(even(500)), 2_500);
    }

    #[test]
    fn it_is_one_and_a_half_frames_at_least_and_750_ms_at_most() {
        assert_eq!(after([5; 500]), 1_440);
        assert_eq!(after((0..500).map(|i| i % 2 * 100_000)), 36_000);
    }

    #[test]
    fn utterances_have_time_lines_of_their_own() {
        let mut jitter = ArrivalJitter::default();
        (0..128).for_each(|i| jitter.note(i / 32, i as i64 / 32 * 1_000_000));
        assert_eq!(jitter.delay_samples(960), 1_440);
    }
}
