//! The light suppressor: equal to its reference, and safe with any samples.

use consonance_audio::denoise::{BLOCK_SAMPLES, LightDenoiser};

use crate::denoise::support::{NOISY, TOLERANCE, blocks, error, level_db, noise};

/// The output of onnxruntime; `model/golden_light.py` writes it.
const SPEECH: &[u8] = include_bytes!("../../data/denoise/light.samples");

const DELAY_SAMPLES: usize = LightDenoiser::DELAY_SAMPLES;

#[test]
fn the_output_is_the_references() {
    let mut denoiser = LightDenoiser::new();
    for (number, (block, expected)) in blocks(NOISY).zip(blocks(SPEECH)).enumerate() {
        let mut block = block;
        denoiser.process(&mut block);
        let error = error(&block, &expected);
        assert!(error < TOLERANCE, "block {number}: {error}");
    }
}

#[test]
fn sound_is_at_most_30_ms_late() {
    assert_eq!(DELAY_SAMPLES, 1440);
}

#[test]
fn with_a_limit_of_nothing_sound_comes_out_unchanged_after_the_delay() {
    let noise = noise(40, 0.5);
    let mut denoiser = LightDenoiser::new();
    denoiser.set_max_attenuation_db(0.0);
    let output = process(&mut denoiser, &noise);
    let error = error(&output[DELAY_SAMPLES..], &noise);
    assert!(error < 1e-5, "{error}");
    assert!(output[..DELAY_SAMPLES].iter().all(|sample| sample.abs() < 1e-6));
}

#[test]
fn silence_stays_silent() {
    let output = process(&mut LightDenoiser::new(), &vec![0.0; 300 * BLOCK_SAMPLES]);
    assert!(output.iter().all(|sample| *sample == 0.0));
}

#[test]
fn silence_of_any_length_changes_nothing_of_what_follows() {
    let sound = noise(50, 0.05);
    let after = |silent: usize| {
        let mut denoiser = LightDenoiser::new();
        process(&mut denoiser, &vec![0.0; silent * BLOCK_SAMPLES]);
        process(&mut denoiser, &sound)
    };
    // Whole hops, so that both are cut at the same positions.
    let (short, long) = (after(120), after(1_200));
    let error: Vec<f32> = short.iter().zip(&long).map(|(a, b)| a - b).collect();
    assert!(level_db(&error) < level_db(&short) - 40.0, "{} dB", level_db(&error) - level_db(&short));
}

#[test]
fn noise_without_speech_is_removed_above_8_khz_too() {
    let noise = noise(300, 0.05);
    let output = process(&mut LightDenoiser::new(), &noise);
    let removed = level_db(&noise) - level_db(&output[100 * BLOCK_SAMPLES..]);
    assert!(removed > 30.0, "{removed}");
}

#[test]
fn the_limit_bounds_what_is_removed() {
    let noise = noise(300, 0.05);
    let mut denoiser = LightDenoiser::new();
    denoiser.set_max_attenuation_db(12.0);
    let output = process(&mut denoiser, &noise);
    let removed = level_db(&noise) - level_db(&output[100 * BLOCK_SAMPLES..]);
    assert!((10.5..12.5).contains(&removed), "{removed}");
}

#[test]
fn samples_that_are_not_numbers_leave_no_trace() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 4.0] {
        let mut denoiser = LightDenoiser::new();
        let mut sound = noise(300, 0.05);
        sound[10 * BLOCK_SAMPLES..12 * BLOCK_SAMPLES].fill(bad);
        sound[20 * BLOCK_SAMPLES + 7] = bad;
        let output = process(&mut denoiser, &sound);
        assert!(output.iter().all(|sample| sample.abs() <= 8.0), "{bad}");
        let removed = level_db(&sound[200 * BLOCK_SAMPLES..]) - level_db(&output[200 * BLOCK_SAMPLES..]);
        assert!(removed > 25.0, "{bad}: {removed}");
    }
}

#[test]
fn after_a_reset_the_output_is_that_of_a_new_one() {
    let (first, second) = (noise(41, 0.3), noise(30, 0.05));
    let mut used = LightDenoiser::new();
    process(&mut used, &first);
    used.reset();
    assert!(process(&mut used, &second) == process(&mut LightDenoiser::new(), &second));
}

fn process(denoiser: &mut LightDenoiser, sound: &[f32]) -> Vec<f32> {
    crate::denoise::support::process(sound, |block| denoiser.process(block))
}
