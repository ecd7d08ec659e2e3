//! Music: the level of each band after encoding.

use std::f32::consts::TAU;

use consonance_audio::{EncoderSettings, FrameSize, OpusLibrary, Quality, Source};

use super::{decode, encoder};
use crate::engine::call::encode;
use crate::engine::signal::level_db;

/// Four seconds of chords with overtones up to 20 kHz, struck twice a second.
fn chords() -> Vec<f32> {
    const CHORDS_HZ: [[f32; 3]; 4] =
        [[220.0, 277.2, 329.6], [196.0, 246.9, 293.7], [174.6, 220.0, 261.6], [261.6, 329.6, 392.0]];
    let mut sound = vec![0.0; 4 * 48_000];
    for (stroke, struck) in sound.chunks_mut(24_000).enumerate() {
        for hz in CHORDS_HZ[stroke / 2] {
            for overtone in 1..=(20_000.0 / hz) as usize {
                let step = overtone as f32 * hz / 48_000.0;
                for (i, sample) in struck.iter_mut().enumerate() {
                    let strength = (i as f32 / 240.0).min(1.0) * (-2.0 * i as f32 / 24_000.0).exp();
                    *sample += 0.05 * strength * (step * i as f32 * TAU % TAU).sin() / overtone as f32;
                }
            }
        }
    }
    sound
}

/// The level between two frequencies, by a band-pass of the eighth order.
fn band_db(sound: &[f32], from_hz: f32, to_hz: f32) -> f32 {
    let mut sound: Vec<f32> = sound.to_vec();
    for (hz, is_high) in [(from_hz, true), (to_hz, false)] {
        for q in [0.541_196, 1.306_563] {
            biquad(&mut sound, hz, q, is_high);
        }
    }
    level_db(&sound)
}

/// Bristow-Johnson's high- or low-pass, in place.
fn biquad(sound: &mut [f32], hz: f32, q: f32, is_high: bool) {
    let omega = hz / 48_000.0 * TAU;
    let (alpha, cosine) = (omega.sin() / (2.0 * q), omega.cos());
    let (a0, a1, a2) = (1.0 + alpha, -2.0 * cosine, 1.0 - alpha);
    let middle = if is_high { -(1.0 + cosine) } else { 1.0 - cosine };
    let (b0, b1, b2) = (middle.abs() / 2.0, middle, middle.abs() / 2.0);
    let mut state = [0.0; 2];
    for sample in sound {
        let input = *sample;
        let output = b0 / a0 * input + state[0];
        state[0] = (b1 * input - a1 * output) / a0 + state[1];
        state[1] = (b2 * input - a2 * output) / a0;
        *sample = output;
    }
}

const BANDS_HZ: [(f32, f32); 4] =
    [(500.0, 4_000.0), (4_000.0, 8_000.0), (8_000.0, 16_000.0), (16_000.0, 19_500.0)];

/// How much louder each band comes out, in dB, at this bit rate.
fn changes_db(library: OpusLibrary, quality: Quality, bitrate_bps: u32) -> [f32; 4] {
    let original = chords();
    let settings = EncoderSettings { bitrate_bps, ..quality.encoder_settings() };
    let packets = encode(&original, FrameSize::Ms20, &mut encoder(library, settings));
    let heard = decode(library, &packets, |i| Source::Packet(&packets[i]));
    BANDS_HZ.map(|(from, to)| band_db(&heard[48_000..], from, to) - band_db(&original[48_000..], from, to))
}

#[test]
fn music_keeps_20_khz_at_64_kbit_per_second_and_above() {
    for &library in OpusLibrary::ALL {
        for bitrate_bps in [64_000, 96_000, 128_000] {
            let changes = changes_db(library, Quality::Music, bitrate_bps);
            println!("{bitrate_bps} bit/s: {changes:?}");
            assert!(changes.iter().all(|change| change.abs() < 1.5), "{bitrate_bps} bit/s: {changes:?} dB");
        }
    }
}

#[test]
fn music_at_24_kbit_per_second_keeps_its_level_up_to_8_khz() {
    for quality in [Quality::Music, Quality::High] {
        let changes = changes_db(OpusLibrary::Pure, quality, 24_000);
        println!("{quality:?}: {changes:?}");
        assert!(changes[..2].iter().all(|change| change.abs() < 1.0), "{quality:?}: {changes:?} dB");
    }
}
