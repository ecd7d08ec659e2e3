//! The devices of a player's voice chat: a microphone that is given words to say, and a loudspeaker that records.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use consonance::audio::{BLOCK_SAMPLES, Input, Output, OutputError, Read, StereoBlock};

/// A microphone that is silent until it gets something to say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mouth(Arc<Mutex<VecDeque<f32>>>);

impl Mouth {
    /// Says this from the next block on.
    pub(crate) fn say(&self, sound: &[f32]) {
        lock(&self.0).extend(sound);
    }

    /// Says nothing more.
    pub(crate) fn hush(&self) {
        lock(&self.0).clear();
    }

    /// Whether everything was said.
    pub(crate) fn is_silent(&self) -> bool {
        lock(&self.0).is_empty()
    }

    pub(crate) fn microphone(&self) -> Box<dyn Input> {
        Box::new(self.clone())
    }
}

impl Input for Mouth {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let mut waiting = lock(&self.0);
        block.fill_with(|| waiting.pop_front().unwrap_or(0.0));
        Read::Samples
    }
}

/// Records the sound of both channels since the recording was last discarded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ear(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Ear {
    pub(crate) fn forget(&self) {
        *lock(&self.0) = Heard::default();
    }

    /// The number of recorded samples, silence included.
    pub(crate) fn samples(&self) -> usize {
        lock(&self.0).left.len()
    }

    /// The recording in mono, the mean of both channels.
    pub(crate) fn heard(&self) -> Vec<f32> {
        let Heard { left, right } = &*lock(&self.0);
        left.iter().zip(right).map(|(left, right)| (left + right) / 2.0).collect()
    }

    /// How much louder the left channel was, in dB; infinite if the right one was silent.
    pub(crate) fn left_over_right_db(&self) -> f64 {
        let Heard { left, right } = &*lock(&self.0);
        let energy = |side: &[f32]| side.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
        10.0 * (energy(left) / energy(right)).log10()
    }

    pub(crate) fn loudspeaker(&self) -> Box<dyn Output> {
        Box::new(self.clone())
    }
}

impl Output for Ear {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let mut heard = lock(&self.0);
        // Bounds the memory if the recording is not read.
        if heard.left.len() < SAMPLES_MAX {
            heard.left.extend(block.left);
            heard.right.extend(block.right);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Two minutes.
const SAMPLES_MAX: usize = 120 * 48_000;

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "samples pass through untouched")]
mod tests {
    use super::*;

    #[test]
    fn a_mouth_says_what_it_is_given_and_is_silent_otherwise() {
        let mouth = Mouth::default();
        let mut microphone = mouth.microphone();
        let mut block = [1.0; BLOCK_SAMPLES];
        assert_eq!(microphone.read(&mut block), Read::Samples);
        assert_eq!(block, [0.0; BLOCK_SAMPLES]);
        mouth.say(&[0.5; 500]);
        microphone.read(&mut block);
        assert!(block == [0.5; BLOCK_SAMPLES] && !mouth.is_silent());
        microphone.read(&mut block);
        assert_eq!((block[19], block[20]), (0.5, 0.0));
        assert!(mouth.is_silent());
    }

    #[test]
    fn an_ear_has_both_sides_of_what_it_did_not_forget() {
        let ear = Ear::default();
        let mut loudspeaker = ear.loudspeaker();
        let block = StereoBlock { left: [0.5; BLOCK_SAMPLES], right: [0.0; BLOCK_SAMPLES] };
        loudspeaker.write(&block).unwrap();
        ear.forget();
        loudspeaker.write(&block).unwrap();
        assert_eq!(ear.heard(), [0.25; BLOCK_SAMPLES]);
    }
}
