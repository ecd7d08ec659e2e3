//! How much of one sound is in another: mono samples at 48 kHz.

use std::ops::RangeInclusive;

/// The place of the whole is searched in smoothed signals at 1 kHz, …
const COARSEST: usize = 48;
/// … that of each window at 4 kHz, and at last to the sample.
const COARSE: usize = 12;
/// Each quarter of a second is compared by itself, 12 000 samples: a jitter buffer may stretch the pauses.
const WINDOW: usize = 12_000;
/// How far a window may lie from where the whole lies, in samples: 100 ms.
const STRETCH: i64 = 4_800;

/// Where in `whole` does `part` lie, and how like is it there? The mean over its windows of the normalised
/// correlation at the best place, weighted with their energy: 1 = the same but for loudness, 0 = not there at all.
pub(crate) fn likeness(part: &[f32], whole: &[f32]) -> f64 {
    let place = place_of(part, whole);
    let step = COARSE as i64;
    let coarse_whole = decimate(whole, COARSE);
    let windows = part.chunks_exact(WINDOW).zip((0..).step_by(WINDOW)).map(|(window, start)| {
        let around = place + start;
        let range = (around - STRETCH) / step..=(around + STRETCH) / step;
        let coarse = best_place(&decimate(window, COARSE), &coarse_whole, range) * step;
        let at = best_place(window, whole, coarse - step..=coarse + step);
        (energy(window), correlation(window, whole, at))
    });
    let (weights, likeness) = windows.fold((0.0, 0.0), |(weights, sum), (weight, correlation)| {
        (weights + weight, sum + weight * correlation)
    });
    if weights > 0.0 { likeness / weights } else { 0.0 }
}

/// Where `part` lies in `whole`, in samples, to within a millisecond; at least half of it must be there.
fn place_of(part: &[f32], whole: &[f32]) -> i64 {
    let (part, whole) = (decimate(part, COARSEST), decimate(whole, COARSEST));
    let half = (part.len() / 2) as i64;
    best_place(&part, &whole, -half..=whole.len() as i64 - half) * COARSEST as i64
}

fn decimate(sound: &[f32], step: usize) -> Vec<f32> {
    sound.chunks(step).map(|chunk| chunk.iter().sum::<f32>() / step as f32).collect()
}

fn best_place(part: &[f32], whole: &[f32], places: RangeInclusive<i64>) -> i64 {
    let start = *places.start();
    let scored = places.map(|at| (product(overlap(part, whole, at)), at));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(start, |(_, at)| at)
}

fn correlation(part: &[f32], whole: &[f32], at: i64) -> f64 {
    let (_, there) = overlap(part, whole, at);
    let power = (energy(part) * energy(there)).sqrt();
    if power > 0.0 { product(overlap(part, whole, at)) / power } else { 0.0 }
}

/// What lies upon each other when `part` begins at sample `at` of `whole`.
fn overlap<'a>(part: &'a [f32], whole: &'a [f32], at: i64) -> (&'a [f32], &'a [f32]) {
    let skip = usize::try_from(-at).unwrap_or(0).min(part.len());
    let start = usize::try_from(at).unwrap_or(0).min(whole.len());
    let length = (part.len() - skip).min(whole.len() - start);
    (&part[skip..skip + length], &whole[start..start + length])
}

fn product((a, b): (&[f32], &[f32])) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

fn energy(sound: &[f32]) -> f64 {
    product((sound, sound))
}

#[test]
fn a_sound_is_like_itself_however_late_and_quiet_and_unlike_another() {
    let chirp = |sign: f32| (0..24_000).map(move |i| (i as f32 * i as f32 * 1e-6 * sign + sign).sin());
    let part: Vec<f32> = chirp(1.0).collect();
    let late: Vec<f32> = std::iter::repeat_n(0.0, 3217).chain(part.iter().map(|s| s * 0.1)).collect();
    assert!(likeness(&part, &late) > 0.999);
    let other: Vec<f32> = (0..48_000).map(|i| (i as f32 * 0.7).sin()).collect();
    assert!(likeness(&part, &other) < 0.3);
    assert!(likeness(&part, &vec![0.0; 48_000]).abs() < 1e-9);
}
