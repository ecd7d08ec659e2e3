//! Spectra of known signals, and signals of known spectra.

use std::f32::consts::TAU;

use consonance_dsp::{Complex32, RealFft};

fn tone(samples: usize, bin: usize) -> Vec<f32> {
    (0..samples).map(|i| (TAU * (bin * i) as f32 / samples as f32).cos()).collect()
}

#[test]
fn a_tone_is_in_its_own_bin() {
    for samples in [2, 96, 960, 1_536] {
        let mut fft = RealFft::new(samples);
        let bin = samples / 4;
        let spectrum = fft.forward(&mut tone(samples, bin));
        assert_eq!(spectrum.len(), samples / 2 + 1);
        for (place, value) in spectrum.iter().enumerate() {
            let expected = if place != bin {
                0.0
            } else if bin == 0 {
                samples as f32
            } else {
                samples as f32 / 2.0
            };
            assert!((value.norm() - expected).abs() < 0.01, "bin {place} of {samples}: {value}");
        }
    }
}

#[test]
fn there_and_back_multiplies_by_the_number_of_samples() {
    let mut fft = RealFft::new(960);
    let sound: Vec<f32> = (0..960).map(|i| (i as f32 * 0.37).sin()).collect();
    fft.forward(&mut sound.clone());
    let mut back = vec![0.0; 960];
    fft.inverse(&mut back);
    for (back, sample) in back.iter().zip(&sound) {
        assert!((back / 960.0 - sample).abs() < 1e-5, "{back} for {sample}");
    }
}

#[test]
fn a_spectrum_that_no_real_signal_has_is_taken_without_its_imaginary_ends() {
    let mut fft = RealFft::new(8);
    fft.bins_mut()[0] = Complex32::new(1.0, 5.0);
    let mut samples = [0.0; 8];
    fft.inverse(&mut samples);
    assert!(samples.iter().all(|sample| (sample - 1.0).abs() < 1e-6), "{samples:?}");
}
