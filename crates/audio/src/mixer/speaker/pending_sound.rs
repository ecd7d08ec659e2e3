//! One speaker's sound between decoder and mix: decoded sound that is not heard yet, and a little of the sound
//! before.

use crate::block::BLOCK_SAMPLES;
use crate::jitter::Stretch;
use crate::time_stretch::{self, HISTORY_SAMPLES, LONGEST_LAG, Match, SHORTEST_LAG};

/// How long a joint is, 5 ms.
const JOINT_SAMPLES: usize = time_stretch::FADE_SAMPLES;

/// Speech is stretched where it resembles itself this much, …
const LIKENESS: f32 = 0.85;

/// … or at least this much if it is urgent.
const URGENT_LIKENESS: f32 = 0.5;

/// The longest frame and what may be put in.
const LONGEST_SILENCE: usize = 2_880 + LONGEST_LAG;

static SILENCE: [f32; LONGEST_SILENCE] = [0.0; LONGEST_SILENCE];

/// Room for the history, the longest frame, inserted silence, and an incomplete block.
const CAPACITY: usize = 2 * HISTORY_SAMPLES + LONGEST_SILENCE + BLOCK_SAMPLES;

/// A queue of samples that keeps a history of its output.
#[derive(Debug)]
pub(super) struct PendingSound {
    samples: Vec<f32>,
    /// The side of the same samples; empty as long as the speaker has one channel.
    side: Vec<f32>,
    /// Those before it were heard; there are always [`HISTORY_SAMPLES`] of them.
    heard: usize,
}

impl PendingSound {
    pub(super) fn new() -> Self {
        let mut samples = Vec::with_capacity(CAPACITY);
        samples.resize(HISTORY_SAMPLES, 0.0);
        Self { samples, side: Vec::new(), heard: HISTORY_SAMPLES }
    }

    /// How many samples are there that were not heard.
    pub(super) fn unheard(&self) -> usize {
        self.samples.len() - self.heard
    }

    /// Moves the next block out; `false` if there is no whole one.
    pub(super) fn take(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> bool {
        let Some(next) = self.samples.get(self.heard..self.heard + BLOCK_SAMPLES) else { return false };
        block.copy_from_slice(next);
        self.heard += BLOCK_SAMPLES;
        true
    }

    /// The side of the block that was taken last; `None` if the speaker has one channel.
    pub(super) fn side_of_last_block(&self) -> Option<&[f32; BLOCK_SAMPLES]> {
        self.side.get(self.heard - BLOCK_SAMPLES..self.heard)?.try_into().ok()
    }

    /// Appends sound, its middle and its side, which is empty with one channel. It is a joint if it does not continue
    /// what is there: then it fades over.
    pub(super) fn append(&mut self, (middle, side): (&[f32], &[f32]), joint: bool) {
        self.forget_heard();
        let lag = joint.then(|| self.period());
        if !side.is_empty() && self.side.is_empty() {
            self.side.reserve(CAPACITY);
            self.side.resize(self.samples.len(), 0.0);
        }
        extend(&mut self.samples, middle, lag);
        if !self.side.is_empty() {
            let silence = &SILENCE[..middle.len().min(LONGEST_SILENCE)];
            extend(&mut self.side, if side.is_empty() { silence } else { side }, lag);
        }
    }

    fn forget_heard(&mut self) {
        if self.heard > 2 * HISTORY_SAMPLES {
            let forgotten = self.heard - HISTORY_SAMPLES;
            self.samples.drain(..forgotten);
            self.side.drain(..forgotten.min(self.side.len()));
            self.heard = HISTORY_SAMPLES;
        }
    }

    /// Appends silence; if it is a joint there must be [`time_stretch::FADE_SAMPLES`] of it.
    pub(super) fn append_silence(&mut self, samples: usize, joint: bool) {
        self.append((&SILENCE[..samples.min(LONGEST_SILENCE)], &[]), joint);
    }

    /// Fills the block that has been begun with silence; a whole one if none has been.
    pub(super) fn fall_silent(&mut self) {
        let missing = BLOCK_SAMPLES - self.unheard() % BLOCK_SAMPLES;
        // A fade needs a minimum length, so it may extend into the next block.
        let missing = if missing < JOINT_SAMPLES { missing + BLOCK_SAMPLES } else { missing };
        self.append_silence(missing, true);
    }

    /// Makes what was appended from `unheard` samples ahead on longer or shorter, if it can be done without being
    /// heard or is urgent enough. `in_pause` says that it ends in near silence, where anything can be done.
    /// Returns by how many samples, negative if shorter; 0 if not at all.
    pub(super) fn stretch(&mut self, unheard: usize, wish: Stretch, in_pause: bool) -> i64 {
        let begins = self.heard + unheard;
        let (Stretch::Shorten { urgent, .. } | Stretch::Lengthen { urgent, .. }) = wish else { return 0 };
        let wanted = if urgent { URGENT_LIKENESS } else { LIKENESS };
        let good = |found: &Match| in_pause || found.likeness >= wanted;
        match wish {
            Stretch::Keep => 0,
            Stretch::Shorten { at_most, .. } => {
                let longest = at_most.min(LONGEST_LAG);
                let shortest = if in_pause { SHORTEST_LAG.max(longest * 2 / 3) } else { SHORTEST_LAG };
                let latest = self.samples.len().saturating_sub(JOINT_SAMPLES + longest);
                let at = if in_pause { latest } else { begins.min(latest) }.max(self.heard);
                let found = time_stretch::match_after(&self.samples, at, shortest..=longest);
                found.filter(good).map_or(0, |found| {
                    self.both().for_each(|sound| time_stretch::shorten(sound, at, found.lag));
                    -(found.lag as i64)
                })
            }
            Stretch::Lengthen { at_least, .. } => {
                let shortest = at_least.clamp(SHORTEST_LAG, LONGEST_LAG);
                let at = if in_pause { self.samples.len().saturating_sub(JOINT_SAMPLES) } else { begins };
                let at = at.max(self.heard);
                let found = time_stretch::match_before(&self.samples, at, shortest..=LONGEST_LAG);
                found.filter(good).map_or(0, |found| {
                    self.both().for_each(|sound| time_stretch::lengthen(sound, at, found.lag));
                    found.lag as i64
                })
            }
        }
    }

    /// Middle and side; the middle alone with one channel.
    fn both(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        [&mut self.samples, &mut self.side].into_iter().filter(|sound| !sound.is_empty())
    }

    /// After how many samples the sound at the end resembles itself.
    fn period(&self) -> usize {
        let at = self.samples.len() - JOINT_SAMPLES;
        time_stretch::match_before(&self.samples, at, SHORTEST_LAG..=LONGEST_LAG / 2)
            .map_or(SHORTEST_LAG, |found| found.lag)
    }
}

/// Appends to a channel; with a lag, what is there goes on with that period and fades over.
fn extend(channel: &mut Vec<f32>, sound: &[f32], lag: Option<usize>) {
    let continuation = lag.map(|lag| continuation(channel, lag));
    let end = channel.len();
    channel.extend_from_slice(sound);
    for (i, (sample, old)) in channel[end..].iter_mut().zip(continuation.into_iter().flatten()).enumerate() {
        let weight = (i as f32 + 0.5) / JOINT_SAMPLES as f32;
        *sample = old + weight * (*sample - old);
    }
}

/// How the sound would go on: its last period again and again.
fn continuation(channel: &[f32], lag: usize) -> [f32; JOINT_SAMPLES] {
    let mut continuation = [0.0; JOINT_SAMPLES];
    let end = channel.len();
    // If the last period does not end as it began, the step between the two is faded out as well.
    let step = channel[end - 1] - channel[end - 1 - lag];
    for (i, next) in continuation.iter_mut().enumerate() {
        let left = 1.0 - i as f32 / JOINT_SAMPLES as f32;
        let periods = 1 + i / lag;
        *next = channel[end - lag + i % lag] + step * left * periods as f32;
    }
    continuation
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: Stretch = Stretch::Shorten { at_most: 480, urgent: false };

    fn voice(samples: usize) -> Vec<f32> {
        (0..samples).map(|i| 0.5 * (i as f32 / 240.0 * std::f32::consts::TAU).sin()).collect()
    }

    fn heard(pending: &mut PendingSound) -> Vec<f32> {
        let mut block = [0.0; BLOCK_SAMPLES];
        let mut sound = Vec::new();
        while pending.take(&mut block) {
            sound.extend_from_slice(&block);
        }
        sound
    }

    fn largest_step(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn what_is_appended_is_heard_in_blocks() {
        let mut pending = PendingSound::new();
        let sound = voice(5_000);
        let mut all = Vec::new();
        for part in sound.chunks(700) {
            pending.append((part, &[]), false);
            all.extend(heard(&mut pending));
            assert!(pending.unheard() < BLOCK_SAMPLES);
        }
        assert_eq!(all[..], sound[..all.len()]);
    }

    #[test]
    fn joints_and_ends_fade() {
        for left in [0, 100, 300, 479] {
            let mut pending = PendingSound::new();
            pending.append((&voice(4_800 + left), &[]), false);
            pending.append((&[-0.5; 960], &[]), true);
            let missing = (BLOCK_SAMPLES - pending.unheard() % BLOCK_SAMPLES) % BLOCK_SAMPLES;
            pending.append((&vec![-0.5; missing], &[]), false);
            pending.fall_silent();
            let sound = heard(&mut pending);
            assert!(largest_step(&sound) < 0.02, "{left}: {}", largest_step(&sound));
            assert!(sound.last().unwrap().abs() < 0.01);
            assert_eq!(pending.unheard(), 0);
        }
    }

    #[test]
    fn a_wish_is_fulfilled_where_the_sound_allows() {
        let mut pending = PendingSound::new();
        pending.append((&voice(4_800), &[]), false);
        pending.append((&voice(960), &[]), false);
        assert_eq!(pending.stretch(4_800, LOUD, false) % 240, 0);
        let more = pending.stretch(4_800, Stretch::Lengthen { at_least: 300, urgent: false }, false);
        assert!((479..=960).contains(&more), "{more}");
        let noise: Vec<f32> =
            (0..960_u32).map(|i| ((i.wrapping_mul(2_654_435_761) >> 7) % 1_000) as f32 / 2_000.0).collect();
        pending.append((&noise, &[]), false);
        let unheard = pending.unheard() - 960;
        assert_eq!(pending.stretch(unheard, LOUD, false), 0);
        let in_pause = pending.stretch(unheard, LOUD, true);
        assert!((-480..=-320).contains(&in_pause), "{in_pause}");
        assert_eq!(pending.stretch(0, Stretch::Keep, true), 0);
    }

    #[test]
    fn it_never_grows_beyond_its_room() {
        let mut pending = PendingSound::new();
        let room = pending.samples.capacity();
        for round in 0..500 {
            let unheard = pending.unheard();
            pending.append((&voice(2_880), &[]), round % 3 == 0);
            pending.stretch(unheard, Stretch::Lengthen { at_least: 480, urgent: true }, true);
            heard(&mut pending);
        }
        assert_eq!(pending.samples.capacity(), room);
    }
}
