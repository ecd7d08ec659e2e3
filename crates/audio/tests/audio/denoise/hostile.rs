//! Silence, noise, and samples that are not numbers.

use consonance_audio::denoise::{BLOCK_SAMPLES, DELAY_SAMPLES, Denoiser};

use crate::denoise::support::{error, level_db, noise};

#[test]
fn silence_stays_silent() {
    let output = process(&mut Denoiser::new(), &vec![0.0; 300 * BLOCK_SAMPLES]);
    assert!(output.iter().all(|sample| *sample == 0.0));
}

#[test]
fn noise_without_speech_is_removed() {
    let noise = noise(300, 0.05);
    let output = process(&mut Denoiser::new(), &noise);
    let removed = level_db(&noise) - level_db(&output[100 * BLOCK_SAMPLES..]);
    assert!(removed > 40.0, "{removed}");
}

#[test]
fn the_limit_bounds_what_is_removed() {
    let noise = noise(300, 0.05);
    let mut denoiser = Denoiser::new();
    denoiser.set_max_attenuation_db(12.0);
    let output = process(&mut denoiser, &noise);
    let removed = level_db(&noise) - level_db(&output[100 * BLOCK_SAMPLES..]);
    assert!((11.0..12.5).contains(&removed), "{removed}");
}

#[test]
fn with_a_limit_of_nothing_sound_comes_out_unchanged_after_the_delay() {
    let noise = noise(20, 0.5);
    let mut denoiser = Denoiser::new();
    denoiser.set_max_attenuation_db(0.0);
    let output = process(&mut denoiser, &noise);
    let error = error(&output[DELAY_SAMPLES..], &noise);
    assert!(error < 1e-5, "{error}");
}

#[test]
fn what_is_no_number_leaves_no_trace() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 4.0] {
        let mut denoiser = Denoiser::new();
        let mut sound = noise(200, 0.05);
        sound[10 * BLOCK_SAMPLES..12 * BLOCK_SAMPLES].fill(bad);
        sound[20 * BLOCK_SAMPLES + 7] = bad;
        let output = process(&mut denoiser, &sound);
        assert!(output.iter().all(|sample| sample.abs() <= 5.0), "{bad}");
        let removed = level_db(&sound[150 * BLOCK_SAMPLES..]) - level_db(&output[150 * BLOCK_SAMPLES..]);
        assert!(removed > 30.0, "{bad}: {removed}");
    }
}

#[test]
fn after_a_reset_the_output_is_that_of_a_new_one() {
    let (first, second) = (noise(40, 0.3), noise(30, 0.05));
    let mut used = Denoiser::new();
    process(&mut used, &first);
    used.reset();
    assert!(process(&mut used, &second) == process(&mut Denoiser::new(), &second));
}

fn process(denoiser: &mut Denoiser, sound: &[f32]) -> Vec<f32> {
    crate::denoise::support::process(sound, |block| _ = denoiser.process(block))
}
