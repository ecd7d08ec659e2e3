//! Reverberation of a room, a hall, a cave.

use std::path::Path;

use consonance_audio::{BLOCK_SAMPLES, Reverb, ReverbSettings, ReverbSize, StereoBlock};
use consonance_testing::sound::{read, write};
use consonance_testing::tone::tone;

use super::measure::{assert_within, dbfs, decay_s, direct_current, largest_bend};
use super::sounds::said;

const SIZES: [ReverbSize; 3] = [ReverbSize::Room, ReverbSize::Hall, ReverbSize::Cave];

fn zone(size: ReverbSize, decay_s: f32, brightness: f32, modulation: f32) -> ReverbSettings {
    ReverbSettings { size, decay_s, brightness, modulation, level: 1.0 }
}

/// The sound at both ears during and after an input.
fn heard(reverb: &mut Reverb, sound: &[f32], blocks: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for block in 0..blocks {
        let mut send = [0.0; BLOCK_SAMPLES];
        for (i, sample) in send.iter_mut().enumerate() {
            *sample = sound.get(block * BLOCK_SAMPLES + i).copied().unwrap_or_default();
        }
        let mut ears = StereoBlock::SILENCE;
        reverb.process(&send, &mut ears);
        left.extend(ears.left);
        right.extend(ears.right);
    }
    (left, right)
}

fn response(settings: ReverbSettings) -> (Vec<f32>, Vec<f32>) {
    let blocks = (settings.decay_s * 100.0) as usize + 50;
    heard(&mut Reverb::new(settings), &[1.0], blocks)
}

#[test]
fn sound_dies_away_by_60_db_in_the_time_that_is_set() {
    for size in SIZES {
        for (decay, modulation) in [(0.4, 0.0), (1.2, 0.5), (3.0, 0.0), (6.0, 0.5)] {
            let (left, right) = response(zone(size, decay, 0.5, modulation));
            for (ear, hz) in [(&left, 500.0), (&left, 1_000.0), (&right, 500.0), (&right, 1_000.0)] {
                let measured = decay_s(ear, hz);
                assert_within(measured, decay, 0.1 * decay, &format!("{size:?} at {hz} Hz"));
            }
        }
    }
}

#[test]
fn high_tones_die_away_sooner_by_the_brightness() {
    for size in SIZES {
        let high = |brightness| decay_s(&response(zone(size, 2.0, brightness, 0.0)).0, 12_000.0);
        assert_within(high(1.0), 2.0, 0.2, "as bright as can be");
        let dark = high(0.3);
        assert!((0.5..0.9).contains(&dark), "{size:?}: {dark} s where 2 s × 0.3 are the end of the shelf");
    }
}

#[test]
fn a_reverberation_has_no_direct_current_and_comes_to_rest() {
    for size in SIZES {
        let mut reverb = Reverb::new(zone(size, 0.5, 0.5, 0.5));
        let (left, _) = heard(&mut reverb, &vec![0.5; 96_000], 200);
        assert!(direct_current(&left[48_000..]).abs() < 1e-3, "{size:?}");
        assert!(!reverb.is_at_rest());
        heard(&mut reverb, &[], 200);
        assert!(reverb.is_at_rest(), "{size:?}");
        assert!(heard(&mut reverb, &[], 10).0.iter().all(|sample| *sample == 0.0));
    }
}

#[test]
fn both_ears_hear_something_else_as_loud_as_what_is_sent() {
    // Every tenth of a semitone within three octaves, so that no single resonance dominates.
    let mut sound = vec![0.0; 96_000];
    for i in 0..360 {
        let hz = 200.0 * (i as f32 / 120.0).exp2();
        for (sum, sample) in sound.iter_mut().zip(tone(hz + i as f32 * 0.01, 0.01, 96_000)) {
            *sum += sample;
        }
    }
    for size in SIZES {
        for decay in [0.5, 2.5] {
            let (left, right) = heard(&mut Reverb::new(zone(size, decay, 1.0, 0.3)), &sound, 200);
            let (left, right) = (&left[48_000..], &right[48_000..]);
            let sent = dbfs(&sound[48_000..]);
            assert_within(dbfs(left), sent, 3.0, &format!("left, {size:?}, {decay} s"));
            assert_within(dbfs(right), sent, 3.0, &format!("right, {size:?}, {decay} s"));
            let product: f32 = left.iter().zip(right).map(|(l, r)| l * r).sum();
            let powers = |sound: &[f32]| sound.iter().map(|x| x * x).sum::<f32>();
            let alike = product / (powers(left) * powers(right)).sqrt();
            assert!(alike.abs() < 0.3, "{size:?}: a correlation of {alike}");
        }
    }
}

#[test]
fn a_change_of_the_decay_does_not_click() {
    for size in SIZES {
        let mut reverb = Reverb::new(zone(size, 1.0, 0.5, 0.0));
        let sound = tone(300.0, 0.3, 96_000);
        let steady = largest_bend(&heard(&mut reverb, &sound, 100).0);
        for (decay, brightness, modulation) in [(4.0, 1.0, 0.0), (0.2, 0.1, 1.0), (2.0, 0.7, 0.2)] {
            reverb.set(zone(size, decay, brightness, modulation));
            let bend = largest_bend(&heard(&mut reverb, &sound, 30).0[1..]);
            assert!(bend < 2.0 * steady, "{size:?}: a bend of {bend}, {steady} before");
        }
    }
}

#[test]
fn speech_in_a_hall_rings_on() {
    let said = said();
    let settings = zone(ReverbSize::Hall, 1.8, 0.45, 0.5);
    let (left, _) = heard(&mut Reverb::new(settings), &said, said.len() / BLOCK_SAMPLES + 200);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("effect-hall.wav");
    write(&file, &left).unwrap();
    let ringing = read(&file).unwrap();
    let level = |seconds: f32| {
        let at = said.len() + (seconds * 48_000.0) as usize;
        dbfs(&ringing[at..at + 9_600])
    };
    assert_within(level(0.8) - level(0.2), -20.0, 4.0, "after 0.6 s");
    assert_within(direct_current(&ringing), 0.0, 1e-4, "direct current");
}
