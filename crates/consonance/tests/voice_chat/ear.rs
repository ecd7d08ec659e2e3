//! An output that records everything, for checking what was heard.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{Output, OutputError, SAMPLE_RATE_HZ, StereoBlock};

use crate::player::PATIENCE;

const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Keeps what was heard. A clone is the same ear.
#[derive(Clone, Default)]
pub(crate) struct Ear(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    samples: Vec<f32>,
    /// The energy of the left side.
    left: f64,
    right: f64,
    is_finished: bool,
}

impl Ear {
    /// Everything heard since the beginning, or since [`clear`](Self::clear).
    pub(crate) fn samples(&self) -> Vec<f32> {
        self.0.lock().unwrap().samples.clone()
    }

    /// Whether the output was told that nothing more comes.
    pub(crate) fn is_finished(&self) -> bool {
        self.0.lock().unwrap().is_finished
    }

    /// How much more energy the left ear got than the right one, in dB, since the beginning or since
    /// [`clear`](Self::clear).
    pub(crate) fn left_over_right_db(&self) -> f64 {
        let heard = self.0.lock().unwrap();
        10.0 * (heard.left / heard.right).log10()
    }

    /// The root mean square of everything heard.
    pub(crate) fn loudness(&self) -> f32 {
        let samples = self.samples();
        (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
    }

    /// The loudest sample, 0 … 1.
    pub(crate) fn peak(&self) -> f32 {
        self.samples().iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
    }

    pub(crate) fn clear(&self) {
        let mut heard = self.0.lock().unwrap();
        *heard = Heard { is_finished: heard.is_finished, ..Heard::default() };
    }

    /// Listens for this long from now on, on the output's own time line.
    pub(crate) fn listen_for(&self, seconds: f64) {
        let wanted = self.length() + (seconds * f64::from(SAMPLE_RATE_HZ)) as usize;
        let deadline = Instant::now() + PATIENCE;
        while self.length() < wanted {
            assert!(Instant::now() < deadline, "the output gets no more sound");
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn length(&self) -> usize {
        self.0.lock().unwrap().samples.len()
    }
}

impl Output for Ear {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let mut heard = self.0.lock().unwrap();
        heard.samples.extend_from_slice(&block.to_mono());
        let energy = |side: &[f32]| side.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
        heard.left += energy(&block.left);
        heard.right += energy(&block.right);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.0.lock().unwrap().is_finished = true;
        Ok(())
    }
}
