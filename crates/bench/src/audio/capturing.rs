//! The capture side, up to the encoder.

use std::hint::black_box;
use std::time::Instant;

use consonance::audio::{
    Activation, ActivationSettings, BLOCK_SAMPLES, BlockAnalysis, CaptureChain, CaptureSettings,
    CaptureStage, NoiseLevel,
};

use super::line::Line;
use super::stopwatch::{micros_of_rounds, micros_per_block, micros_since};

const STAGES: [(CaptureStage, &str); 9] = [
    (CaptureStage::HighPass, "capture: sanitising and high-pass"),
    (CaptureStage::EchoSubtraction, "capture: echo, subtraction"),
    (CaptureStage::Spectrum, "capture: to spectra and back"),
    (CaptureStage::EchoSuppression, "capture: echo, suppression"),
    (CaptureStage::Noise, "capture: noise suppression"),
    (CaptureStage::Clicks, "capture: suppression of clicks"),
    (CaptureStage::Background, "capture: background removal (off by default)"),
    (CaptureStage::Gain, "capture: automatic gain"),
    (CaptureStage::VoiceDetection, "capture: voice detection"),
];

/// The levels of noise suppression that use a neural network.
const NEURAL: [(NoiseLevel, &str); 2] = [
    (NoiseLevel::StrongLight, "capture: noise suppression, the light neural level"),
    (NoiseLevel::Strong, "capture: noise suppression, the neural level"),
];

/// Measures every stage of the chain, and the gate after it.
pub(super) fn stages(recordings: &[Vec<f32>]) -> Vec<Line> {
    let settings = everything();
    let micros = micros_of_rounds(|| round(settings, &recordings[0], &recordings[1]));
    let mut lines: Vec<Line> =
        STAGES.iter().zip(micros).map(|((_, name), micros)| Line::new(*name, micros)).collect();
    for (level, name) in NEURAL {
        lines.push(Line::new(name, neural(level, &recordings[0], &recordings[1])));
    }
    lines.insert(0, Line::new("a bare copy of the samples", copying(&recordings[0])));
    lines.push(Line::new("capture: activation with pre-roll", activation(&recordings[0])));
    lines
}

/// Settings with every stage switched on.
pub(super) fn everything() -> CaptureSettings {
    CaptureSettings { background_removal: Some(1.0), ..CaptureSettings::default() }
}

/// The time of each stage for every block, in microseconds, while near and far end speak.
fn round(settings: CaptureSettings, near: &[f32], far: &[f32]) -> Vec<[f64; STAGES.len()]> {
    let mut chain = CaptureChain::new(settings);
    let (near, far) = (near.as_chunks::<BLOCK_SAMPLES>().0, far.as_chunks::<BLOCK_SAMPLES>().0);
    let process = |(near, far): (&[f32; BLOCK_SAMPLES], &[f32; BLOCK_SAMPLES])| {
        let mut block = std::array::from_fn(|i| near[i] + 0.2 * far[i]);
        let mut micros = [0.0; STAGES.len()];
        let mut last = Instant::now();
        chain.process_watched(&mut block, Some(far), |stage| {
            if let Some(place) = STAGES.iter().position(|(known, _)| *known == stage) {
                micros[place] += micros_since(last);
            }
            last = Instant::now();
        });
        micros
    };
    near.iter().zip(far).map(process).collect()
}

/// Measures noise suppression alone.
fn neural(level: NoiseLevel, near: &[f32], far: &[f32]) -> f64 {
    let settings = CaptureSettings { noise: Some(level), ..everything() };
    let micros = micros_of_rounds(|| round(settings, near, far));
    STAGES.iter().zip(micros).filter(|((stage, _), _)| *stage == CaptureStage::Noise).map(|(_, it)| it).sum()
}

/// The minimum cost of any stage that changes samples, in microseconds per block. Reading the clock takes as long, so
/// many copies share one reading.
fn copying(sound: &[f32]) -> f64 {
    const COPIES: usize = 1_000;
    let blocks = sound.as_chunks::<BLOCK_SAMPLES>().0;
    let copies = micros_per_block(
        blocks.len(),
        || [0.0; BLOCK_SAMPLES],
        |copy, number| {
            for _ in 0..COPIES {
                *black_box(&mut *copy) = *black_box(&blocks[number]);
            }
        },
    );
    copies / COPIES as f64
}

fn activation(sound: &[f32]) -> f64 {
    let blocks = sound.as_chunks::<BLOCK_SAMPLES>().0;
    micros_per_block(
        blocks.len(),
        || Activation::new(ActivationSettings::default()),
        |activation, number| {
            // Two seconds of speech, a second of silence.
            let heard =
                BlockAnalysis { speech_probability: 1.0, is_speech: number % 300 < 200, level_dbfs: -20.0 };
            activation.process(&mut blocks[number].clone(), &heard, false);
        },
    )
}
