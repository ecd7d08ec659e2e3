//! Test sounds, and functions that run them through effects.

use std::f32::consts::TAU;
use std::path::Path;

use consonance_audio::{BLOCK_SAMPLES, EffectChain, EffectRack};
use consonance_testing::sound::{read, speech, write};

const SEED: u32 = 7;

/// A sound after a chain of effects, block by block; every block counts as speech.
pub(crate) fn through(chain: &str, sound: &[f32]) -> Vec<f32> {
    let mut rack = rack(chain);
    let blocks = sound.as_chunks::<BLOCK_SAMPLES>().0;
    blocks.iter().flat_map(|block| run(&mut rack, *block, true)).collect()
}

pub(crate) fn rack(chain: &str) -> EffectRack {
    let mut rack = EffectRack::new(SEED);
    rack.set_chain(chain.parse::<EffectChain>().unwrap());
    rack
}

pub(crate) fn run(
    rack: &mut EffectRack,
    mut block: [f32; BLOCK_SAMPLES],
    is_speaking: bool,
) -> [f32; BLOCK_SAMPLES] {
    rack.process(&mut block, is_speaking);
    block
}

/// Recorded speech through a chain, from a file that can be listened to.
pub(crate) fn speech_through(name: &str, chain: &str) -> Vec<f32> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("effect-{name}.wav"));
    write(&file, &through(chain, &said())).unwrap();
    read(&file).unwrap()
}

/// Recorded speech, 3.5 s, without the frequencies below voices, as a microphone's high-pass leaves it.
pub(crate) fn said() -> Vec<f32> {
    let mut low = 0.0;
    let high_pass = |sample: f32| {
        low += (sample - low) * TAU * 60.0 / 48_000.0;
        sample - low
    };
    speech(0.0, 3.5).into_iter().map(high_pass).collect()
}

/// The formants of [`vowel`], in Hz.
pub(crate) const FORMANTS_HZ: [f32; 3] = [700.0, 1_220.0, 2_600.0];

/// The vowel of "father" at a pitch, as pulses through three resonances 90 Hz wide each.
pub(crate) fn vowel(pitch_hz: f32, samples: usize) -> Vec<f32> {
    let mut phase = 0.0;
    let mut sound: Vec<f32> = (0..samples)
        .map(|_| {
            phase += pitch_hz / 48_000.0;
            let pulse = phase >= 1.0;
            phase -= phase.floor();
            if pulse { 1.0 } else { 0.0 }
        })
        .collect();
    for hz in FORMANTS_HZ {
        let radius = (-std::f32::consts::PI * 90.0 / 48_000.0).exp();
        let (a1, a2) = (2.0 * radius * (TAU * hz / 48_000.0).cos(), -radius * radius);
        let (mut last, mut before) = (0.0, 0.0);
        for sample in &mut sound {
            let out = (1.0 - a1 - a2) * *sample + a1 * last + a2 * before;
            (before, last) = (last, out);
            *sample = out;
        }
    }
    let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    sound.iter().map(|sample| sample * 0.3 / peak).collect()
}
