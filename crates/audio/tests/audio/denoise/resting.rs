//! `Denoiser` is ready for a voice at any time, and still learns noise quickly.

use consonance_audio::denoise::{BLOCK_SAMPLES, DELAY_SAMPLES, Denoiser};

use crate::denoise::support::{level_db, noise, process, voice};

const SECOND: usize = 48_000;

/// By how much the first half second of a voice is quieter in the output, in dB, after `before`.
fn lost_db(before: &[f32], number: usize) -> f32 {
    let voice = &voice(number)[..SECOND];
    let mut sound = [before, voice].concat();
    sound.truncate(sound.len() / BLOCK_SAMPLES * BLOCK_SAMPLES);
    let mut denoiser = Denoiser::new();
    let output = process(&sound, |block| _ = denoiser.process(block));
    level_db(&voice[..SECOND / 2]) - level_db(&output[before.len() + DELAY_SAMPLES..][..SECOND / 2])
}

#[test]
fn the_first_word_after_the_start_is_kept() {
    for number in 0..3 {
        let lost = lost_db(&noise(50, 0.0), number);
        assert!(lost < 0.5, "recording {number}: {lost} dB");
    }
}

#[test]
fn the_first_word_after_half_a_minute_in_a_quiet_room_is_kept() {
    // −65 dBFS
    let quiet = noise(3_000, 0.001);
    for number in 0..3 {
        let lost = lost_db(&quiet, number);
        assert!(lost < 0.6, "recording {number}: {lost} dB");
    }
}

#[test]
fn noise_that_begins_in_a_quiet_room_is_removed_within_200_ms() {
    for seconds in [0, 1, 10] {
        for amplitude in [0.01, 0.05, 0.3] {
            let mut sound = noise(100 * seconds, 0.000_3);
            let begin = sound.len();
            sound.extend(noise(100, amplitude));
            let mut denoiser = Denoiser::new();
            let output = process(&sound, |block| _ = denoiser.process(block));
            let after = &output[begin + SECOND / 5 + DELAY_SAMPLES..];
            let removed = level_db(&sound[begin..]) - level_db(after);
            assert!(removed > 20.0, "{amplitude} after {seconds} s: {removed} dB");
        }
    }
}
