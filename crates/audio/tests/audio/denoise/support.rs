//! Sounds for the tests, and how loud they are.

use std::f32::consts::PI;

use consonance_audio::denoise::BLOCK_SAMPLES;

/// One step of 16 bits for rounding, and one for the arithmetic.
pub(crate) const TOLERANCE: f32 = 2.0 / 32_768.0;

/// Speech in noise.
pub(crate) const NOISY: &[u8] = include_bytes!("../../data/denoise/noisy.samples");

/// The output of a suppressor for a sound.
pub(crate) fn process(sound: &[f32], mut suppress: impl FnMut(&mut [f32; BLOCK_SAMPLES])) -> Vec<f32> {
    let mut output = sound.to_vec();
    output.as_chunks_mut().0.iter_mut().for_each(&mut suppress);
    output
}

/// White noise, the same every time.
pub(crate) fn noise(blocks: usize, amplitude: f32) -> Vec<f32> {
    let mut state = 0x2545_f491_u32;
    let sample = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state as f32 / 2_147_483_648.0 - 1.0) * amplitude
    };
    (0..blocks * BLOCK_SAMPLES).map(sample).collect()
}

pub(crate) fn level_db(sound: &[f32]) -> f32 {
    10.0 * (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32 + 1e-20).log10()
}

/// Blocks of samples of 16 bits.
pub(crate) fn blocks(samples: &[u8]) -> impl Iterator<Item = [f32; BLOCK_SAMPLES]> {
    let blocks = samples.as_chunks::<2>().0.as_chunks::<BLOCK_SAMPLES>().0.iter();
    blocks.map(|block| block.map(|bytes| f32::from(i16::from_le_bytes(bytes)) / 32_768.0))
}

/// The largest difference between two blocks.
pub(crate) fn error(block: &[f32], expected: &[f32]) -> f32 {
    block.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// One of three voices, with peaks of about a half.
pub(crate) fn voice(number: usize) -> Vec<f32> {
    /// Samples at 48 kHz for each at 16 kHz.
    const RATIO: usize = 3;
    /// Samples of the interpolation filter on either side.
    const REACH: usize = 8 * RATIO;
    const FILES: [&[u8]; 3] = [
        include_bytes!("../../../../../assets/speech/austen-1.wav"),
        include_bytes!("../../../../../assets/speech/austen-2.wav"),
        include_bytes!("../../../../../assets/speech/austen-3.wav"),
    ];
    const HEAD_BYTES: usize = 44;
    let samples: Vec<f32> = FILES[number][HEAD_BYTES..]
        .as_chunks::<2>()
        .0
        .iter()
        .map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 65_536.0)
        .collect();
    let mut sound = vec![0.0; RATIO * samples.len() + 2 * REACH];
    for (at, sample) in samples.iter().enumerate() {
        for (tap, sound) in sound[RATIO * at..=RATIO * at + 2 * REACH].iter_mut().enumerate() {
            let distance = (tap as f32 - REACH as f32) / RATIO as f32 * PI;
            let window = 0.5 + 0.5 * (distance / 8.0).cos();
            *sound += sample * window * if distance == 0.0 { 1.0 } else { distance.sin() / distance };
        }
    }
    sound.split_off(REACH)
}
