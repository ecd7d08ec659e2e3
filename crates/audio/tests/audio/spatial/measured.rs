//! The head model compared with the measurement that it was made from. `crates/audio/data/compact_kemar.py` computes
//! the figures of the measured responses in the same way as [`Heard`] does here.

use std::f64::consts::TAU;

use consonance_audio::{BLOCK_SAMPLES, Pose, SpatialMode};

use crate::spatial::ears::{Ears, at, listen, settings};

/// Octaves, and how much power speech has in each: ANSI S3.5, normal effort, weighted with A.
const OCTAVES: [(f64, f64); 6] = [
    (250.0, 57.2 - 8.6),
    (500.0, 59.8 - 3.2),
    (1_000.0, 53.5),
    (2_000.0, 48.8 + 1.2),
    (4_000.0, 43.9 + 1.0),
    (8_000.0, 38.6 - 1.1),
];

/// The measures of one direction.
struct Heard {
    /// By how much the right ear is later: the lag at which the two are most alike from 100 Hz to 1.5 kHz.
    later_us: f64,
    /// How much louder the left ear is, in each octave and of speech.
    louder_db: Vec<f64>,
    /// How loud speech is in the left ear, next to a voice without a place.
    speech_db: f64,
}

impl Heard {
    fn from(elevation_degrees: f32, azimuth_degrees: f32) -> Self {
        let ears = response(elevation_degrees, azimuth_degrees);
        let octaves = OCTAVES.map(|(centre, _)| {
            let mean = |ear| (0..32).map(|step| power_at(ear, in_octave(centre, step))).sum::<f64>() / 32.0;
            [mean(&ears.left), mean(&ears.right)]
        });
        let speech = |ear: usize| -> f64 {
            octaves.iter().zip(OCTAVES).map(|(powers, (_, level))| powers[ear] * decibels(level)).sum()
        };
        let all = OCTAVES.iter().map(|(_, level)| decibels(*level)).sum::<f64>();
        let mut louder_db: Vec<f64> = octaves.iter().map(|[l, r]| 10.0 * (l / r).log10()).collect();
        louder_db.push(10.0 * (speech(0) / speech(1)).log10());
        Self { later_us: later_us(&ears), louder_db, speech_db: 10.0 * (speech(0) / all).log10() }
    }
}

/// The impulse response at the ears.
fn response(elevation_degrees: f32, azimuth_degrees: f32) -> Ears {
    let (up, level) = elevation_degrees.to_radians().sin_cos();
    let (right, forward) = azimuth_degrees.to_radians().sin_cos();
    let mut impulse = vec![0.0; BLOCK_SAMPLES];
    impulse[0] = 1.0;
    let place = at([level * right, up, level * forward]);
    let mut ears = listen(settings(SpatialMode::Hrtf), &impulse, |_, _| (place, Pose::default()));
    for ear in [&mut ears.left, &mut ears.right] {
        assert!(ear.drain(HEARD_SAMPLES..).all(|sample| sample == 0.0), "no longer than documented");
    }
    ears
}

/// The longest audible part of an impulse response: 2.5 ms.
const HEARD_SAMPLES: usize = 120;

fn in_octave(centre_hz: f64, step: i32) -> f64 {
    centre_hz * f64::from((2 * (step - 16) + 1) as f32 / 64.0).exp2()
}

fn decibels(level: f64) -> f64 {
    10.0_f64.powf(level / 10.0)
}

/// The cosine and the sine part at a frequency.
fn spectrum_at(response: &[f32], hz: f64) -> [f64; 2] {
    let turn = TAU * hz / 48_000.0;
    let sum = |wave: fn(f64) -> f64| -> f64 {
        response.iter().enumerate().map(|(i, &x)| f64::from(x) * wave(turn * i as f64)).sum()
    };
    [sum(f64::cos), -sum(f64::sin)]
}

fn power_at(response: &[f32], hz: f64) -> f64 {
    let [cos, sin] = spectrum_at(response, hz);
    cos * cos + sin * sin
}

fn later_us(ears: &Ears) -> f64 {
    let cross: Vec<(f64, [f64; 2])> = (4..=60)
        .map(|step| {
            let hz = 25.0 * f64::from(step);
            let [a, b] = spectrum_at(&ears.left, hz);
            let [c, d] = spectrum_at(&ears.right, hz);
            (hz, [a * c + b * d, a * d - b * c])
        })
        .collect();
    let alike = |lag_us: f64| -> f64 {
        let at = |&(hz, [re, im]): &(f64, [f64; 2])| {
            let (sin, cos) = (TAU * hz * lag_us * 1e-6).sin_cos();
            re * cos - im * sin
        };
        cross.iter().map(at).sum()
    };
    (-1_000..=1_000).map(f64::from).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).expect("there are lags")
}

#[test]
fn time_and_level_between_the_ears_are_those_of_the_measured_head_all_around() {
    let figures = include_str!("../../data/kemar.csv").lines().skip(1);
    let mut azimuths = 0;
    for line in figures {
        let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
        let [azimuth, later_us, louder_db @ ..] = &numbers[..] else { panic!("a line of figures: {line}") };
        let heard = Heard::from(0.0, *azimuth as f32);
        let time = (heard.later_us - later_us).abs();
        assert!(time <= 40.0, "{azimuth}°: {time} µs from {later_us} µs");
        assert_eq!(heard.louder_db.len(), louder_db.len());
        for (band, (heard, measured)) in heard.louder_db.iter().zip(louder_db).enumerate() {
            let level = (heard - measured).abs();
            assert!(level <= 1.5, "{azimuth}°, band {band}: {level} dB from {measured} dB");
        }
        azimuths += 1;
    }
    assert_eq!(azimuths, 16);
}

#[test]
fn between_measured_directions_everything_lies_between_theirs() {
    let around: Vec<Heard> = (0..=90).map(|degrees| Heard::from(0.0, degrees as f32)).collect();
    for (degrees, heard) in around.iter().enumerate() {
        let [low, high] = [&around[degrees / 5 * 5], &around[(degrees / 5 * 5 + 5).min(90)]];
        let between = |value: f64, a: f64, b: f64, margin: f64| {
            assert!(
                (a.min(b) - margin..=a.max(b) + margin).contains(&value),
                "{value}, not from {a} to {b}, at {degrees}°"
            );
        };
        between(heard.later_us, low.later_us, high.later_us, 10.0);
        for ((&value, &a), &b) in heard.louder_db.iter().zip(&low.louder_db).zip(&high.louder_db) {
            between(value, a, b, 1.0);
        }
    }
}

#[test]
fn a_voice_in_front_keeps_its_loudness_and_its_colour_up_to_5_khz() {
    let heard = Heard::from(0.0, 0.0);
    assert!(heard.speech_db.abs() < 1.0, "{} dB", heard.speech_db);
    let ears = response(0.0, 0.0);
    for third in -9..=7 {
        let centre = 1_000.0 * (f64::from(third) / 3.0).exp2();
        let power: f64 = (0..16)
            .map(|step| power_at(&ears.left, centre * f64::from((step - 8) as f32 / 48.0).exp2()))
            .sum();
        let level = 10.0 * (power / 16.0).log10();
        assert!(level.abs() < 3.0, "{level} dB at {centre} Hz");
    }
}

#[test]
fn behind_below_and_above_have_other_colours_than_in_front() {
    let colour = |elevation, azimuth| {
        let ears = response(elevation, azimuth);
        let thirds = (6..=13).map(|third| 1_000.0 * (f64::from(third) / 3.0).exp2());
        thirds.map(|hz| 10.0 * power_at(&ears.left, hz).log10()).collect::<Vec<f64>>()
    };
    let front = colour(0.0, 0.0);
    for (elevation, azimuth) in [(0.0, 180.0), (50.0, 0.0), (-40.0, 0.0), (90.0, 0.0)] {
        let other = colour(elevation, azimuth);
        let mean = front.iter().zip(&other).map(|(a, b)| (a - b).abs()).sum::<f64>() / front.len() as f64;
        assert!(mean > 3.0, "{mean} dB from {elevation}° high at {azimuth}°");
    }
}

#[test]
fn right_above_and_right_below_both_ears_hear_the_same() {
    for up in [-90.0, 90.0] {
        let heard = Heard::from(up, 70.0);
        assert!(heard.later_us.abs() < 1.0 && heard.louder_db.iter().all(|db| db.abs() < 0.1), "{up}°");
    }
}

/// The error of predicting a tone from the two samples before: zero while the tone is steady.
fn largest_surprise(ears: &Ears, hz: f64) -> f32 {
    let factor = (2.0 * (TAU * hz / 48_000.0).cos()) as f32;
    let surprise = |ear: &[f32]| {
        ear[BLOCK_SAMPLES..].windows(3).map(|x| (x[2] - factor * x[1] + x[0]).abs()).fold(0.0, f32::max)
    };
    surprise(&ears.left).max(surprise(&ears.right))
}

/// The largest surprise in a moving tone of amplitude 0.5; `degrees_at` returns its azimuth in each block.
fn turning(hz: f64, mut degrees_at: impl FnMut(usize) -> f32) -> f32 {
    let tone: Vec<f32> =
        (0..400 * BLOCK_SAMPLES).map(|i| 0.5 * (TAU * hz / 48_000.0 * i as f64).sin() as f32).collect();
    let ears = listen(settings(SpatialMode::Hrtf), &tone, |block, _| {
        let (right, forward) = degrees_at(block).to_radians().sin_cos();
        (at([right, 0.0, forward]), Pose::default())
    });
    largest_surprise(&ears, hz)
}

#[test]
fn a_turn_adds_nothing_to_a_tone_that_is_heard_as_a_click() {
    for (hz, at_90_degrees_per_second, from_side_to_side) in
        [(200.0, 1e-5, 0.005), (1_000.0, 5e-5, 0.01), (4_000.0, 5e-4, 0.02)]
    {
        let still = turning(hz, |_| 30.0);
        assert!(still < 1e-6, "{hz} Hz: {still}");
        let slow = turning(hz, |block| 0.9 * block as f32);
        assert!(slow < at_90_degrees_per_second, "{hz} Hz: {slow}");
        let fast = turning(hz, |block| if block % 2 == 0 { 90.0 } else { -90.0 });
        assert!(fast < from_side_to_side, "{hz} Hz: {fast}");
    }
}
