//! The sound that the loudspeaker plays.

use std::f32::consts::TAU;

use consonance_testing::sound::WhiteNoise;

/// Kinds of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FarEnd {
    /// The three recordings, one after the other.
    Speech,
    /// Four chords of five voices with eight harmonics each, a bass, and a drum on every beat of half a second.
    Music,
    /// Wind, an engine whose speed swings, steps, and shots with their rumble.
    Game,
}

/// Root mean square of music and game, the same as that of the recordings.
const LEVEL: f32 = 0.06;

const SAMPLE_RATE: f32 = 48_000.0;

impl FarEnd {
    /// The sound, as long as all recordings together, mono at 48 kHz.
    pub(super) fn sound(self, recordings: &[Vec<f32>]) -> Vec<f32> {
        let samples = recordings.iter().map(Vec::len).sum();
        match self {
            Self::Speech => recordings.concat(),
            Self::Music => levelled(music(samples)),
            Self::Game => levelled(game(samples)),
        }
    }
}

fn levelled(mut sound: Vec<f32>) -> Vec<f32> {
    let power =
        sound.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / sound.len().max(1) as f64;
    let gain = LEVEL / power.sqrt().max(1e-9) as f32;
    for sample in &mut sound {
        *sample *= gain;
    }
    sound
}

fn music(samples: usize) -> Vec<f32> {
    /// Semitones above 110 Hz of a bass and five voices.
    const CHORDS: [[i32; 6]; 4] =
        [[0, 12, 19, 24, 28, 31], [-4, 8, 15, 24, 27, 32], [-7, 5, 17, 21, 24, 29], [-5, 7, 19, 23, 26, 31]];
    let mut noise = WhiteNoise::new(11);
    let mut sound = vec![0.0; samples];
    for (n, sample) in sound.iter_mut().enumerate() {
        let seconds = n as f32 / SAMPLE_RATE;
        let (beat, since_beat) = ((seconds * 2.0) as usize, (seconds * 2.0).fract() / 2.0);
        let since_chord = (beat % 4) as f32 / 2.0 + since_beat;
        for (voice, semitones) in CHORDS[beat / 4 % 4].into_iter().enumerate() {
            let hz = 110.0 * 2.0_f32.powf(semitones as f32 / 12.0);
            // Each voice is slightly detuned, as strings are.
            let angle = (TAU * hz * (1.0 + 1e-3 * voice as f32) * seconds) % TAU;
            let harmonics: f32 = (1..=8).map(|k| (k as f32 * angle).sin() / k as f32).sum();
            *sample += harmonics * (-1.2 * since_chord).exp() * (since_chord * 100.0).min(1.0);
        }
        let drum = if beat % 2 == 0 {
            (TAU * 60.0 * since_beat).sin() * (-12.0 * since_beat).exp()
        } else {
            noise.sample() * (-20.0 * since_beat).exp()
        };
        *sample += 3.0 * drum;
    }
    sound
}

fn game(samples: usize) -> Vec<f32> {
    let mut noise = WhiteNoise::new(12);
    let (mut wind, mut angle, mut rumble) = (0.0, 0.0_f32, 0.0);
    let mut sound = Vec::with_capacity(samples);
    let (mut since_shot, mut until_shot) = (10.0_f32, 0.5_f32);
    for n in 0..samples {
        let seconds = n as f32 / SAMPLE_RATE;
        let white = noise.sample();
        wind += 0.05 * (white - wind);
        angle = (angle + TAU * (70.0 + 30.0 * (TAU * 0.15 * seconds).sin()) / SAMPLE_RATE) % TAU;
        let engine: f32 = (1..=12).map(|k| (k as f32 * angle).sin() / k as f32).sum();
        let since_step = (seconds * 1.8).fract() / 1.8;
        if until_shot <= 0.0 {
            (since_shot, until_shot) = (0.0, 0.3 + 1.5 * (0.5 + 0.5 * noise.sample()));
        }
        rumble += 0.02 * (white - rumble);
        let shot = white * (-30.0 * since_shot).exp() + 8.0 * rumble * (-4.0 * since_shot).exp();
        sound.push(0.4 * wind + 0.08 * engine + 0.2 * white * (-80.0 * since_step).exp() + 0.5 * shot);
        since_shot += 1.0 / SAMPLE_RATE;
        until_shot -= 1.0 / SAMPLE_RATE;
    }
    sound
}
