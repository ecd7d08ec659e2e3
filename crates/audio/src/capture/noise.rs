//! Noise suppression: attenuates, bin by bin, sound that is more noise than voice.
//!
//! The noise is followed with the probability that speech is present (Gerkmann and Hendriks, "Unbiased
//! MMSE-based noise power estimation with low complexity and low tracking delay", 2012), the gain is the
//! log-spectral amplitude estimator with the decision-directed approach (Ephraim and Malah, 1985 and 1984), and
//! the least gain where speech is absent (Cohen, "Optimal speech enhancement under signal presence uncertainty
//! using log-spectral amplitude estimator", 2002).

use super::settings::NoiseLevel;
use super::spectrum::{BINS, Spectrum};
use crate::level;

/// How far above the noise speech is supposed to be where it is present, 15 dB as power.
const SPEECH_OVER_NOISE: f32 = 31.6;

/// How much of the noise's power is kept per block, and of the presence of speech.
const NOISE_SMOOTHING: f32 = 0.9;
const PRESENCE_SMOOTHING: f32 = 0.9;

/// If speech seems to be present for longer than this, the noise has risen instead.
const MOST_PRESENT: f32 = 0.99;

/// Share of the last block in the estimate of voice over noise; for blocks of 10 ms.
const LAST_SHARE: f32 = 0.92;

/// The least noise, far below that of any microphone.
const LEAST_NOISE: f32 = 1e-7;

/// The suppressor.
pub(crate) struct NoiseSuppressor {
    least_gain: f32,
    noise: [f32; BINS],
    /// Power of the voice that was let through.
    clean: [f32; BINS],
    started: bool,
    /// Probability that speech is present, now and lately.
    present: [f32; BINS],
    lately_present: [f32; BINS],
}

impl NoiseSuppressor {
    pub(crate) fn new(level: NoiseLevel) -> Self {
        let least_gain = least_gain(level);
        Self {
            least_gain,
            noise: [0.0; BINS],
            clean: [0.0; BINS],
            started: false,
            present: [0.0; BINS],
            lately_present: [0.0; BINS],
        }
    }

    pub(crate) fn set_level(&mut self, level: NoiseLevel) {
        self.least_gain = least_gain(level);
    }

    /// Turns the gains down further where `spectrum` is noise.
    pub(crate) fn gains(&mut self, spectrum: &Spectrum, gains: &mut [f32; BINS]) {
        if !self.started {
            self.started = true;
            self.noise = std::array::from_fn(|bin| spectrum.power(bin).max(LEAST_NOISE));
        }
        for bin in 0..BINS {
            self.present[bin] = self.follow(bin, spectrum.power(bin));
        }
        for (bin, gain) in gains.iter_mut().enumerate() {
            let power = spectrum.power(bin);
            let over = power / self.noise[bin];
            let voice =
                LAST_SHARE * self.clean[bin] / self.noise[bin] + (1.0 - LAST_SHARE) * (over - 1.0).max(0.0);
            let own = log_spectral_gain(voice, over).max(self.least_gain);
            let own = self.least_gain * (own / self.least_gain).powf(self.presence_around(bin));
            self.clean[bin] = own * own * power;
            *gain *= own;
        }
    }

    /// Probability that speech is present in a bin and its neighbours: alone, a bin of noise looks like speech
    /// too often, and that is heard as a twitter.
    fn presence_around(&self, bin: usize) -> f32 {
        let around = &self.present[bin.saturating_sub(1)..(bin + 2).min(BINS)];
        around.iter().sum::<f32>() / around.len() as f32
    }

    /// Follows the noise in one bin; returns how probable it is that speech is present.
    fn follow(&mut self, bin: usize, power: f32) -> f32 {
        let noise = &mut self.noise[bin];
        let exponent = power / *noise * SPEECH_OVER_NOISE / (1.0 + SPEECH_OVER_NOISE);
        let mut present = 1.0 / (1.0 + (1.0 + SPEECH_OVER_NOISE) * (-exponent).exp());
        let smooth = &mut self.lately_present[bin];
        *smooth += (1.0 - PRESENCE_SMOOTHING) * (present - *smooth);
        if *smooth > MOST_PRESENT {
            present = present.min(MOST_PRESENT);
        }
        let now = present * *noise + (1.0 - present) * power;
        *noise = (*noise + (1.0 - NOISE_SMOOTHING) * (now - *noise)).max(LEAST_NOISE);
        present
    }
}

fn least_gain(level: NoiseLevel) -> f32 {
    level::factor(match level {
        NoiseLevel::Low => -6.0,
        NoiseLevel::Moderate => -12.0,
        NoiseLevel::High => -18.0,
        NoiseLevel::VeryHigh | NoiseLevel::StrongLight | NoiseLevel::Strong => -24.0,
    })
}

/// The gain that keeps the logarithm of the amplitude, given how far voice is above the noise beforehand and
/// how far the bin is above it now; both as power.
fn log_spectral_gain(voice: f32, over: f32) -> f32 {
    let wiener = voice / (1.0 + voice);
    let v = (wiener * over).max(1e-3);
    // The exponential integral, approximated after Martin, Wittke and Jax, 2000.
    let integral = if v < 0.1 {
        -2.31 * v.log10() - 0.6
    } else if v < 1.0 {
        -1.544 * v.log10() + 0.166
    } else {
        10.0_f32.powf(-0.52 * v - 0.26)
    };
    (wiener * (0.5 * integral).exp()).min(1.0)
}
