//! How much of one sound is in another: mono samples at 48 kHz.

use std::ops::RangeInclusive;

/// The minimum [`likeness`] of a voice to its original: 0.95 is usual, and a busy machine may lose up to a quarter.
pub const ALIKE: f64 = 0.7;
/// The maximum [`likeness`] of a voice to any other: less than half of [`ALIKE`]; short pieces may exceed it slightly
/// by chance, once in a thousand times.
pub const UNLIKE: f64 = ALIKE / 2.0;

/// The place of the whole is searched in smoothed signals at 1 kHz, …
const COARSEST: usize = 48;
/// … that of each window at 4 kHz, and at last to the sample.
pub(crate) const COARSE: usize = 12;
/// The length of a window, in samples. Each twentieth of a second is compared by itself: a jitter buffer that catches
/// up after a stall stretches and compresses several times per second, and a piece that spans such a joint fits
/// nowhere as a whole.
pub const WINDOW: usize = 2_400;
/// The maximum shift of a window from its undisturbed place, in samples: 600 ms, the longest delay of a jitter buffer.
pub(crate) const STRETCH: i64 = 28_800;
/// The maximum difference between the shifts of neighbours: 20 ms. Such a short piece of any voice resembles another
/// voice somewhere, but two of them hardly ever in the same place.
const JOINT: u64 = 960;

/// The similarity of `part` to `whole`: the mean over its windows of the normalised correlation at the best place,
/// weighted with their energy: 1 = the same but for loudness, 0 = absent. A window that lies apart from both its
/// neighbours counts as absent.
pub fn likeness(part: &[f32], whole: &[f32]) -> f64 {
    let found = places(part, whole);
    let is_near = |a: usize, b: usize| found[a].shift.abs_diff(found[b].shift) <= JOINT;
    let is_there = |number: usize| {
        number > 0 && is_near(number, number - 1) || number + 1 < found.len() && is_near(number, number + 1)
    };
    let (mut weights, mut likeness) = (0.0, 0.0);
    for (number, place) in found.iter().enumerate() {
        weights += place.energy;
        if is_there(number) {
            likeness += place.energy * place.likeness;
        }
    }
    if weights > 0.0 { likeness / weights } else { 0.0 }
}

/// The place at which a window is most like the whole.
struct Place {
    /// The energy of the window.
    energy: f64,
    likeness: f64,
    /// The shift from its place without stretching.
    shift: i64,
}

fn places(part: &[f32], whole: &[f32]) -> Vec<Place> {
    let place = place_of(part, whole);
    let step = COARSE as i64;
    let (whole, coarse_whole) = (Whole::new(whole.to_vec()), Whole::new(decimate(whole, COARSE)));
    let windows = part.chunks_exact(WINDOW).zip((place..).step_by(WINDOW));
    let found = windows.map(|(window, around)| {
        let coarse_window = decimate(window, COARSE);
        let near = (around - STRETCH) / step..=(around + STRETCH) / step;
        let (_, coarse) = best(near, |at| coarse_whole.product(&coarse_window, at));
        let exact = (coarse - 1) * step..=(coarse + 1) * step;
        let (product, at) = best(exact, |at| whole.product(window, at));
        let energy = energy(window);
        let likeness = if energy > 0.0 { product / energy.sqrt() } else { 0.0 };
        Place { energy, likeness, shift: at - around }
    });
    found.collect()
}

/// The place of `part` in `whole`, in samples, to within a millisecond; all of `part` lies within `whole` if it fits.
pub fn place_of(part: &[f32], whole: &[f32]) -> i64 {
    let (part, whole) = (decimate(part, COARSEST), decimate(whole, COARSEST));
    let last = whole.len().saturating_sub(part.len()) as i64;
    best(0..=last, |at| product(&part, &whole[at as usize..])).1 * COARSEST as i64
}

/// A sound that is searched.
pub(crate) struct Whole {
    samples: Vec<f32>,
    /// The energy of all samples before each one, and of all samples.
    energies: Vec<f64>,
}

impl Whole {
    pub(crate) fn new(samples: Vec<f32>) -> Self {
        let mut sum = 0.0;
        let mut energies = vec![sum];
        energies.extend(samples.iter().map(|sample| {
            sum += f64::from(sample * sample);
            sum
        }));
        Self { samples, energies }
    }

    /// The product with a window that begins at sample `at`, normalised by the energy of the sound there.
    pub(crate) fn product(&self, window: &[f32], at: i64) -> f64 {
        let (start, end) = (self.inside(at), self.inside(at + window.len() as i64));
        let energy = self.energies[end] - self.energies[start];
        let window = &window[self.inside(-at).min(window.len())..];
        if energy > 1e-9 { product(window, &self.samples[start..end]) / energy.sqrt() } else { 0.0 }
    }

    /// The energy of this many samples that begin at sample `at`.
    pub(crate) fn energy(&self, at: i64, samples: usize) -> f64 {
        self.energies[self.inside(at + samples as i64)] - self.energies[self.inside(at)]
    }

    /// Each `step`th sample of it.
    pub(crate) fn decimated(&self, step: usize) -> Self {
        Self::new(self.samples.iter().step_by(step).copied().collect())
    }

    /// The nearest valid sample position, or the end.
    fn inside(&self, at: i64) -> usize {
        at.clamp(0, self.samples.len() as i64) as usize
    }
}

fn decimate(sound: &[f32], step: usize) -> Vec<f32> {
    sound.chunks(step).map(|chunk| chunk.iter().sum::<f32>() / step as f32).collect()
}

/// The highest score of all places, and its place.
fn best(places: RangeInclusive<i64>, score: impl Fn(i64) -> f64) -> (f64, i64) {
    let start = *places.start();
    places.map(|at| (score(at), at)).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, start))
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

pub(crate) fn energy(sound: &[f32]) -> f64 {
    product(sound, sound)
}
