//! What the game itself plays, so that it can be taken out of the microphone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use consonance_audio::BLOCK_SAMPLES;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::statistics::EchoReferenceRow;

/// What may wait for the capture thread: 200 ms.
const RING_SAMPLES: usize = 20 * BLOCK_SAMPLES;
/// What has to wait before it is taken, so that the unsteady calls of an audio engine leave no holes: 40 ms.
const PRIME_SAMPLES: usize = 4 * BLOCK_SAMPLES;
/// What may wait beyond that for long: 20 ms, by which the clocks of game and chat drift apart in a few minutes.
const EXCESS_SAMPLES_MAX: usize = 2 * BLOCK_SAMPLES;
/// Blocks over which it is watched how much waits at least, so that what comes in bursts is not excess: 500 ms.
const WATCHED_BLOCKS: u32 = 50;

/// Takes the game's own sound, for the echo canceller: with loudspeakers, the microphone hears it too.
///
/// Made for the callback of an audio engine: it never waits, allocates or locks.
///
/// Sound is to be handed over when the loudspeaker is given it, or earlier; never later. It waits here for 40 ms, and
/// must not come after its own echo: the canceller finds what the microphone hears together with it or up to 250 ms
/// after it. What has piled up, as while the chat was connecting, is skipped and counted, so that the delay stays.
#[derive(Debug)]
pub struct EchoReference {
    ring: Producer<f32>,
    dropped: Arc<AtomicU64>,
}

impl EchoReference {
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
pub(crate) struct EchoReferenceReader {
    ring: Consumer<f32>,
    dropped: Arc<AtomicU64>,
    /// Enough has waited.
    is_primed: bool,
    interruptions: u64,
    skipped: u64,
    /// The least that has waited at a beat, of those that were watched.
    least_waiting: usize,
    watched_blocks: u32,
}

/// Both ends.
pub(crate) fn echo_reference() -> (EchoReference, EchoReferenceReader) {
    let (producer, consumer) = RingBuffer::new(RING_SAMPLES);
    let dropped = Arc::new(AtomicU64::new(0));
    let reader = EchoReferenceReader {
        ring: consumer,
        dropped: Arc::clone(&dropped),
        is_primed: false,
        interruptions: 0,
        skipped: 0,
        least_waiting: usize::MAX,
        watched_blocks: 0,
    };
    (EchoReference { ring: producer, dropped }, reader)
}

impl EchoReferenceReader {
    /// Adds the next 10 ms to what the loudspeaker is given.
    pub(super) fn add_to(&mut self, render: &mut [f32; BLOCK_SAMPLES]) {
        self.skip_what_is_late();
        let waiting = self.ring.slots();
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

    /// Whatever waits too long comes later than its echo, and would forever.
    fn skip_what_is_late(&mut self) {
        let waiting = self.ring.slots();
        if !self.is_primed {
            self.is_primed = waiting >= PRIME_SAMPLES;
            if self.is_primed {
                self.skip(waiting - PRIME_SAMPLES);
            }
            return;
        }
        self.least_waiting = self.least_waiting.min(waiting);
        self.watched_blocks += 1;
        if self.watched_blocks >= WATCHED_BLOCKS {
            let excess = self.least_waiting.saturating_sub(PRIME_SAMPLES);
            self.skip(if excess > EXCESS_SAMPLES_MAX { excess } else { 0 });
        }
    }

    /// Leaves out the oldest, and watches again.
    fn skip(&mut self, samples: usize) {
        if let Ok(chunk) = self.ring.read_chunk(samples) {
            chunk.commit_all();
            self.skipped += samples as u64;
        }
        (self.least_waiting, self.watched_blocks) = (usize::MAX, 0);
    }

    pub(super) fn row(&self) -> EchoReferenceRow {
        EchoReferenceRow {
            waiting_samples: self.ring.slots() as u64,
            dropped_samples: self.dropped.load(Ordering::Relaxed),
            interruptions: self.interruptions,
            skipped_samples: self.skipped,
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

    fn next(reader: &mut EchoReferenceReader) -> [f32; BLOCK_SAMPLES] {
        let mut block = [0.0; BLOCK_SAMPLES];
        reader.add_to(&mut block);
        block
    }

    #[test]
    fn what_is_pushed_comes_out_in_order_after_40_ms() {
        let (mut sound, mut reader) = echo_reference();
        let ramp: Vec<f32> = (0..PRIME_SAMPLES).map(|i| i as f32).collect();
        sound.push(&ramp[..1000]);
        assert!(same(&next(&mut reader), &[0.0; BLOCK_SAMPLES]), "too little yet");
        sound.push(&ramp[1000..]);
        assert!(same(&next(&mut reader), &ramp[..BLOCK_SAMPLES]));
        assert!(same(&next(&mut reader), &ramp[BLOCK_SAMPLES..2 * BLOCK_SAMPLES]));
    }

    #[test]
    fn it_is_added_to_what_the_others_say() {
        let (mut sound, mut reader) = echo_reference();
        sound.push(&[0.25; PRIME_SAMPLES]);
        let mut block = [0.5; BLOCK_SAMPLES];
        reader.add_to(&mut block);
        assert!(same(&block, &[0.75; BLOCK_SAMPLES]));
    }

    #[test]
    fn of_stereo_the_middle_counts() {
        let (mut sound, mut reader) = echo_reference();
        sound.push_stereo(&[0.5, -0.25].repeat(PRIME_SAMPLES));
        assert!(same(&next(&mut reader), &[0.125; BLOCK_SAMPLES]));
        sound.push_stereo(&[1.0]);
        assert_eq!(reader.row().waiting_samples as usize, PRIME_SAMPLES - BLOCK_SAMPLES);
    }

    #[test]
    fn a_game_that_pauses_is_waited_for_again() {
        let (mut sound, mut reader) = echo_reference();
        sound.push(&[1.0; PRIME_SAMPLES]);
        assert!(same(&next(&mut reader), &[1.0; BLOCK_SAMPLES]));
        sound.push(&[1.0; 100]);
        for _ in 0..3 {
            assert!(same(&next(&mut reader), &[1.0; BLOCK_SAMPLES]));
        }
        let last = next(&mut reader);
        assert!(same(&last[98..102], &[1.0, 1.0, 0.0, 0.0]));
        assert_eq!(reader.row().interruptions, 1);
        sound.push(&[1.0; BLOCK_SAMPLES]);
        assert!(same(&next(&mut reader), &[0.0; BLOCK_SAMPLES]), "not before 40 ms wait again");
    }

    #[test]
    fn what_piles_up_before_the_first_beat_delays_nothing() {
        let (mut sound, mut reader) = echo_reference();
        let ramp: Vec<f32> = (0..RING_SAMPLES).map(|i| i as f32).collect();
        sound.push(&ramp);
        assert!(same(&next(&mut reader), &ramp[RING_SAMPLES - PRIME_SAMPLES..][..BLOCK_SAMPLES]));
        let row = reader.row();
        assert_eq!(row.waiting_samples as usize, PRIME_SAMPLES - BLOCK_SAMPLES);
        assert_eq!(row.skipped_samples as usize, RING_SAMPLES - PRIME_SAMPLES);
    }

    #[test]
    fn what_piles_up_later_is_skipped_within_half_a_second() {
        let (mut sound, mut reader) = echo_reference();
        sound.push(&[1.0; PRIME_SAMPLES]);
        next(&mut reader);
        sound.push(&[1.0; 8 * BLOCK_SAMPLES]);
        for _ in 0..2 * WATCHED_BLOCKS {
            next(&mut reader);
            sound.push(&[1.0; BLOCK_SAMPLES]);
        }
        let row = reader.row();
        assert_eq!(row.waiting_samples as usize, PRIME_SAMPLES);
        assert_eq!(row.skipped_samples as usize, 7 * BLOCK_SAMPLES);
        assert_eq!((row.interruptions, row.dropped_samples), (0, 0));
    }

    #[test]
    fn of_what_comes_in_bursts_nothing_is_skipped() {
        let (mut sound, mut reader) = echo_reference();
        sound.push(&[1.0; PRIME_SAMPLES]);
        next(&mut reader);
        for block in 0..4 * WATCHED_BLOCKS {
            if block % 4 == 0 {
                sound.push(&[1.0; 4 * BLOCK_SAMPLES]);
            }
            assert!(same(&next(&mut reader), &[1.0; BLOCK_SAMPLES]));
        }
        assert_eq!(reader.row().skipped_samples, 0);
    }

    #[test]
    fn more_than_fits_is_dropped_and_counted() {
        let (mut sound, reader) = echo_reference();
        sound.push(&vec![0.0; RING_SAMPLES + 7]);
        assert_eq!(reader.row().dropped_samples, 7);
        assert_eq!(reader.row().waiting_samples as usize, RING_SAMPLES);
    }
}
