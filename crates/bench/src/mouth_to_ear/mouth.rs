//! The mouth, which says the chirps.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance::audio::{BLOCK_SAMPLES, Input, Read};
use consonance_testing::sound::{CHIRP_SAMPLES, Sweep, chirp};

/// A chirp begins with every twentieth block; this interval is longer than any delay.
const BLOCKS_BETWEEN: u32 = 20;
pub(super) const BETWEEN: Duration = Duration::from_millis(200);
/// A microphone returns a block once its last sample is recorded, so the first one was spoken this long ago.
pub(super) const BLOCK_TIME: Duration = Duration::from_millis(10);
/// One direction is enough: no chirp is so late that it could be taken for the next.
pub(super) const SWEEP: Sweep = Sweep::Rising;

/// The times at which the first block of each chirp was returned.
pub(super) type Said = Arc<Mutex<Vec<Instant>>>;

/// A mouth that chirps.
pub(super) struct Mouth {
    chirp: [f32; CHIRP_SAMPLES],
    block: u32,
    said: Said,
}

impl Mouth {
    pub(super) fn new(said: Said) -> Self {
        Self { chirp: chirp(SWEEP), block: 0, said }
    }
}

impl Input for Mouth {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        if self.block == 0 {
            self.said.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        }
        let part = self.chirp.as_chunks::<BLOCK_SAMPLES>().0.get(self.block as usize);
        *block = part.copied().unwrap_or([0.0; BLOCK_SAMPLES]);
        self.block = (self.block + 1) % BLOCKS_BETWEEN;
        Read::Samples
    }
}
