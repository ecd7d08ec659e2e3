//! How much of one sound is in another: mono samples at 48 kHz.

use std::ops::RangeInclusive;

/// The [`likeness`] of a voice that was heard to the one that was spoken is more: 0.95 if all goes well, and up to a
/// quarter may be lost on a machine that has no time.
pub const ALIKE: f64 = 0.7;
/// The [`likeness`] of a voice to any other is less, not half as much; in short pieces, by chance, slightly more once
/// in a thousand times.
pub const UNLIKE: f64 = ALIKE / 2.0;

/// The place of the whole is searched in smoothed signals at 1 kHz, …
const COARSEST: usize = 48;
/// … that of each window at 4 kHz, and at last to the sample.
pub(crate) const COARSE: usize = 12;
/// In samples. Each twentieth of a second is compared by itself: a jitter buffer that catches up after
/// a stall stretches and squeezes several times per second, and what lies on both sides of such a
/// joint fits nowhere as a whole.
pub const WINDOW: usize = 2_400;
/// How far a window may lie from where the whole lies, in samples: 600 ms, the longest delay of a jitter buffer.
pub(crate) const STRETCH: i64 = 28_800;
/// How far it may lie from where a neighbour lies, 20 ms. So short a piece of any voice is somewhere like another
/// voice, but two of them hardly ever in the same place.
const JOINT: u64 = 960;

/// Where in `whole` does `part` lie, and how like is it there? The mean over its windows of the normalised correlation
/// at the best place, weighted with their energy: 1 = the same but for loudness, 0 = not there at all. A window that
/// lies apart from both its neighbours is not there.
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

/// Where a window is most like the whole.
struct Place {
    /// Of the window.
    energy: f64,
    likeness: f64,
    /// How far from where it lies if nothing was stretched.
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

/// Where `part` lies in `whole`, in samples, to within a millisecond; all of it is there, if there is room for it.
pub fn place_of(part: &[f32], whole: &[f32]) -> i64 {
    let (part, whole) = (decimate(part, COARSEST), decimate(whole, COARSEST));
    let last = whole.len().saturating_sub(part.len()) as i64;
    best(0..=last, |at| product(&part, &whole[at as usize..])).1 * COARSEST as i64
}

/// A sound in which something is looked for.
pub(crate) struct Whole {
    samples: Vec<f32>,
    /// The energy of all samples before each, and of all.
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

    /// The product with a window that begins at sample `at`, as if what it lies upon had an energy of 1.
    pub(crate) fn product(&self, window: &[f32], at: i64) -> f64 {
        let (start, end) = (self.inside(at), self.inside(at + window.len() as i64));
        let energy = self.energies[end] - self.energies[start];
        let window = &window[self.inside(-at).min(window.len())..];
        if energy > 1e-9 { product(window, &self.samples[start..end]) / energy.sqrt() } else { 0.0 }
    }

    /// The energy of so many samples that begin at sample `at`.
    pub(crate) fn energy(&self, at: i64, samples: usize) -> f64 {
        self.energies[self.inside(at + samples as i64)] - self.energies[self.inside(at)]
    }

    /// Each `step`th sample of it.
    pub(crate) fn decimated(&self, step: usize) -> Self {
        Self::new(self.samples.iter().step_by(step).copied().collect())
    }

    /// The nearest place where there is a sample, or the end.
    fn inside(&self, at: i64) -> usize {
        at.clamp(0, self.samples.len() as i64) as usize
    }
}

fn decimate(sound: &[f32], step: usize) -> Vec<f32> {
    sound.chunks(step).map(|chunk| chunk.iter().sum::<f32>() / step as f32).collect()
}

/// The highest score of all places, and which place has it.
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
