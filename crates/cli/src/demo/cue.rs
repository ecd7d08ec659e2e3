//! A microphone that is silent until it gets something to play.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use consonance_audio::{BLOCK_SAMPLES, Input, Read};

/// The age of a block's first sample when the block is read.
const BLOCK: Duration = Duration::from_millis(10);

/// Gives the microphone something to play.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cue(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    samples: VecDeque<f32>,
    /// The time at which the first sample of the recording was spoken.
    started: Option<Instant>,
}

impl Cue {
    /// Plays these samples from the next block on.
    pub(crate) fn play(&self, samples: &[f32]) {
        let mut waiting = self.lock();
        waiting.samples.extend(samples);
        waiting.started = None;
    }

    /// The time at which the recording began to play, once it has.
    pub(crate) fn started(&self) -> Option<Instant> {
        self.lock().started
    }

    /// Whether everything was played.
    pub(crate) fn is_silent(&self) -> bool {
        self.lock().samples.is_empty()
    }

    /// The microphone itself.
    pub(crate) fn microphone(&self) -> Box<dyn Input> {
        Box::new(CueInput(self.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct CueInput(Cue);

impl Input for CueInput {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let mut waiting = self.0.lock();
        if !waiting.samples.is_empty() && waiting.started.is_none() {
            let now = Instant::now();
            waiting.started = Some(now.checked_sub(BLOCK).unwrap_or(now));
        }
        for sample in block.iter_mut() {
            *sample = waiting.samples.pop_front().unwrap_or(0.0);
        }
        Read::Samples
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "samples pass through untouched")]
mod tests {
    use super::*;

    #[test]
    fn the_microphone_plays_what_it_is_given_and_is_silent_otherwise() {
        let cue = Cue::default();
        let mut microphone = cue.microphone();
        let mut block = [1.0; BLOCK_SAMPLES];
        assert_eq!(microphone.read(&mut block), Read::Samples);
        assert_eq!(block, [0.0; BLOCK_SAMPLES]);
        assert_eq!(cue.started(), None);
        cue.play(&[0.5; 500]);
        microphone.read(&mut block);
        assert_eq!(block, [0.5; BLOCK_SAMPLES]);
        assert!(cue.started().is_some() && !cue.is_silent());
        microphone.read(&mut block);
        assert_eq!((block[19], block[20]), (0.5, 0.0));
        assert!(cue.is_silent());
    }
}
