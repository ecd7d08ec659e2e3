//! Conversion of hops into spectra and back: two hops under a window, every hop. The whole path delays by one hop.

use std::f32::consts::{FRAC_PI_2, PI};

use consonance_dsp::{Complex32, RealFft};

use crate::denoise::BLOCK_SAMPLES;

/// Bins of the spectrum of two blocks, 50 Hz apart.
pub(crate) const BINS: usize = BLOCK_SAMPLES + 1;

pub(crate) type BlockSpectrum = Spectrum<BINS>;

/// One spectrum of `N` bins, from 0 Hz to 24 kHz; a sine at full scale has a magnitude of about 0.25.
#[derive(Clone)]
pub(crate) struct Spectrum<const N: usize> {
    pub(crate) re: [f32; N],
    pub(crate) im: [f32; N],
}

impl<const N: usize> Spectrum<N> {
    pub(crate) const ZERO: Self = Self { re: [0.0; N], im: [0.0; N] };
}

/// Both directions, and the part of the last hop that each keeps. `BINS` is one more than the samples of a hop.
pub(crate) struct Transform<const HOP: usize, const BINS: usize> {
    window: Vec<f32>,
    fft: RealFft,
    samples: Vec<f32>,
    last_input: [f32; HOP],
    tail: [f32; HOP],
}

impl<const HOP: usize, const BINS: usize> Transform<HOP, BINS> {
    /// The square of a weight of `window` and that of the weight one hop later must add up to 1.
    ///
    /// # Panics
    /// If `window` does not have the length of two hops.
    pub(crate) fn new(window: Vec<f32>) -> Self {
        const { assert!(BINS == HOP + 1, "half the window, and the bin at 0 Hz") };
        let samples = window.len();
        assert_eq!(samples, 2 * HOP);
        Self {
            window,
            fft: RealFft::new(samples),
            samples: vec![0.0; samples],
            last_input: [0.0; HOP],
            tail: [0.0; HOP],
        }
    }

    pub(crate) fn reset(&mut self) {
        self.last_input = [0.0; HOP];
        self.tail = [0.0; HOP];
    }

    /// The spectrum of `hop` and the one before it, divided by the length of the window.
    pub(crate) fn analyse(&mut self, hop: &[f32; HOP], spectrum: &mut Spectrum<BINS>) {
        let (first, second) = self.samples.split_at_mut(HOP);
        first.copy_from_slice(&self.last_input);
        second.copy_from_slice(hop);
        self.last_input = *hop;
        for (sample, weight) in self.samples.iter_mut().zip(&self.window) {
            *sample *= weight / (2 * HOP) as f32;
        }
        for (bin, value) in self.fft.forward(&mut self.samples).iter().enumerate() {
            spectrum.re[bin] = value.re;
            spectrum.im[bin] = value.im;
        }
    }

    /// Undoes [`Self::analyse`]: writes the hop before the last one that went into `spectrum`.
    pub(crate) fn synthesise(&mut self, spectrum: &Spectrum<BINS>, hop: &mut [f32; HOP]) {
        for (bin, value) in self.fft.bins_mut().iter_mut().enumerate() {
            *value = Complex32::new(spectrum.re[bin], spectrum.im[bin]);
        }
        self.fft.inverse(&mut self.samples);
        for (sample, weight) in self.samples.iter_mut().zip(&self.window) {
            *sample *= weight;
        }
        let (first, second) = self.samples.split_at(HOP);
        for ((out, new), old) in hop.iter_mut().zip(first).zip(&self.tail) {
            *out = new + old;
        }
        self.tail.copy_from_slice(second);
    }
}

/// The window of the Vorbis I specification, section 1.3.2.
pub(crate) fn vorbis_window(samples: usize) -> Vec<f32> {
    let weight = |i| {
        let sine = ((i as f32 + 0.5) / samples as f32 * PI).sin();
        (FRAC_PI_2 * sine * sine).sin()
    };
    (0..samples).map(weight).collect()
}

/// The square root of Hann's window.
pub(crate) fn sine_window(samples: usize) -> Vec<f32> {
    (0..samples).map(|i| (i as f32 / samples as f32 * PI).sin()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<const HOP: usize, const BINS: usize>(window: Vec<f32>) {
        let mut transform = Transform::<HOP, BINS>::new(window);
        let mut spectrum = Spectrum::ZERO;
        let sound: Vec<f32> = (0..10 * HOP).map(|i| (i as f32 * 0.37).sin()).collect();
        let mut last = [0.0; HOP];
        for hop in sound.as_chunks().0 {
            transform.analyse(hop, &mut spectrum);
            let mut out = [0.0; HOP];
            transform.synthesise(&spectrum, &mut out);
            let error = out.iter().zip(&last).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-5, "{error}");
            last = *hop;
        }
    }

    #[test]
    fn what_goes_in_comes_out_one_hop_later() {
        there_and_back::<480, 481>(vorbis_window(960));
        there_and_back::<768, 769>(sine_window(1536));
    }
}
