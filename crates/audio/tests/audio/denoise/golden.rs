//! The output equals that of the same network in another runtime; `model/golden.py` writes the reference.

use consonance_audio::denoise::Denoiser;

use crate::denoise::support::{NOISY, TOLERANCE, blocks, error};

const SPEECH: &[u8] = include_bytes!("../../data/denoise/speech.samples");
const LOCAL_SNR: &[u8] = include_bytes!("../../data/denoise/local_snr.values");

#[test]
fn the_output_is_the_references() {
    let mut denoiser = Denoiser::bare();
    let snrs = LOCAL_SNR.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    for (number, ((block, expected), snr)) in blocks(NOISY).zip(blocks(SPEECH)).zip(snrs).enumerate() {
        let mut block = block;
        let found = denoiser.process(&mut block);
        let error = error(&block, &expected);
        assert!(error < TOLERANCE, "block {number}: {error}");
        assert!((found.local_snr_db - snr).abs() < 0.05, "block {number}: {found:?}, expected {snr}");
    }
}

#[test]
fn the_reference_has_less_noise_and_the_same_speech() {
    let power = |samples: &[u8], blocks_of: std::ops::Range<usize>| -> f32 {
        blocks(samples)
            .skip(blocks_of.start)
            .take(blocks_of.len())
            .flatten()
            .map(|sample| sample * sample)
            .sum()
    };
    let loudest = (20..140).max_by_key(|&at| (power(SPEECH, at..at + 5) * 1e6) as u64).unwrap();
    let change = power(SPEECH, loudest..loudest + 5) / power(NOISY, loudest - 3..loudest + 2);
    assert!((0.8..1.2).contains(&change), "{change}");
}
