//! Models of loudspeakers that distort. The distortion is the share of the output's amplitude that is not a multiple
//! of the input, over the whole sound.

use std::f32::consts::TAU;

use consonance_testing::sound::small_loudspeaker;

/// Kinds of loudspeakers, with their distortion, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Loudspeaker {
    /// Two per cent of harmonics at half of full scale, both odd and even.
    Small,
    /// An amplifier at its limit: louder samples are clipped.
    Clips(f32),
    /// Saturates softly, and more to one side than to the other.
    Saturates(f32),
    /// The cone's excursion, a low-pass of the input, stiffens the suspension and changes the level of the treble.
    Remembers(f32),
}

impl Loudspeaker {
    pub(super) fn play(self, sound: &[f32]) -> Vec<f32> {
        match self {
            Self::Small => small_loudspeaker(sound),
            Self::Clips(wanted) => driven(sound, wanted, |sound, drive| {
                sound.iter().map(|x| (drive * x).clamp(-1.0, 1.0) / drive).collect()
            }),
            Self::Saturates(wanted) => driven(sound, wanted, |sound, drive| {
                let bent = |x: f32| (drive * x + 0.3).tanh() - 0.3_f32.tanh();
                sound.iter().map(|&x| bent(x) / drive).collect()
            }),
            Self::Remembers(wanted) => driven(sound, wanted, cone),
        }
    }
}

/// Bass below 300 Hz moves the cone; the excursion distorts the bass and modulates the rest.
fn cone(sound: &[f32], drive: f32) -> Vec<f32> {
    let share = 1.0 - (-TAU * 300.0 / 48_000.0_f32).exp();
    let mut way = 0.0;
    sound
        .iter()
        .map(|x| {
            way += share * (x - way);
            let bent = (drive * way).tanh();
            bent / drive + (x - way) * (1.0 - 0.7 * bent.abs() + 0.2 * bent)
        })
        .collect()
}

/// Raises the drive until the distortion is as wanted.
fn driven(sound: &[f32], wanted: f32, play: impl Fn(&[f32], f32) -> Vec<f32>) -> Vec<f32> {
    let (mut low, mut high) = (0.01_f32, 1_000.0_f32);
    for _ in 0..24 {
        let drive = (low * high).sqrt();
        if distortion(sound, &play(sound, drive)) < wanted { low = drive } else { high = drive }
    }
    play(sound, low)
}

fn distortion(sound: &[f32], played: &[f32]) -> f32 {
    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let (common, power) = (sum(sound, played), sum(played, played));
    let explained = common * common / (sum(sound, sound) * power).max(1e-12);
    (1.0 - explained).max(0.0).sqrt() as f32
}
