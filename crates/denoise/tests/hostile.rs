//! Silence, noise, and samples that are not numbers.

use consonance_denoise::{BLOCK_SAMPLES, DELAY_SAMPLES, Denoiser};

/// White noise, the same every time.
fn noise(blocks: usize, amplitude: f32) -> Vec<f32> {
    let mut state = 0x2545_f491_u32;
    let sample = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state as f32 / 2_147_483_648.0 - 1.0) * amplitude
    };
    (0..blocks * BLOCK_SAMPLES).map(sample).collect()
}

fn process(denoiser: &mut Denoiser, sound: &[f32]) -> Vec<f32> {
    let mut output = sound.to_vec();
    for block in output.as_chunks_mut().0 {
        denoiser.process(block);
    }
    output
}

fn level_db(sound: &[f32]) -> f32 {
    10.0 * (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32 + 1e-20).log10()
}

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
    let pairs = output[DELAY_SAMPLES..].iter().zip(&noise);
    let error = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
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
