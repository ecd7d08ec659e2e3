//! Test sounds, and measures of how much of them is preserved.

use consonance_audio::WavInput;
use consonance_testing::sound::recording;
use consonance_testing::tone::tone;

/// A deterministic random generator (Vigna's `splitmix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Uniformly distributed from 0 up to, but not including, `end`; 0 if `end` is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }

    pub(crate) fn percent(&mut self, chance: f64) -> bool {
        (self.below(1_000_000) as f64) < chance * 10_000.0
    }
}

/// One of the three recordings of the repository, mono at 48 kHz.
pub(crate) fn speech(number: u32) -> Vec<f32> {
    WavInput::open(recording(number)).unwrap().samples().to_vec()
}

/// A tone that a voice codec preserves well: 157 Hz, so that its phase differs at every block's edge, and five
/// overtones.
pub(crate) fn hum(samples: usize) -> Vec<f32> {
    (0..samples)
        .map(|i| {
            let phase = i as f32 / 48_000.0 * 157.0 * std::f32::consts::TAU;
            (1..=6).map(|n| (phase * n as f32).sin() / n as f32).sum::<f32>() * 0.15
        })
        .collect()
}

/// The power of a tone in the sound, in dB, within half a hertz per second of sound.
pub(crate) fn tone_db(sound: &[f32], hz: f32) -> f32 {
    let step = f64::from(hz) / 48_000.0 * std::f64::consts::TAU;
    let (mut re, mut im) = (0.0, 0.0);
    for (i, &sample) in sound.iter().enumerate() {
        let angle = step * i as f64;
        re += f64::from(sample) * angle.cos();
        im += f64::from(sample) * angle.sin();
    }
    let power = (re * re + im * im) / (sound.len().max(1) as f64).powi(2);
    (10.0 * power.max(1e-20).log10()) as f32
}

/// The tones of [`two_tones`] on the left and on the right side.
pub(crate) const LEFT_HZ: f32 = 440.0;
pub(crate) const RIGHT_HZ: f32 = 1_500.0;

/// A tone on each side.
pub(crate) fn two_tones(samples: usize) -> [Vec<f32>; 2] {
    [LEFT_HZ, RIGHT_HZ].map(|hz| tone(hz, 0.4, samples))
}

/// By how many dB each side's own tone of [`two_tones`] is above the other's.
pub(crate) fn separation_db(left: &[f32], right: &[f32]) -> [f32; 2] {
    let ratio = |sound: &[f32], own, other| tone_db(sound, own) - tone_db(sound, other);
    [ratio(left, LEFT_HZ, RIGHT_HZ), ratio(right, RIGHT_HZ, LEFT_HZ)]
}

/// Normalised correlation of `original` with `heard` from `offset` on: 1 if they are equal except for their level.
pub(crate) fn correlation(original: &[f32], heard: &[f32], offset: usize) -> f64 {
    let heard = heard.get(offset..).unwrap_or_default();
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (&a, &b) in original.iter().zip(heard) {
        let (a, b) = (f64::from(a), f64::from(b));
        both += a * b;
        first += a * a;
        second += b * b;
    }
    both / (first * second).sqrt().max(f64::MIN_POSITIVE)
}

/// The largest step from one sample to the next.
pub(crate) fn largest_step(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// Power in dB of full scale.
pub(crate) fn level_db(sound: &[f32]) -> f32 {
    let energy: f64 = sound.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (10.0 * (energy / sound.len().max(1) as f64).max(1e-20).log10()) as f32
}

/// The level of speech without its pauses, in dB of full scale: the power of the blocks of 10 ms that are not more than
/// 15.9 dB below it (the margin of ITU-T P.56).
pub(crate) fn active_level_db(sound: &[f32]) -> f32 {
    let blocks: Vec<f32> = sound.chunks_exact(480).map(level_db).collect();
    let mut level = level_db(sound);
    for _ in 0..20 {
        let active: Vec<&f32> = blocks.iter().filter(|block| **block > level - 15.9).collect();
        let power: f32 = active.iter().map(|block| 10.0_f32.powf(**block / 10.0)).sum();
        level = 10.0 * (power / active.len().max(1) as f32).max(1e-20).log10();
    }
    level
}
