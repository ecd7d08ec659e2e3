//! A loudspeaker that records its sound, and the search for chirps in it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance::audio::{BLOCK_SAMPLES, Output, OutputError, StereoBlock};
use consonance_testing::sound::find_chirp;

use super::mouth::{BETWEEN, SWEEP};

/// The sound, and the time of each block.
#[derive(Default)]
pub(super) struct Heard {
    sound: Vec<f32>,
    given_at: Vec<Instant>,
}

/// A loudspeaker that keeps everything.
pub(super) struct Ear(pub(super) Arc<Mutex<Heard>>);

impl Output for Ear {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.given_at.push(Instant::now());
        heard.sound.extend(block.to_mono());
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

impl Heard {
    /// How much later a chirp was heard than its first block was passed on; `None` if it was not heard.
    pub(super) fn delay(&self, said: Instant) -> Option<Duration> {
        let first = self.given_at.iter().position(|given| *given >= said)? * BLOCK_SAMPLES;
        let last = first + BETWEEN.as_millis() as usize * 48;
        let place = find_chirp(SWEEP, &self.sound, first..last)?;
        let given_at = *self.given_at.get(place / BLOCK_SAMPLES)?;
        let in_block = Duration::from_secs_f64((place % BLOCK_SAMPLES) as f64 / 48_000.0);
        Some((given_at + in_block).saturating_duration_since(said))
    }
}

#[cfg(test)]
mod tests {
    use consonance_testing::sound::chirp;

    use super::super::mouth::BLOCK_TIME;
    use super::*;

    /// Three seconds of silence with a chirp in it.
    fn heard(begun: Instant, chirp_at: usize, loudness: f32) -> Heard {
        let mut sound = vec![0.0; 300 * BLOCK_SAMPLES];
        for (sample, chirp) in sound[chirp_at..].iter_mut().zip(chirp(SWEEP)) {
            *sample = loudness * chirp;
        }
        Heard { sound, given_at: (0..300).map(|block| begun + BLOCK_TIME * block).collect() }
    }

    #[test]
    fn a_chirp_is_found_to_the_sample_however_loud_it_is() {
        let begun = Instant::now();
        for loudness in [0.1, 1.0] {
            let delay = heard(begun, 48_000 + 1_777, loudness).delay(begun + Duration::from_secs(1)).unwrap();
            let samples = delay.as_secs_f64() * 48_000.0;
            assert!((samples - 1_777.0).abs() < 0.5, "{samples}");
        }
    }

    #[test]
    fn a_chirp_that_is_not_there_is_not_heard() {
        let begun = Instant::now();
        let heard = heard(begun, 48_000, 1.0);
        assert_eq!(heard.delay(begun + Duration::from_millis(1_500)), None);
        assert_eq!(heard.delay(begun + Duration::from_secs(9)), None);
    }
}
