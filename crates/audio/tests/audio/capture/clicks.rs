//! Key presses and mouse clicks: between words they are turned down, and speech is not.

use std::f32::consts::TAU;

use consonance_audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings, NoiseLevel};

use crate::capture::similarity::similarity_db;
use crate::capture::sound::{OFF, at_level, level_db, pink_noise, process, seconds, speech, with_noise};

/// The chains under test: noise suppression alone, and the players' default chain without automatic gain, which would
/// distort the measurement.
fn chains() -> [CaptureChain; 2] {
    let alone = CaptureSettings { noise: Some(NoiseLevel::Moderate), ..OFF };
    [alone, CaptureSettings { automatic_gain: false, ..CaptureSettings::default() }].map(CaptureChain::new)
}

/// A deterministic random generator.
struct Dice(u32);

impl Dice {
    fn between(&mut self, least: f32, most: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        least + (most - least) * (self.0 as f32 / u32::MAX as f32)
    }
}

/// A source of clicks: the duration of a click in seconds, and the pause until the next.
#[derive(Clone, Copy)]
struct Clicker {
    lasts: (f32, f32),
    pauses: (f32, f32),
}

/// A key bounces for 5 to 30 ms, and comes back up at about the same pace.
const KEYBOARD: Clicker = Clicker { lasts: (0.005, 0.030), pauses: (0.08, 0.25) };
const MOUSE: Clicker = Clicker { lasts: (0.003, 0.008), pauses: (0.1, 0.6) };

/// Clicks with peaks of 0.4 to 1, and where each begins. Each is a burst of noise from 1–2 kHz to 5–11 kHz, plus a
/// resonance of the desk at 250 to 900 Hz; both decay by 43 dB.
fn clicks(clicker: Clicker, samples: usize, seed: u32) -> (Vec<f32>, Vec<usize>) {
    let (mut dice, mut sound, mut begins) = (Dice(seed), vec![0.0; samples], Vec::new());
    let mut at = seconds(0.5);
    while at + seconds(0.05) < samples {
        let length = dice.between(clicker.lasts.0, clicker.lasts.1) * 48_000.0;
        let (low_hz, high_hz) = (dice.between(1_000.0, 2_000.0), dice.between(5_000.0, 11_000.0));
        let (body, body_hz) = (dice.between(0.1, 0.5), dice.between(250.0, 900.0));
        let share = |hz: f32| 1.0 - (-TAU * hz / 48_000.0).exp();
        let (mut low, mut high) = (0.0, 0.0);
        let click: Vec<f32> = (0..length as usize)
            .map(|i| {
                high += share(high_hz) * (dice.between(-1.0, 1.0) - high);
                low += share(low_hz) * (high - low);
                let resonance = body * (i as f32 * body_hz / 48_000.0 * TAU).sin();
                let attack = (i as f32 / 24.0).min(1.0);
                attack * (-5.0 * i as f32 / length).exp() * (high - low + resonance)
            })
            .collect();
        let peak = click.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let loudness = dice.between(0.4, 1.0) / peak;
        for (sample, click) in sound[at..].iter_mut().zip(click) {
            *sample += loudness * click;
        }
        begins.push(at);
        at += length as usize + seconds(dice.between(clicker.pauses.0, clicker.pauses.1));
    }
    (sound, begins)
}

/// By how much each click is quieter in the output, in dB, measured over 50 ms from 5 ms before it.
fn quieter_db(chain: &CaptureChain, microphone: &[f32], out: &[f32], begins: &[usize]) -> Vec<f32> {
    let delay = chain.delay_samples();
    begins
        .iter()
        .map(|begin| begin - seconds(0.005)..begin + seconds(0.045))
        .filter(|range| range.end + delay <= out.len())
        .map(|range| {
            level_db(&microphone[range.clone()]) - level_db(&out[range.start + delay..range.end + delay])
        })
        .collect()
}

/// The mean over the energies, and the share of clicks that are at least 12 dB quieter.
fn summary(quieter: &[f32]) -> (f32, f32) {
    let left: f32 = quieter.iter().map(|db| 10.0_f32.powf(-db / 10.0)).sum();
    let enough = quieter.iter().filter(|db| **db >= 12.0).count();
    let count = quieter.len() as f32;
    (-10.0 * (left / count).log10(), enough as f32 / count)
}

#[test]
fn clicks_between_words_are_12_db_quieter() {
    let length = seconds(15.0);
    let noise: Vec<f32> = pink_noise(length).iter().map(|sample| 0.0005 * sample).collect();
    for (clicker, name) in [(KEYBOARD, "keyboard"), (MOUSE, "mouse")] {
        for peak_db in [-40.0, -26.0, -12.0] {
            let (clicks, begins) = clicks(clicker, length, 35);
            let peak = 10.0_f32.powf(peak_db / 20.0);
            let microphone: Vec<f32> = clicks.iter().zip(&noise).map(|(a, b)| peak * a + b).collect();
            for mut chain in chains() {
                let out = process(&mut chain, &microphone, &[]);
                let (mean, enough) = summary(&quieter_db(&chain, &microphone, &out, &begins));
                println!("{name} at {peak_db} dB: {mean} dB, {enough} of {}", begins.len());
                assert!(mean >= 12.0 && enough >= 0.9, "{name} at {peak_db} dB: {mean} dB, {enough} enough");
            }
        }
    }
}

#[test]
fn clicks_in_the_pauses_of_a_conversation_are_12_db_quieter() {
    for number in 1..=3 {
        let voice = at_level(&speech(number), -24.0);
        let pause = seconds(3.0);
        let mut scene = vec![0.0; pause];
        for _ in 0..2 {
            scene.extend(&voice);
            scene.extend(vec![0.0; pause]);
        }
        let (typing, begins) = clicks(KEYBOARD, scene.len(), number);
        let scene = with_noise(&scene, &pink_noise(scene.len()), 40.0);
        let microphone: Vec<f32> = scene.iter().zip(&typing).map(|(a, b)| a + 0.1 * b).collect();
        // In the 120 ms after the last word a plosive may follow; the voice detector looks back 16 ms.
        let in_pause = |begin: &&usize| {
            let after = (**begin).checked_sub(pause).map_or(0, |at| at % (voice.len() + pause));
            let is_first = **begin + seconds(0.1) < pause;
            is_first || after > voice.len() + seconds(0.2) && after + seconds(0.1) < voice.len() + pause
        };
        let begins: Vec<usize> = begins.iter().filter(in_pause).copied().collect();
        for mut chain in chains() {
            let out = process(&mut chain, &microphone, &[]);
            let (mean, enough) = summary(&quieter_db(&chain, &microphone, &out, &begins));
            println!("recording {number}: {mean} dB, {enough} of {}", begins.len());
            assert!(mean >= 12.0 && enough >= 0.85, "recording {number}: {mean} dB, {enough} enough");
        }
    }
}

#[test]
fn speech_is_as_like_itself_as_without_looking_for_clicks() {
    // The result of the noise suppressor alone, less a tenth of a decibel.
    for (number, quiet, noisy) in [(1, 18.38, 10.83), (2, 21.18, 11.19), (3, 13.10, 9.57)] {
        let voice = speech(number);
        let voice = &voice[..voice.len() / BLOCK_SAMPLES * BLOCK_SAMPLES];
        for (below_db, least) in [(60.0, quiet), (15.0, noisy)] {
            let microphone = with_noise(voice, &pink_noise(voice.len()), below_db);
            let mut chain = CaptureChain::new(CaptureSettings { noise: Some(NoiseLevel::Moderate), ..OFF });
            let out = process(&mut chain, &microphone, &[]);
            let similar = similarity_db(&voice[..voice.len() - 480], &out, chain.delay_samples());
            println!("recording {number}, noise {below_db} dB below: {similar} dB");
            assert!(similar >= least, "recording {number}, noise {below_db} dB below: {similar} dB");
        }
    }
}
