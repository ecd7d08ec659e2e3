//! A sound that can be located to the sample: short, loud, and with a single correlation peak.

use std::f32::consts::{PI, TAU};
use std::ops::Range;

use super::likeness::{Whole, energy};

/// 40 ms at 48 kHz.
pub const CHIRP_SAMPLES: usize = 1_920;

/// The direction in which a chirp's frequency changes. The two directions do not correlate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// From 300 Hz to 3 kHz.
    Rising,
    /// From 3 kHz to 300 Hz.
    Falling,
}

/// A sweep of 40 ms over the frequencies of speech, so that no noise suppression removes it; faded in and out.
pub fn chirp(sweep: Sweep) -> [f32; CHIRP_SAMPLES] {
    let seconds = CHIRP_SAMPLES as f32 / RATE_HZ;
    let (from_hz, to_hz) = match sweep {
        Sweep::Rising => (LOWEST_HZ, HIGHEST_HZ),
        Sweep::Falling => (HIGHEST_HZ, LOWEST_HZ),
    };
    std::array::from_fn(|number| {
        let at = number as f32 / RATE_HZ;
        let turns = from_hz * at + (to_hz - from_hz) * at * at / (2.0 * seconds);
        let fade = (PI * at / seconds).sin();
        0.4 * fade * (TAU * turns).sin()
    })
}

/// The position among these at which the sound is most like a chirp of this direction, by normalised correlation, to
/// the sample; `None` if it is not like one at any of them, or ends before the chirp does.
pub fn find_chirp(sweep: Sweep, sound: &[f32], places: Range<usize>) -> Option<usize> {
    let end = places.end.saturating_add(CHIRP_SAMPLES - 1).min(sound.len());
    let part = sound.get(places.start..end)?;
    let last = part.len().checked_sub(CHIRP_SAMPLES)?;
    let finder = ChirpFinder::new(sweep, part);
    let near = finder.most_alike((0..=last).step_by(STEP))?.0;
    let (place, likeness) = finder.most_alike(near.saturating_sub(STEP)..=(near + STEP).min(last))?;
    (likeness > LIKE_ENOUGH).then_some(places.start + place)
}

/// A chirp, and a sound to search for it.
struct ChirpFinder {
    chirp: [f32; CHIRP_SAMPLES],
    chirp_energy: f64,
    whole: Whole,
}

impl ChirpFinder {
    fn new(sweep: Sweep, sound: &[f32]) -> Self {
        let chirp = chirp(sweep);
        Self { chirp, chirp_energy: energy(&chirp), whole: Whole::new(sound.to_vec()) }
    }

    /// The position among these at which the sound is most like the chirp, and its likeness: at most 1.
    fn most_alike(&self, places: impl Iterator<Item = usize>) -> Option<(usize, f64)> {
        let likeness = |place: usize| {
            let product = self.whole.product(&self.chirp, place as i64);
            (place, product / self.chirp_energy.sqrt())
        };
        places.map(likeness).max_by(|one, other| one.1.total_cmp(&other.1))
    }
}

const RATE_HZ: f32 = 48_000.0;
const LOWEST_HZ: f32 = 300.0;
const HIGHEST_HZ: f32 = 3_000.0;
/// The step of the coarse search, in samples: a chirp that is shifted by half of it still correlates well.
const STEP: usize = 4;
/// The minimum likeness of a chirp that has passed a codec; other sound between chirps does not come near it.
const LIKE_ENOUGH: f64 = 0.6;

#[cfg(test)]
mod tests {
    use super::*;

    fn silence_with(sweep: Sweep, place: usize, loudness: f32) -> Vec<f32> {
        let mut sound = vec![0.0; 48_000];
        for (sample, chirp) in sound[place..].iter_mut().zip(chirp(sweep)) {
            *sample = loudness * chirp;
        }
        sound
    }

    #[test]
    fn a_chirp_is_found_to_the_sample_however_loud_it_is() {
        for (sweep, loudness) in [(Sweep::Rising, 0.1), (Sweep::Falling, 1.0)] {
            let sound = silence_with(sweep, 21_777, loudness);
            assert_eq!(find_chirp(sweep, &sound, 0..48_000), Some(21_777));
            assert_eq!(find_chirp(sweep, &sound, 21_777..21_778), Some(21_777));
        }
    }

    #[test]
    fn a_chirp_is_not_found_where_it_is_not() {
        let sound = silence_with(Sweep::Rising, 21_777, 1.0);
        for places in [0..15_000, 24_000..48_000, 60_000..70_000, 47_000..47_000] {
            assert_eq!(find_chirp(Sweep::Rising, &sound, places), None);
        }
    }

    #[test]
    fn a_chirp_of_the_other_direction_is_not_taken_for_it() {
        let sound = silence_with(Sweep::Rising, 21_777, 1.0);
        assert_eq!(find_chirp(Sweep::Falling, &sound, 0..48_000), None);
    }

    #[test]
    fn a_chirp_that_is_cut_off_by_the_end_is_not_found() {
        let sound = silence_with(Sweep::Rising, 47_000, 1.0);
        assert_eq!(find_chirp(Sweep::Rising, &sound, 40_000..48_000), None);
    }
}
