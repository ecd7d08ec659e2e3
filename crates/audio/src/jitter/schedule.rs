//! When each frame is due, and what to play when it is not there.

use super::{Decision, JitterBuffer};
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::jitter::missing::MissingFrames;
use crate::jitter::packet_queue::FrameId;
use crate::limits::{MAX_CONCEALED_GAP_SAMPLES, MAX_DELAY_SAMPLES};

const BLOCK: u64 = BLOCK_SAMPLES as u64;

/// Leaving out blocks starts when the delay is 30 ms too long, so that small corrections do not wobble …
const SHORTEN_FROM_SAMPLES: i64 = 3 * BLOCK as i64;

/// … and goes on until another block would make it too short.
const SHORTEN_UNTIL_SAMPLES: i64 = BLOCK as i64 + 240;

/// Where the utterance in front has got to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Playing {
    /// The frame whose turn it is.
    pub(super) next: u32,
    /// The frames before it.
    pub(super) missing: MissingFrames,
    /// Blocks concealed so far while it was waited for.
    waited_blocks: u64,
    /// Blocks still to be concealed in place of frames given up.
    owed_blocks: u64,
}

impl JitterBuffer {
    /// What to play from `now` on. To be asked when everything handed out before has been played, with
    /// `now` on a block's edge.
    pub fn next(&mut self, now: SamplePosition) -> Decision<'_> {
        let Some(utterance) = self.utterances.front() else { return Decision::Silence };
        let (number, ended) = (utterance.number, utterance.ended);
        if let Some(owed_blocks) = self.take_owed_blocks() {
            return Decision::Conceal { samples: (owed_blocks * BLOCK) as usize };
        }
        let first = self.queue.first_of(number).map(|packet| packet.frame.sequence);
        match (self.playing, first) {
            (_, None) if ended => self.end_playing(number),
            (None, None) => Decision::Silence,
            (None, Some(first)) => self.begin(now, number, first),
            (Some(_), None) => self.wait(),
            (Some(playing), Some(first)) if playing.next == first => self.play(now, number),
            (Some(playing), Some(first)) => self.bridge(now, number, playing, first),
        }
    }

    /// Whether the caller should leave out a block of what was handed out last, if it can do so unheard, so
    /// that the next frame plays before `next_at`.
    pub fn should_shorten(&mut self, next_at: SamplePosition) -> bool {
        let (Some(playing), Some(utterance)) = (self.playing, self.utterances.front()) else { return false };
        let next_is_there =
            self.queue.first_of(utterance.number).is_some_and(|packet| packet.frame.sequence == playing.next);
        let excess = self.delay_of(playing.next, next_at) - self.target_samples() as i64;
        let enough = if self.shortening { SHORTEN_UNTIL_SAMPLES } else { SHORTEN_FROM_SAMPLES };
        self.shortening = excess >= enough;
        self.shortening && next_is_there
    }

    /// How long after the fastest arrival the frame would be played if it were played `at`.
    fn delay_of(&self, sequence: u32, at: SamplePosition) -> i64 {
        let fastest = self.utterances.front().map_or(0, |utterance| utterance.transits.fastest());
        at.signed() - i64::from(sequence) * self.frame_samples() as i64 - fastest
    }

    fn frame_samples(&self) -> u64 {
        self.frame_size.samples() as u64
    }

    fn end_playing(&mut self, utterance: u32) -> Decision<'_> {
        self.utterances.pop_front();
        self.playing = None;
        self.delay_samples = 0;
        Decision::EndOfUtterance { utterance }
    }

    /// Starts the utterance if its first frame is due. The frame before the first that is there may be
    /// recovered from it, so that one has its turn first.
    fn begin(&mut self, now: SamplePosition, number: u32, first: u32) -> Decision<'_> {
        let next = first.saturating_sub(1);
        // Asked once per block, a frame is due in the block in which the target delay ends.
        if self.delay_of(next, now) + BLOCK as i64 <= self.target_samples() as i64 {
            return Decision::Silence;
        }
        if u64::from(next) * self.frame_samples() <= MAX_CONCEALED_GAP_SAMPLES {
            self.counters.lost += u64::from(next);
        }
        self.shortening = false;
        let playing = Playing { next, missing: MissingFrames::ALL, waited_blocks: 0, owed_blocks: 0 };
        self.playing = Some(playing);
        if next == first { self.play(now, number) } else { self.bridge(now, number, playing, first) }
    }

    /// Plays the next frame, which is there.
    fn play(&mut self, now: SamplePosition, number: u32) -> Decision<'_> {
        let skipped = self.catch_up(now, number);
        let Some(playing) = &mut self.playing else { return Decision::Silence };
        match self.queue.first_of(number).map(|packet| packet.frame.sequence) {
            Some(first) if first == playing.next => {}
            _ => return self.wait(),
        }
        self.queue.take_first(&mut self.taken);
        playing.missing.push(false);
        playing.next = playing.next.saturating_add(1);
        playing.waited_blocks = 0;
        self.losses.push(false);
        let frame = self.taken.frame;
        self.delay_samples = self.delay_of(frame.sequence, now).max(0) as u64;
        Decision::Play { frame, packet: &self.taken.data, gain: self.taken.gain, skipped }
    }

    /// Skips frames that come much too late, and says whether there were any.
    fn catch_up(&mut self, now: SamplePosition, number: u32) -> bool {
        let Some(before) = self.playing.map(|playing| playing.next) else { return false };
        if self.delay_of(before, now) <= MAX_DELAY_SAMPLES as i64 {
            return false;
        }
        let target = self.target_samples() as i64;
        while let Some(playing) = self.playing
            && let Some(first) = self.queue.first_of(number).map(|packet| packet.frame.sequence)
        {
            if first > playing.next {
                self.give_up(first - playing.next);
            } else if self.delay_of(first, now) > target {
                self.skip();
            } else {
                break;
            }
        }
        true
    }

    /// Conceals one block, in the hope that the frame will be there then: the delay grows by it.
    fn wait(&mut self) -> Decision<'_> {
        if let Some(playing) = &mut self.playing {
            playing.waited_blocks += 1;
        }
        Decision::Conceal { samples: BLOCK_SAMPLES }
    }

    /// The next frame is missing, a later one is there.
    fn bridge(&mut self, now: SamplePosition, number: u32, playing: Playing, first: u32) -> Decision<'_> {
        let Playing { next, waited_blocks, .. } = playing;
        let frame = FrameId { utterance: number, sequence: next };
        let gap = first.saturating_sub(next);
        let frame_blocks = self.frame_size.blocks() as u64;
        let delay = self.delay_of(next, now);
        let target = self.target_samples() as i64;
        let block = BLOCK as i64;
        if delay + block <= target {
            return self.wait();
        }
        if waited_blocks > 0 && delay > target + block {
            // The delay is long enough: what was concealed while waiting stands in for lost frames.
            let count = u64::from(gap).min(waited_blocks.div_ceil(frame_blocks));
            self.give_up(count as u32);
            if let Some(playing) = &mut self.playing {
                playing.owed_blocks = (count * frame_blocks).saturating_sub(waited_blocks);
                playing.waited_blocks = waited_blocks.saturating_sub(count * frame_blocks);
            }
            let from = SamplePosition(now.0.saturating_sub(waited_blocks * BLOCK));
            return Decision::GaveUp { first: frame, count: count as u32, from };
        }
        if u64::from(gap) * self.frame_samples() > MAX_CONCEALED_GAP_SAMPLES {
            self.give_up(gap);
            return self.play(now, number);
        }
        self.give_up(1);
        if let Some(playing) = &mut self.playing {
            playing.waited_blocks = 0;
            playing.owed_blocks = if gap == 1 { 0 } else { frame_blocks };
        }
        self.delay_samples = delay.max(0) as u64;
        match self.queue.first_of(number) {
            Some(first) if gap == 1 => {
                Decision::Recover { frame, next_packet: &first.data, gain: first.gain }
            }
            _ => Decision::GaveUp { first: frame, count: 1, from: now },
        }
    }

    /// Drops the next frame, which is there.
    fn skip(&mut self) {
        if let Some(playing) = &mut self.playing {
            playing.next = playing.next.saturating_add(1);
            playing.missing.push(false);
        }
        self.queue.drop_first();
        self.losses.push(false);
        self.counters.overflowed += 1;
    }

    /// The turn of the next `count` frames is over without them.
    fn give_up(&mut self, count: u32) {
        if let Some(playing) = &mut self.playing {
            playing.next = playing.next.saturating_add(count);
            playing.missing.push_missing(count);
        }
        self.losses.push_missing(count);
        self.counters.lost += u64::from(count);
    }

    fn take_owed_blocks(&mut self) -> Option<u64> {
        let owed = &mut self.playing.as_mut()?.owed_blocks;
        (*owed > 0).then(|| std::mem::take(owed))
    }
}
