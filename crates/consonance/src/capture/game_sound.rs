//! What the game itself plays, so that it can be taken out of the microphone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use consonance_audio::BLOCK_SAMPLES;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::statistics::GameSoundRow;

/// What may wait for the capture thread: 200 ms.
const RING_SAMPLES: usize = 20 * BLOCK_SAMPLES;
/// What has to wait before it is taken, so that the unsteady calls of an audio engine leave no holes: 40 ms.
const PRIME_SAMPLES: usize = 4 * BLOCK_SAMPLES;

/// Takes the game's own sound, for the echo canceller: with loudspeakers, the microphone hears it too.
///
/// Made for the callback of an audio engine: it never waits, allocates or locks. What is played should be handed over
/// when it is played, no more than 200 ms earlier or later.
#[derive(Debug)]
pub struct GameSound {
    ring: Producer<f32>,
    dropped: Arc<AtomicU64>,
}

impl GameSound {
    /// Hands over what the game plays: mono at 48 kHz, any number of samples. What finds no
    /// room is dropped and counted.
    pub fn push(&mut self, samples: &[f32]) {
        self.push_each(samples.iter().copied(), samples.len());
    }

    /// Hands over what the game plays: left and right in turn, at 48 kHz. An odd sample at the end is left out.
    pub fn push_stereo(&mut self, interleaved: &[f32]) {
        let pairs = interleaved.chunks_exact(2);
        let count = pairs.len();
        self.push_each(pairs.map(|pair| f32::midpoint(pair[0], pair[1])), count);
    }

    fn push_each(&mut self, samples: impl Iterator<Item = f32>, count: usize) {
        let taken = count.min(self.ring.slots());
        if let Ok(chunk) = self.ring.write_chunk_uninit(taken) {
            chunk.fill_from_iter(samples);
        }
        self.dropped.fetch_add((count - taken) as u64, Ordering::Relaxed);
    }
}

/// The capture thread's end.
pub(crate) struct GameSoundReader {
    ring: Consumer<f32>,
    dropped: Arc<AtomicU64>,
    /// Enough has waited.
    is_primed: bool,
    interruptions: u64,
}

/// Both ends.
pub(crate) fn game_sound() -> (GameSound, GameSoundReader) {
    let (producer, consumer) = RingBuffer::new(RING_SAMPLES);
    let dropped = Arc::new(AtomicU64::new(0));
    let reader =
        GameSoundReader { ring: consumer, dropped: Arc::clone(&dropped), is_primed: false, interruptions: 0 };
    (GameSound { ring: producer, dropped }, reader)
}

impl GameSoundReader {
    /// Adds the next 10 ms to what the loudspeaker is given.
    pub(super) fn add_to(&mut self, render: &mut [f32; BLOCK_SAMPLES]) {
        let waiting = self.ring.slots();
        self.is_primed |= waiting >= PRIME_SAMPLES;
        if !self.is_primed {
            return;
        }
        if waiting < BLOCK_SAMPLES {
            self.is_primed = false;
            self.interruptions += 1;
        }
        if let Ok(chunk) = self.ring.read_chunk(waiting.min(BLOCK_SAMPLES)) {
            for (sum, sample) in render.iter_mut().zip(chunk) {
                *sum += sample;
            }
        }
    }

    pub(super) fn row(&self) -> GameSoundRow {
        GameSoundRow {
            waiting_samples: self.ring.slots() as u64,
            dropped_samples: self.dropped.load(Ordering::Relaxed),
            interruptions: self.interruptions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of values that are copied, not calculated with.
    fn same(a: &[f32], b: &[f32]) -> bool {
        a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits()))
    }

    fn next(reader: &mut GameSoundReader) -> [f32; BLOCK_SAMPLES] {
        let mut block = [0.0; BLOCK_SAMPLES];
        reader.add_to(&mut block);
        block
    }

    #[test]
    fn what_is_pushed_comes_out_in_order_after_40_ms() {
        let (mut sound, mut reader) = game_sound();
        let ramp: Vec<f32> = (0..PRIME_SAMPLES).map(|i| i as f32).collect();
        sound.push(&ramp[..1000]);
        assert!(same(&next(&mut reader), &[0.0; BLOCK_SAMPLES]), "too little yet");
        sound.push(&ramp[1000..]);
        assert!(same(&next(&mut reader), &ramp[..BLOCK_SAMPLES]));
        assert!(same(&next(&mut reader), &ramp[BLOCK_SAMPLES..2 * BLOCK_SAMPLES]));
    }

    #[test]
    fn it_is_added_to_what_the_others_say() {
        let (mut sound, mut reader) = game_sound();
        sound.push(&[0.25; PRIME_SAMPLES]);
        let mut block = [0.5; BLOCK_SAMPLES];
        reader.add_to(&mut block);
        assert!(same(&block, &[0.75; BLOCK_SAMPLES]));
    }

    #[test]
    fn of_stereo_the_middle_counts() {
        let (mut sound, mut reader) = game_sound();
        sound.push_stereo(&[0.5, -0.25].repeat(PRIME_SAMPLES));
        assert!(same(&next(&mut reader), &[0.125; BLOCK_SAMPLES]));
        sound.push_stereo(&[1.0]);
        assert_eq!(reader.row().waiting_samples as usize, PRIME_SAMPLES - BLOCK_SAMPLES);
    }

    #[test]
    fn a_game_that_pauses_is_waited_for_again() {
        let (mut sound, mut reader) = game_sound();
        sound.push(&[1.0; PRIME_SAMPLES + 100]);
        for _ in 0..4 {
            assert!(same(&next(&mut reader), &[1.0; BLOCK_SAMPLES]));
        }
        let last = next(&mut reader);
        assert!(same(&last[98..102], &[1.0, 1.0, 0.0, 0.0]));
        assert_eq!(reader.row().interruptions, 1);
        sound.push(&[1.0; BLOCK_SAMPLES]);
        assert!(same(&next(&mut reader), &[0.0; BLOCK_SAMPLES]), "not before 40 ms wait again");
    }

    #[test]
    fn more_than_fits_is_dropped_and_counted() {
        let (mut sound, reader) = game_sound();
        sound.push(&vec![0.0; RING_SAMPLES + 7]);
        assert_eq!(reader.row().dropped_samples, 7);
        assert_eq!(reader.row().waiting_samples as usize, RING_SAMPLES);
    }
}
