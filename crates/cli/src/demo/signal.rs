//! Comparing what was heard with what was spoken: mono samples at 48 kHz.

use super::report::ENVELOPE_STEP;

const RATE: f64 = 48_000.0;
/// The coarse search works on every sixth sample of a smoothed signal: 8 kHz, enough for the bulk of speech.
const COARSE: usize = 6;

/// The offset of the signal `spoken` in `heard`: the best match from `from` to `to` samples.
pub(crate) fn locate(spoken: &[f32], heard: &[f32], from: i64, to: i64) -> i64 {
    let (coarse_spoken, coarse_heard) = (decimate(spoken), decimate(heard));
    let step = COARSE as i64;
    let coarse =
        best_offset(&coarse_spoken, &coarse_heard, from.div_euclid(step)..=to.div_euclid(step)) * step;
    best_offset(spoken, heard, coarse - step..=coarse + step)
}

/// Normalised correlation of two signals of equal length: 1 = the same but for loudness, 0 = unrelated or silent.
pub(crate) fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let power = (energy(a) * energy(b)).sqrt();
    if power > 0.0 { product(a, b) / power } else { 0.0 }
}

/// Adds `sound` to `sum` from sample `at` on; what lies outside of `sum` is left out.
pub(crate) fn add(sum: &mut [f32], sound: &[f32], at: i64) {
    for (sample, position) in sound.iter().zip(at..) {
        if let Some(slot) = usize::try_from(position).ok().and_then(|position| sum.get_mut(position)) {
            *slot += sample;
        }
    }
}

/// The part of `sound` from second `from` to second `to`, with silence where it has none.
pub(crate) fn cut(sound: &[f32], from: f64, to: f64) -> Vec<f32> {
    let (from, to) = (samples(from), samples(to));
    (from..to)
        .map(|at| usize::try_from(at).ok().and_then(|at| sound.get(at)).copied().unwrap_or(0.0))
        .collect()
}

/// The loudest sample, 0 … 1, of each 20 ms.
pub(crate) fn envelope(sound: &[f32]) -> Vec<f32> {
    let step = samples(ENVELOPE_STEP) as usize;
    sound
        .chunks(step)
        .map(|chunk| chunk.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs())))
        .collect()
}

/// Mean level in dB relative to full scale; silence is −120.
pub(crate) fn level_db(sound: &[f32]) -> f64 {
    let mean = energy(sound) / sound.len().max(1) as f64;
    10.0 * mean.max(1e-12).log10()
}

/// Seconds to samples.
pub(crate) fn samples(seconds: f64) -> i64 {
    (seconds * RATE).round() as i64
}

fn best_offset(spoken: &[f32], heard: &[f32], offsets: std::ops::RangeInclusive<i64>) -> i64 {
    let start = *offsets.start();
    let scored = offsets.map(|offset| (product_at(spoken, heard, offset), offset));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(start, |(_, offset)| offset)
}

/// The product of `spoken` with `heard` from `offset` on.
fn product_at(spoken: &[f32], heard: &[f32], offset: i64) -> f64 {
    let skip = usize::try_from(-offset).unwrap_or(0).min(spoken.len());
    let start = usize::try_from(offset).unwrap_or(0).min(heard.len());
    product(&spoken[skip..], &heard[start..])
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

fn energy(sound: &[f32]) -> f64 {
    product(sound, sound)
}

fn decimate(sound: &[f32]) -> Vec<f32> {
    sound.chunks(COARSE).map(|chunk| chunk.iter().sum::<f32>() / COARSE as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signal with a clear best match: a chirp.
    fn chirp() -> Vec<f32> {
        (0..48_000).map(|i| (i as f32 * i as f32 * 1e-6).sin() * 0.5).collect()
    }

    #[test]
    fn a_delayed_signal_is_found_to_the_sample() {
        let spoken = chirp();
        let mut heard = vec![0.0; 3217];
        heard.extend(&spoken);
        assert_eq!(locate(&spoken, &heard, 0, 9600), 3217);
        assert_eq!(locate(&heard, &spoken, -9600, 0), -3217);
    }

    #[test]
    fn correlation_does_not_care_for_loudness() {
        let loud = chirp();
        let quiet: Vec<f32> = loud.iter().map(|sample| sample * 0.1).collect();
        let inverted: Vec<f32> = loud.iter().map(|sample| -sample).collect();
        assert!((correlation(&loud, &quiet) - 1.0).abs() < 1e-6);
        assert!((correlation(&loud, &inverted) + 1.0).abs() < 1e-6);
        assert!(correlation(&loud, &vec![0.0; loud.len()]).abs() < 1e-9);
    }

    #[test]
    fn a_cut_is_as_long_as_asked_for() {
        let sound = chirp();
        assert_eq!(cut(&sound, -0.5, 0.5)[23_999..24_002], [0.0, sound[0], sound[1]]);
        assert_eq!(cut(&sound, 0.9, 2.0).len(), 52_800);
    }

    #[test]
    fn silence_has_the_lowest_level() {
        assert!((level_db(&[0.0; 100]) + 120.0).abs() < 1e-9);
        assert!(level_db(&[1.0; 100]).abs() < 1e-9);
    }
}
