//! Measurements of sound.

use std::f32::consts::TAU;

use consonance_dsp::RealFft;

/// Samples of one spectrum, whose bins are 5.9 Hz apart.
const SPECTRUM_SAMPLES: usize = 8_192;

pub(crate) fn dbfs(sound: &[f32]) -> f32 {
    let power = sound.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sound.len() as f64;
    (10.0 * power.max(1e-20).log10()) as f32
}

/// The power between two frequencies, in dB, by the mean of spectra that overlap by half (Welch's method).
pub(crate) fn band_db(sound: &[f32], from_hz: f32, to_hz: f32) -> f32 {
    let spectrum = spectrum(sound);
    let (from, to) = (bin(from_hz), bin(to_hz));
    10.0 * spectrum[from..=to].iter().sum::<f32>().max(1e-20).log10()
}

/// The centre of the power between two frequencies, in Hz.
pub(crate) fn centre_hz(sound: &[f32], from_hz: f32, to_hz: f32) -> f32 {
    let spectrum = spectrum(sound);
    let bins = bin(from_hz)..=bin(to_hz);
    let power: f32 = spectrum[bins.clone()].iter().sum();
    bins.map(|bin| spectrum[bin] * hz_of(bin)).sum::<f32>() / power
}

fn bin(hz: f32) -> usize {
    (hz * SPECTRUM_SAMPLES as f32 / 48_000.0).round() as usize
}

fn hz_of(bin: usize) -> f32 {
    bin as f32 * 48_000.0 / SPECTRUM_SAMPLES as f32
}

fn spectrum(sound: &[f32]) -> Vec<f32> {
    let mut fft = RealFft::new(SPECTRUM_SAMPLES);
    let mut mean = vec![0.0; SPECTRUM_SAMPLES / 2 + 1];
    let windows = sound.windows(SPECTRUM_SAMPLES).step_by(SPECTRUM_SAMPLES / 2);
    let count = windows.len() as f32;
    for window in windows {
        let hann = |i: usize| 0.5 - 0.5 * (TAU * i as f32 / SPECTRUM_SAMPLES as f32).cos();
        let mut input: Vec<f32> = window.iter().enumerate().map(|(i, x)| x * hann(i)).collect();
        for (mean, bin) in mean.iter_mut().zip(fft.forward(&mut input)) {
            *mean += bin.norm_sqr() / count / SPECTRUM_SAMPLES as f32;
        }
    }
    mean
}

/// The largest second difference: a click bends a sound sharply, whatever its frequency.
pub(crate) fn largest_bend(sound: &[f32]) -> f32 {
    sound.windows(3).map(|x| (x[2] - 2.0 * x[1] + x[0]).abs()).fold(0.0, f32::max)
}

/// The mean of all samples.
pub(crate) fn direct_current(sound: &[f32]) -> f32 {
    sound.iter().sum::<f32>() / sound.len() as f32
}

/// The pitch of a piece of voice in Hz, 60 to 500, by the peak of its normalised cross-correlation; `None` if there is
/// none.
pub(crate) fn pitch_hz(sound: &[f32]) -> Option<f32> {
    let (shortest, longest) = (96, 800);
    let window = sound.len().checked_sub(longest + 1)?;
    let alike = |lag: usize| {
        let (one, other) = (&sound[longest + 1..], &sound[longest + 1 - lag..][..window]);
        let power = |sound: &[f32]| sound.iter().map(|x| x * x).sum::<f32>();
        let product: f32 = one.iter().zip(other).map(|(a, b)| a * b).sum();
        product / (power(one) * power(other) + 1e-12).sqrt()
    };
    let alikes: Vec<f32> = (shortest - 1..=longest).map(alike).collect();
    let best = alikes.iter().fold(0.0_f32, |best, alike| best.max(*alike));
    let is_peak = |i: &usize| alikes[*i] >= alikes[i - 1] && alikes[*i] >= alikes[i + 1];
    let peak = (1..alikes.len() - 1).filter(is_peak).find(|i| alikes[*i] > 0.9 * best)?;
    let (before, top, after) = (alikes[peak - 1], alikes[peak], alikes[peak + 1]);
    let vertex = 0.5 * (before - after) / (before - 2.0 * top + after).min(-1e-9);
    (best > 0.8).then(|| 48_000.0 / ((shortest - 1 + peak) as f32 + vertex))
}

/// RT60 of an impulse response within an octave around a frequency, in seconds: the slope between −5 and −35 dB of the
/// energy that is still to come (ISO 3382-1, T30, by Schroeder's backward integration).
pub(crate) fn decay_s(response: &[f32], centre_hz: f32) -> f32 {
    let octave = only_octave(response, centre_hz);
    let mut left: Vec<f64> = octave.iter().map(|x| f64::from(*x).powi(2)).collect();
    for i in (0..left.len() - 1).rev() {
        left[i] += left[i + 1];
    }
    let db: Vec<f64> = left.iter().map(|energy| 10.0 * (energy / left[0]).max(1e-30).log10()).collect();
    let at = |level: f64| db.iter().position(|db| *db < level).unwrap();
    let line = &db[at(-5.0)..at(-35.0)];
    -60.0 / (slope(line) as f32 * 48_000.0)
}

/// dB per sample of the straight line that fits best.
fn slope(line: &[f64]) -> f64 {
    let middle = (line.len() as f64 - 1.0) / 2.0;
    let mean = line.iter().sum::<f64>() / line.len() as f64;
    let (mut products, mut squares) = (0.0, 0.0);
    for (i, db) in line.iter().enumerate() {
        products += (i as f64 - middle) * (db - mean);
        squares += (i as f64 - middle).powi(2);
    }
    products / squares
}

/// An octave band with soft edges, whose filter rings for only a few milliseconds before and after.
fn only_octave(sound: &[f32], centre_hz: f32) -> Vec<f32> {
    const BEFORE: usize = 4_800;
    let mut octave = vec![0.0; BEFORE];
    octave.extend(sound);
    octave.resize(octave.len().next_multiple_of(2), 0.0);
    let samples = octave.len();
    let mut fft = RealFft::new(samples);
    fft.forward(&mut octave);
    for (i, bin) in fft.bins_mut().iter_mut().enumerate() {
        let octaves = (i as f32 * 48_000.0 / samples as f32 / centre_hz).max(1e-6).log2();
        *bin *= (-(octaves / 0.35).powi(2)).exp() / samples as f32;
    }
    fft.inverse(&mut octave);
    octave
}

pub(crate) fn assert_within(value: f32, expected: f32, tolerance: f32, what: &str) {
    assert!((value - expected).abs() <= tolerance, "{what}: {value}, expected {expected} ± {tolerance}");
}
