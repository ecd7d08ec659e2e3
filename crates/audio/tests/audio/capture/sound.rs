//! Sounds to process, and how loud they are.

use std::f32::consts::TAU;

use consonance_audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings, WavInput};
use consonance_testing::sound::{WhiteNoise, recording};

/// Converts seconds to samples.
pub(crate) fn seconds(seconds: f32) -> usize {
    (seconds * 48_000.0) as usize
}

/// One of the three recordings of the repository, mono at 48 kHz.
pub(crate) fn speech(number: u32) -> Vec<f32> {
    WavInput::open(recording(number)).unwrap().samples().to_vec()
}

/// Several recordings, one after the other.
pub(crate) fn speeches(numbers: &[u32]) -> Vec<f32> {
    numbers.iter().flat_map(|&number| speech(number)).collect()
}

/// White noise between −1 and 1, the same every time.
pub(crate) fn white_noise(samples: usize) -> Vec<f32> {
    let mut noise = WhiteNoise::from_state(0x2545_f491);
    (0..samples).map(|_| noise.sample()).collect()
}

/// Pink noise: 3 dB less per octave, from six low-passes over white noise.
pub(crate) fn pink_noise(samples: usize) -> Vec<f32> {
    let corners = [30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0_f32];
    let mut states = [0.0; 6];
    white_noise(samples)
        .into_iter()
        .map(|white| {
            for (state, corner) in states.iter_mut().zip(corners) {
                let share = 1.0 - (-TAU * corner / 48_000.0).exp();
                *state += share * (white / corner.sqrt() * 30.0 - *state);
            }
            states.iter().sum()
        })
        .collect()
}

/// A fan: rumble and two tones.
pub(crate) fn fan(samples: usize) -> Vec<f32> {
    let mut low = 0.0;
    white_noise(samples)
        .into_iter()
        .enumerate()
        .map(|(i, white)| {
            low += 0.03 * (white - low);
            let tone = |hz: f32| (i as f32 / 48_000.0 * hz * TAU).sin();
            low + 0.02 * tone(120.0) + 0.01 * tone(240.0)
        })
        .collect()
}

/// The sum of two sounds, the second `below_db` quieter than the first, over the length of the first.
pub(crate) fn with_noise(sound: &[f32], noise: &[f32], below_db: f32) -> Vec<f32> {
    let gain = 10.0_f32.powf((level_db(sound) - level_db(noise) - below_db) / 20.0);
    sound.iter().zip(noise).map(|(sound, noise)| sound + gain * noise).collect()
}

/// Power in dB of full scale.
pub(crate) fn level_db(sound: &[f32]) -> f32 {
    let energy: f64 = sound.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (10.0 * (energy / sound.len().max(1) as f64).max(1e-20).log10()) as f32
}

/// The level of speech without its pauses, in dB of full scale: the power of the blocks that are not more than 15.9 dB
/// below it (the margin of ITU-T P.56).
pub(crate) fn active_level_db(sound: &[f32]) -> f32 {
    let blocks: Vec<f32> = sound.chunks_exact(BLOCK_SAMPLES).map(level_db).collect();
    let mut level = level_db(sound);
    for _ in 0..20 {
        let active = blocks.iter().filter(|block| **block > level - 15.9);
        let (power, count) = active
            .fold((0.0, 0.0_f32), |(power, count), block| (power + 10.0_f32.powf(block / 10.0), count + 1.0));
        level = 10.0 * (power / count.max(1.0)).max(1e-20).log10();
    }
    level
}

/// Speech scaled to this level, measured without its pauses.
pub(crate) fn at_level(speech: &[f32], dbfs: f32) -> Vec<f32> {
    let gain = 10.0_f32.powf((dbfs - active_level_db(speech)) / 20.0);
    speech.iter().map(|sample| (gain * sample).clamp(-1.0, 1.0)).collect()
}

/// The chain's output for a microphone signal while the loudspeaker plays `render`.
pub(crate) fn process(chain: &mut CaptureChain, microphone: &[f32], render: &[f32]) -> Vec<f32> {
    let mut out = Vec::with_capacity(microphone.len());
    let renders = render.as_chunks::<BLOCK_SAMPLES>().0;
    for (n, block) in microphone.as_chunks::<BLOCK_SAMPLES>().0.iter().enumerate() {
        let mut block = *block;
        chain.process(&mut block, renders.get(n));
        out.extend(block);
    }
    out
}

/// All fixtures off; tests switch on the one they measure.
pub(crate) const OFF: CaptureSettings = CaptureSettings::UNPROCESSED;
