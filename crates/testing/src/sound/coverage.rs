//! The parts of some speech that are missing in a recording; both are mono samples at 48 kHz.

use crate::sound::FRAME_SAMPLES;
use crate::sound::likeness::{COARSE, STRETCH, Whole, energy, place_of};

/// The frames of some speech, of 20 ms each, that are present or missing in a recording.
///
/// [`likeness()`](crate::sound::likeness()) identifies the voice, and tolerates a few losses; this counts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The number of frames with speech that is less than 20 dB below the loudest.
    pub speech: usize,
    /// The numbers of the missing frames, from the beginning of the speech.
    pub missing: Vec<usize>,
    /// The most missing frames in a row; frames without speech in between count.
    pub longest_gap: usize,
}

impl Coverage {
    /// Looks for each frame of the speech at the place that its neighbours suggest: a frame is present if the
    /// recording there has its waveform, as far as codecs preserve it (from some 300 Hz to 1.5 kHz), and about its
    /// loudness.
    ///
    /// The recording may be late, stretched and shortened as by a jitter buffer, and of any overall loudness.
    pub fn of(said: &[f32], heard: &[f32]) -> Self {
        let start = place_of(said, heard);
        let (said, heard) = (filtered(said), Whole::new(filtered(heard)));
        let frames: Vec<_> = said.chunks_exact(FRAME_SAMPLES).collect();
        let energies: Vec<_> = frames.iter().map(|frame| energy(frame)).collect();
        let audible = energies.iter().fold(0.0, |loudest: f64, energy| loudest.max(*energy)) / SPEECH_RANGE;
        let is_speech = |number: &usize| energies[*number] > audible;
        let places = path(&frames, &heard, start, |number| is_speech(&number));
        let speech: Vec<_> = (0..frames.len()).filter(is_speech).collect();
        let found: Vec<_> =
            speech.iter().map(|number| find(frames[*number], &heard, places[*number])).collect();
        let quiet =
            median(found.iter().filter(|one| one.likeness > LIKE).map(|one| one.loudness)) / LOUDNESS_RANGE;
        let is_missing = |one: &Found| one.likeness <= LIKE || one.loudness < quiet;
        let lost: Vec<_> =
            speech.iter().zip(&found).map(|(number, one)| (*number, is_missing(one))).collect();
        let gaps = lost.split(|(_, is_missing)| !is_missing);
        let lengths = gaps.filter_map(|gap| Some(gap.last()?.0 - gap.first()?.0 + 1));
        Self {
            speech: speech.len(),
            longest_gap: lengths.max().unwrap_or(0),
            missing: lost.iter().filter(|(_, is_missing)| *is_missing).map(|(number, _)| *number).collect(),
        }
    }

    /// How much of the speech is missing: 0 = nothing, 1 = all of it.
    pub fn missing_share(&self) -> f64 {
        if self.speech == 0 { 0.0 } else { self.missing.len() as f64 / self.speech as f64 }
    }
}

/// The best match for a frame.
struct Found {
    /// The normalised correlation: 1 = the same but for loudness.
    likeness: f64,
    /// The ratio of the energy at its place to its own.
    loudness: f64,
}

/// Finds a frame near a place, at the sample where it fits best.
fn find(frame: &[f32], heard: &Whole, place: i64) -> Found {
    let own = energy(frame);
    let near = place - COARSE as i64..=place + COARSE as i64;
    let place =
        near.max_by(|a, b| heard.product(frame, *a).total_cmp(&heard.product(frame, *b))).unwrap_or(place);
    Found {
        likeness: heard.product(frame, place) / own.sqrt(),
        loudness: heard.energy(place, frame.len()) / own,
    }
}

/// The place of each frame, to a quarter of a millisecond: the path through the recording on which frames match best
/// and that seldom changes its direction. Uses the Viterbi algorithm over the shift of each frame from its undisturbed
/// place.
fn path(frames: &[&[f32]], heard: &Whole, start: i64, is_speech: impl Fn(usize) -> bool) -> Vec<i64> {
    let (step, reach) = (COARSE as i64, STRETCH / COARSE as i64);
    let shifts = (2 * reach + 1) as usize;
    let coarse_heard = heard.decimated(COARSE);
    let place = |number: usize, shift: usize| {
        start / step + (number * FRAME_SAMPLES) as i64 / step + shift as i64 - reach
    };
    let mut scores = vec![0.0; shifts];
    let mut from = Vec::with_capacity(frames.len());
    for (number, frame) in frames.iter().enumerate() {
        let came_from = ways(&mut scores);
        if is_speech(number) {
            let coarse: Vec<_> = frame.iter().step_by(COARSE).copied().collect();
            let norm = energy(&coarse).sqrt();
            for (shift, score) in scores.iter_mut().enumerate() {
                *score += coarse_heard.product(&coarse, place(number, shift)) / norm;
            }
        }
        from.push(came_from);
    }
    let mut shift = index_of_best(&scores);
    let mut places = Vec::with_capacity(frames.len());
    for (number, came_from) in from.iter().enumerate().rev() {
        places.push(place(number, shift) * step);
        shift = came_from[shift];
    }
    places.reverse();
    places
}

/// The best path to each shift from those of the previous frame: straight on, slightly aside, or, at a cost, from
/// further away. Frames are never reordered.
fn ways(scores: &mut Vec<f64>) -> Vec<usize> {
    let better = |one: usize, other: usize| if scores[other] > scores[one] { other } else { one };
    let best_up_to: Vec<_> = (0..scores.len())
        .scan(0, |best, shift| {
            *best = better(*best, shift);
            Some(*best)
        })
        .collect();
    let last = scores.len() - 1;
    let way = |shift: usize| {
        let further = best_up_to[last.min(shift + FRAME_SAMPLES / COARSE)];
        let aside = better(shift.saturating_sub(1), last.min(shift + 1));
        let all = [(scores[further] - JUMP, further), (scores[aside] - ASIDE, aside), (scores[shift], shift)];
        all.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, shift))
    };
    let (best, from) = (0..scores.len()).map(way).unzip();
    *scores = best;
    from
}

fn index_of_best(scores: &[f64]) -> usize {
    (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
}

/// The band from some 300 Hz to 1.5 kHz: codecs' filters shift the sound below, and codecs synthesise the noise above.
fn filtered(sound: &[f32]) -> Vec<f32> {
    let before = |sample: usize| sound[sample.saturating_sub(2 * COARSE)..sample].iter().sum::<f32>();
    let at = |sample: usize| before(sample) - before(sample.saturating_sub(COARSE));
    (0..sound.len()).map(at).collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A frame with less than a hundredth of the loudest frame's energy (−20 dB) has no waveform that a codec would
/// preserve, and does not count.
const SPEECH_RANGE: f64 = 100.0;
/// The likeness of a frame of which half is present.
const LIKE: f64 = 0.7;
/// A frame with a sixteenth of the expected energy (−12 dB) is missing.
const LOUDNESS_RANGE: f64 = 16.0;
/// The cost of a jump: the path must match about one more frame to be worth it.
const JUMP: f64 = 1.5;
/// The cost of a small step: clocks differ, but not by a quarter of a millisecond in each frame.
const ASIDE: f64 = 0.5;
