//! The sound that is looked for: short, loud, and like itself at one moment only.

use std::f32::consts::TAU;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance::audio::{BLOCK_SAMPLES, Input, Read};

pub(super) const SAMPLES: usize = 4 * BLOCK_SAMPLES;
/// A chirp begins with every twentieth block, which is longer than any of them takes to be heard.
const BLOCKS_BETWEEN: u32 = 20;
pub(super) const BETWEEN: Duration = Duration::from_millis(200);
/// A microphone gives a block when its last sample is there, so its first one was spoken this long ago.
pub(super) const BLOCK_TIME: Duration = Duration::from_millis(10);
const RATE_HZ: f32 = 48_000.0;
/// Where speech is, so that nothing on the way takes it for noise.
const FROM_HZ: f32 = 300.0;
const TO_HZ: f32 = 3_000.0;

/// 40 ms that rise, faded in and out.
pub(super) fn chirp() -> [f32; SAMPLES] {
    let seconds = SAMPLES as f32 / RATE_HZ;
    std::array::from_fn(|number| {
        let at = number as f32 / RATE_HZ;
        let turns = FROM_HZ * at + (TO_HZ - FROM_HZ) * at * at / (2.0 * seconds);
        let fade = (std::f32::consts::PI * at / seconds).sin();
        0.4 * fade * (TAU * turns).sin()
    })
}

/// When the first block of each chirp was given.
pub(super) type Said = Arc<Mutex<Vec<Instant>>>;

/// A mouth that chirps.
pub(super) struct Mouth {
    chirp: [f32; SAMPLES],
    block: u32,
    said: Said,
}

impl Mouth {
    pub(super) fn new(said: Said) -> Self {
        Self { chirp: chirp(), block: 0, said }
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
