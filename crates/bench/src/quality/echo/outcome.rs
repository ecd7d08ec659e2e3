//! The level of the echo that a canceller leaves.

use std::ops::Range;

use consonance::audio::BLOCK_SAMPLES;
use serde::Serialize;

/// Parts of the far end alone, in seconds.
pub(super) const PARTS_S: [Range<f32>; 4] = [0.0..1.0, 1.0..2.0, 2.0..5.0, 5.0..f32::MAX];

/// Sound louder than this, in dBFS, is audible as an echo.
const HEARD_DBFS: f64 = -50.0;

/// The block from which on the canceller has adapted to the room.
const LEARNT: usize = 300;

const BLOCKS_PER_SECOND: f32 = 100.0;

/// Figures for the far end alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct FarEndAlone {
    /// The attenuation of the echo in each part, in dB.
    pub(super) quieter_db: [f64; PARTS_S.len()],
    /// The same from the first second to the end.
    pub(super) quieter_from_1_s_db: f64,
    /// The longest time from 3 s on for which the residue is louder than −50 dBFS, in ms.
    pub(super) heard_ms: usize,
    /// The residue from 5 s on, in dBFS.
    pub(super) rest_dbfs: f64,
}

impl FarEndAlone {
    /// Compares the blocks that are judged; `out` lies on the microphone's time line.
    pub(super) fn of(microphone: &[f32], out: &[f32], judged: &[bool]) -> Self {
        let (microphone, out) = (powers(microphone, judged), powers(out, judged));
        let quieter = |part: &Range<f32>| {
            let blocks = (part.start * BLOCKS_PER_SECOND) as usize..(part.end * BLOCKS_PER_SECOND) as usize;
            mean_db(&microphone, &blocks) - mean_db(&out, &blocks)
        };
        Self {
            quieter_db: PARTS_S.each_ref().map(quieter),
            quieter_from_1_s_db: quieter(&(1.0..f32::MAX)),
            heard_ms: 10 * longest_run(out.get(LEARNT..).unwrap_or_default()),
            rest_dbfs: mean_db(&out, &(500..usize::MAX)),
        }
    }
}

/// Mean power of each block; `None` where it is not judged.
fn powers(sound: &[f32], judged: &[bool]) -> Vec<Option<f64>> {
    let power = |block: &[f32; BLOCK_SAMPLES]| {
        block.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / BLOCK_SAMPLES as f64
    };
    let blocks = sound.as_chunks::<BLOCK_SAMPLES>().0;
    blocks.iter().zip(judged).map(|(block, judged)| judged.then(|| power(block))).collect()
}

fn mean_db(powers: &[Option<f64>], blocks: &Range<usize>) -> f64 {
    let part = powers.get(blocks.start..blocks.end.min(powers.len())).unwrap_or_default();
    let judged: Vec<f64> = part.iter().copied().flatten().collect();
    decibels(judged.iter().sum::<f64>() / judged.len().max(1) as f64)
}

fn longest_run(powers: &[Option<f64>]) -> usize {
    let (mut run, mut longest) = (0, 0);
    for power in powers {
        run = if power.is_some_and(|power| decibels(power) > HEARD_DBFS) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-12).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_judged_by_its_power_and_by_how_long_it_is_heard() {
        let microphone = vec![0.1; 600 * BLOCK_SAMPLES];
        let mut out = vec![0.001; 600 * BLOCK_SAMPLES];
        out[400 * BLOCK_SAMPLES..407 * BLOCK_SAMPLES].fill(0.01);
        let judged = vec![true; 600];
        let found = FarEndAlone::of(&microphone, &out, &judged);
        assert!(
            (found.quieter_db[0] - 40.0).abs() < 0.01 && (found.rest_dbfs + 60.0).abs() < 0.01,
            "{found:?}"
        );
        assert_eq!(found.heard_ms, 70);
        assert!(found.quieter_from_1_s_db < 39.9);
        let mut without = judged;
        without[400..407].fill(false);
        assert_eq!(FarEndAlone::of(&microphone, &out, &without).heard_ms, 0);
    }
}
