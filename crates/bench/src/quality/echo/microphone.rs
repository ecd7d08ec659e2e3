//! The sound at the microphone: the echo after loudspeaker, room and clocks, the near voice, and noise.

use std::f32::consts::PI;
use std::ops::Range;

use consonance::audio::BLOCK_SAMPLES;
use consonance_testing::sound::{AcousticRoom, WhiteNoise, convolve, sample_between};

use super::scene::{Clock, Event, Scene};

const SAMPLE_RATE: f64 = 48_000.0;

/// Without a near voice, the echo is 6 dB quieter than the played sound.
const ECHO_GAIN: f32 = 0.5;

/// Peak of the microphone's own noise.
const NOISE: f32 = 1e-4;

/// Peak of a key click.
const CLICK: f32 = 0.1;

impl Scene {
    /// The echo before it is levelled, as long as the far end.
    pub(super) fn echo(&self, far: &[f32]) -> Vec<f32> {
        let mut played = far.to_vec();
        if self.event == Event::Volume {
            turn_volume(&mut played);
        }
        let room = AcousticRoom::desk(self.rt60_s);
        let arrived = convolve(&self.loudspeaker.play(&played), &room.impulse_response(self.delay_ms));
        let late = |n| self.clock.late(n) + if self.event == Event::DelaySteps { steps(n) } else { 0.0 };
        if self.clock == Clock::Shared && self.event != Event::DelaySteps {
            return arrived;
        }
        (0..far.len()).map(|n| sample_between(&arrived, n as f64 - late(n))).collect()
    }

    /// The microphone with the echo alone.
    pub(super) fn far_end_alone(&self, echo: &[f32]) -> Vec<f32> {
        self.with_noises(echo.iter().map(|echo| ECHO_GAIN * echo).collect())
    }

    /// The microphone with both, the near voice `over_db` louder than the echo while it speaks, and the same without
    /// the echo.
    pub(super) fn double_talk(
        &self,
        near: &[f32],
        echo: &[f32],
        talking: Range<usize>,
        over_db: f32,
    ) -> Vec<f32> {
        let power = |sound: &[f32]| sound[talking.clone()].iter().map(|x| f64::from(x * x)).sum::<f64>();
        let gain = (power(near) / power(echo).max(1e-12)).sqrt() as f32 * 10.0_f32.powf(-over_db / 20.0);
        self.with_noises(near.iter().zip(echo).map(|(near, echo)| near + gain * echo).collect())
    }

    /// Whether each block of 10 ms is used to judge the level of the echo: blocks near a key click are not.
    pub(super) fn judged_blocks(&self, samples: usize) -> Vec<bool> {
        let mut judged = vec![true; samples / BLOCK_SAMPLES];
        if self.event == Event::Clicks {
            for (start, _) in clicks(samples) {
                let block = start / BLOCK_SAMPLES;
                judged
                    .iter_mut()
                    .take(block + 4)
                    .skip(block.saturating_sub(1))
                    .for_each(|judged| *judged = false);
            }
        }
        judged
    }

    fn with_noises(&self, mut microphone: Vec<f32>) -> Vec<f32> {
        let mut noise = WhiteNoise::new(1);
        for sample in &mut microphone {
            *sample += NOISE * noise.sample();
        }
        if self.event == Event::Clicks {
            add_clicks(&mut microphone);
        }
        microphone
    }
}

impl Clock {
    /// The additional delay of the echo at the microphone's sample `n`, in samples.
    fn late(self, n: usize) -> f64 {
        let samples = n as f64;
        match self {
            Self::Shared => 0.0,
            Self::Drifts(ppm) => samples * ppm * 1e-6,
            // The integral of a sine.
            Self::Swings(ppm) => {
                let circle = 20.0 * SAMPLE_RATE / (2.0 * std::f64::consts::PI);
                circle * (1.0 - (samples / circle).cos()) * ppm * 1e-6
            }
        }
    }
}

fn steps(n: usize) -> f64 {
    match n as f64 / SAMPLE_RATE {
        ..5.0 => 0.0,
        ..8.0 => 0.030 * SAMPLE_RATE,
        _ => -0.020 * SAMPLE_RATE,
    }
}

/// Changes the volume during the call; each change takes 50 ms.
fn turn_volume(sound: &mut [f32]) {
    let mut gain = 1.0_f32;
    for (n, sample) in sound.iter_mut().enumerate() {
        let wanted: f32 = match n as f64 / SAMPLE_RATE {
            ..5.0 => 1.0,
            ..8.0 => 0.316,
            _ => 2.0,
        };
        gain += (wanted - gain) / (0.05 * SAMPLE_RATE as f32);
        *sample *= gain;
    }
}

/// The start of each key click, with its peak: a key is pressed every 100 to 300 ms, and released 60 ms later, half as
/// loud.
fn clicks(samples: usize) -> impl Iterator<Item = (usize, f32)> {
    let mut noise = WhiteNoise::new(2);
    let mut next = 4_800;
    let presses = std::iter::from_fn(move || {
        let at = next;
        next += (4_800.0 * (2.0 + noise.sample())) as usize;
        (at + 4_800 < samples).then_some(at)
    });
    presses.flat_map(|at| [(at, CLICK), (at + 2_880, CLICK / 2.0)])
}

/// Adds clicks: noise that decays within 5 ms, and rings at 3 kHz.
fn add_clicks(sound: &mut [f32]) {
    let mut noise = WhiteNoise::new(3);
    for (start, peak) in clicks(sound.len()) {
        for (n, sample) in sound[start..start + BLOCK_SAMPLES].iter_mut().enumerate() {
            let ringing = (2.0 * PI * 3_000.0 * n as f32 / SAMPLE_RATE as f32).cos();
            *sample += peak * (-(n as f32) / 60.0).exp() * (0.5 * noise.sample() + 0.5 * ringing);
        }
    }
}
