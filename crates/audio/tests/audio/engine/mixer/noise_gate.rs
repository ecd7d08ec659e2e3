//! The noise gate of one speaker: noise between words is turned down, and words are not.

use consonance_audio::{FrameProperties, MixerSettings};

use super::desk::{MixingDesk, Voice, always};
use crate::engine::call::SPEAKER;
use crate::engine::signal::{Dice, active_level_db, correlation, largest_step, level_db, speech};

/// Two seconds of noise, then a recording, as from one sender's microphone.
const NOISE_FIRST: usize = 96_000;

/// Noise of this level, the same every time.
fn noise(samples: usize, dbfs: f32) -> Vec<f32> {
    let mut dice = Dice(35);
    let noise: Vec<f32> = (0..samples).map(|_| dice.below(2_000_001) as f32 / 1e6 - 1.0).collect();
    let gain = 10.0_f32.powf((dbfs - level_db(&noise)) / 20.0);
    noise.iter().map(|sample| gain * sample).collect()
}

/// Speech with this level without its pauses.
fn talking(number: u32, dbfs: f32) -> Vec<f32> {
    let sound = speech(number);
    let gain = 10.0_f32.powf((dbfs - active_level_db(&sound)) / 20.0);
    sound.iter().map(|sample| gain * sample).collect()
}

/// The mix of this sound.
fn heard(sound: &[f32], is_gated: bool) -> Vec<f32> {
    let mut desk = MixingDesk::new(MixerSettings::default());
    let sound = sound.to_vec();
    let blocks = sound.len() / 480;
    let voice: Voice = Box::new(move |i| sound.get(i as usize).copied().unwrap_or(0.0));
    desk.add(SPEAKER, voice, FrameProperties::default());
    desk.mixer.set_noise_gate(SPEAKER, is_gated);
    desk.mix(blocks).both()
}

#[test]
fn noise_before_and_after_words_is_20_db_quieter() {
    for dbfs in [-65.0, -55.0, -45.0] {
        let mut sound = vec![0.0; NOISE_FIRST];
        sound.extend(talking(1, -22.0));
        sound.extend(vec![0.0; 2 * NOISE_FIRST]);
        let sound: Vec<f32> = sound.iter().zip(noise(sound.len(), dbfs)).map(|(a, b)| a + b).collect();
        let (gated, open) = (heard(&sound, true), heard(&sound, false));
        let after = sound.len() - NOISE_FIRST..sound.len() - 9_600;
        for range in [NOISE_FIRST / 2..NOISE_FIRST - 9_600, after] {
            let less = level_db(&open[range.clone()]) - level_db(&gated[range]);
            assert!(less >= 20.0, "{less} dB less of {dbfs} dBFS");
        }
    }
}

#[test]
fn words_are_heard_as_they_come() {
    for number in 1..=3 {
        for (speech_dbfs, noise_dbfs) in [(-22.0, -60.0), (-22.0, -50.0), (-35.0, -60.0), (-22.0, -120.0)] {
            let mut clean = vec![0.0; NOISE_FIRST];
            clean.extend(talking(number, speech_dbfs));
            let sound: Vec<f32> =
                clean.iter().zip(noise(clean.len(), noise_dbfs)).map(|(a, b)| a + b).collect();
            let (gated, open) = (heard(&sound, true), heard(&sound, false));
            let like = correlation(&open, &gated, 0);
            assert!(like > 0.999, "recording {number} at {speech_dbfs} in {noise_dbfs} dBFS: {like}");
            let change = active_level_db(&gated[NOISE_FIRST..]) - active_level_db(&open[NOISE_FIRST..]);
            assert!(
                change.abs() < 0.2,
                "recording {number} at {speech_dbfs} in {noise_dbfs} dBFS: {change} dB"
            );
        }
    }
}

#[test]
fn it_opens_and_closes_without_a_click() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    let tone = |i: u64| (i as f32 % 480.0 / 480.0 * std::f32::consts::TAU).sin();
    let voice = move |i: u64| if i % 96_000 < 24_000 { 0.2 } else { 0.004 } * tone(i % 96_000);
    desk.add(SPEAKER, Box::new(voice), FrameProperties::default());
    desk.mixer.set_noise_gate(SPEAKER, true);
    let sound = desk.mix(1_000).both();
    assert!(largest_step(&sound) < 0.005, "{}", largest_step(&sound));
}

#[test]
fn a_steady_loud_sound_is_never_taken_for_noise() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(SPEAKER, always(0.1), FrameProperties::default());
    desk.mixer.set_noise_gate(SPEAKER, true);
    assert!((desk.mix(6_000).last().0 - 0.1).abs() < 1e-4);
}
