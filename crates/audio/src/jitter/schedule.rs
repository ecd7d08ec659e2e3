//! When each frame is due, and what to play when it is not there.

use super::{Decision, JitterBuffer, LOSSY_FRAMES};
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::jitter::missing::MissingFrames;
use crate::jitter::packet_queue::FrameId;
use crate::limits::MAX_DELAY_SAMPLES;

const BLOCK: u64 = BLOCK_SAMPLES as u64;

/// Leaving out blocks starts when the delay is 30 ms too long, so that small corrections do not wobble …
const SHORTEN_FROM_SAMPLES: i64 = 3 * BLOCK as i64;

/// … and goes on until another block would make it too short.
const SHORTEN_UNTIL_SAMPLES: i64 = BLOCK as i64 + 240;

/// For so long after its first frame, 300 ms, an utterance begins.
const BEGINNING_SAMPLES: u64 = 14_400;

/// Where the utterance in front has got to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Playing {
    /// The frame whose turn it is.
    pub(super) next: u32,
    /// The frames before it.
    pub(super) missing: MissingFrames,
    /// Blocks concealed so far while it was waited for.
    waited_blocks: u64,
    /// Frames played so far, recovered ones included.
    turns: u64,
}

impl JitterBuffer {
    /// What to play from `now` on. To be asked when everything handed out before has been played, with
    /// `now` on a block's edge.
    pub fn next(&mut self, now: SamplePosition) -> Decision<'_> {
        let Some(utterance) = self.utterances.front() else { return Decision::Silence };
        let (number, ended) = (utterance.number, utterance.ended);
        let first = self.queue.first_of(number).map(|packet| packet.frame.sequence);
        match (self.playing, first) {
            (_, None) if ended => self.end_playing(number),
            (None, None) => Decision::Silence,
            (None, Some(first)) => self.begin(now, number, first),
            (Some(_), None) => self.wait(),
            (Some(_), Some(_)) => self.go_on(now, number),
        }
    }

    /// Whether the caller should leave out a block of what was handed out last, so that the next frame does
    /// not play at `next_at` but a block earlier. Only in a pause: see [`Self::note_pause`].
    pub fn should_shorten(&mut self, next_at: SamplePosition) -> bool {
        let (Some(playing), Some(utterance)) = (self.playing, self.utterances.front()) else { return false };
        let next_is_there =
            self.queue.first_of(utterance.number).is_some_and(|packet| packet.frame.sequence == playing.next);
        let excess = self.delay_of(playing.next, next_at) - self.target_samples() as i64;
        let enough = if self.shortening { SHORTEN_UNTIL_SAMPLES } else { SHORTEN_FROM_SAMPLES };
        self.shortening = excess >= enough;
        self.shortening && self.in_pause && next_is_there
    }

    /// Whether to wait although the next frame is there: in the beginning, which is mostly quiet, and better
    /// uneven than the middle of a word.
    fn should_lengthen(&self, now: SamplePosition, playing: Playing) -> bool {
        self.begins(playing) && self.delay_of(playing.next, now) + BLOCK as i64 <= self.least_delay(playing)
    }

    /// The delay to keep. Later than in the beginning one block below the target is borne, lest every new
    /// slowest frame moves the sound, unless the next packet would then be too late to recover a lost frame.
    fn least_delay(&self, playing: Playing) -> i64 {
        let target = self.target_samples() as i64;
        if self.begins(playing) || self.look_ahead() { target } else { target - BLOCK as i64 }
    }

    fn begins(&self, playing: Playing) -> bool {
        playing.turns * self.frame_samples() < BEGINNING_SAMPLES
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

    /// Starts the utterance if its first frame is due: the first that is there, or the one before if it can be
    /// recovered from it.
    fn begin(&mut self, now: SamplePosition, number: u32, first: u32) -> Decision<'_> {
        let carries_copy = self.queue.first_of(number).is_some_and(|packet| packet.carries_copy);
        let next = if carries_copy { first.saturating_sub(1) } else { first };
        // Asked once per block, a frame is due in the block in which the target delay ends.
        if self.delay_of(next, now) + BLOCK as i64 <= self.target_samples() as i64 {
            return Decision::Silence;
        }
        // Who joins in the middle of an utterance has not lost its beginning.
        if u64::from(next) * self.frame_samples() <= MAX_DELAY_SAMPLES {
            self.counters.lost += u64::from(next);
        }
        self.shortening = false;
        self.in_pause = false;
        self.playing = Some(Playing { next, missing: MissingFrames::ALL, waited_blocks: 0, turns: 0 });
        self.go_on(now, number)
    }

    /// Plays the next frame, or whatever is best while it is not there.
    fn go_on(&mut self, now: SamplePosition, number: u32) -> Decision<'_> {
        let skipped = self.catch_up(now, number);
        let first = self.queue.first_of(number).map(|packet| packet.frame.sequence);
        match (self.playing, first) {
            (Some(playing), Some(first)) if first > playing.next => self.bridge(now, number, playing, first),
            (Some(playing), Some(_)) if !self.should_lengthen(now, playing) => {
                self.play(now, playing, skipped)
            }
            _ => self.wait(),
        }
    }

    /// Plays the next frame, which is there.
    fn play(&mut self, now: SamplePosition, playing: Playing, skipped: bool) -> Decision<'_> {
        let late_blocks = self.spent_blocks(playing, now).min(self.frame_size.blocks() as u64 - 1);
        let late_samples = late_blocks * BLOCK;
        self.delay_samples = self.delay_of(playing.next, now.before(late_samples)).max(0) as u64;
        self.pass(false);
        self.queue.take_first(&mut self.taken);
        Decision::Play {
            frame: self.taken.frame,
            packet: &self.taken.data,
            gain: self.taken.gain,
            late_samples: late_samples as usize,
            skipped,
        }
    }

    /// How many blocks of the next frame's own time have been concealed: those waited, but for those by which
    /// the delay had to grow.
    fn spent_blocks(&self, playing: Playing, now: SamplePosition) -> u64 {
        let excess = self.delay_of(playing.next, now) + BLOCK as i64 - 1 - self.least_delay(playing);
        playing.waited_blocks.min(excess.max(0) as u64 / BLOCK)
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
                self.pass(false);
                self.queue.drop_first();
                self.counters.overflowed += 1;
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
        Decision::Conceal
    }

    /// The next frame is missing, a later one is there.
    fn bridge(&mut self, now: SamplePosition, number: u32, playing: Playing, first: u32) -> Decision<'_> {
        let frame = FrameId { utterance: number, sequence: playing.next };
        let gap = first.saturating_sub(playing.next);
        let frame_blocks = self.frame_size.blocks() as u64;
        let spent_blocks = self.spent_blocks(playing, now);
        let over = gap.min((spent_blocks / frame_blocks) as u32);
        if over > 0 {
            self.give_up(over);
            let from = now.before(spent_blocks * BLOCK);
            return Decision::GaveUp { first: frame, count: over, from };
        }
        let delay = self.delay_of(playing.next, now);
        let recoverable = gap == 1 && self.queue.first_of(number).is_some_and(|next| next.carries_copy);
        if !recoverable || delay + BLOCK as i64 <= self.least_delay(playing) {
            return self.wait();
        }
        self.pass(true);
        self.delay_samples = (delay - (spent_blocks * BLOCK) as i64).max(0) as u64;
        match self.queue.first_of(number) {
            Some(next) => Decision::Recover {
                frame,
                next_packet: &next.data,
                gain: next.gain,
                late_samples: (spent_blocks * BLOCK) as usize,
            },
            None => Decision::Silence,
        }
    }

    /// The turn of the next `count` frames is over without them.
    fn give_up(&mut self, count: u32) {
        if let Some(playing) = &mut self.playing {
            let blocks = u64::from(count) * self.frame_size.blocks() as u64;
            playing.next = playing.next.saturating_add(count);
            playing.waited_blocks = playing.waited_blocks.saturating_sub(blocks);
            playing.missing.push_missing(count);
        }
        self.losses.push_missing(count);
        self.counters.lost += u64::from(count);
        self.passed(count);
    }

    /// The turn of the next frame is over: it was there, or could be recovered.
    fn pass(&mut self, missing: bool) {
        if let Some(playing) = &mut self.playing {
            playing.next = playing.next.saturating_add(1);
            playing.waited_blocks = 0;
            playing.turns += 1;
            playing.missing.push(missing);
        }
        self.losses.push(missing);
        self.counters.lost += u64::from(missing);
        self.passed(1);
    }

    fn passed(&mut self, frames: u32) {
        self.frames_passed += u64::from(frames);
        let count = self.losses.count();
        self.lossy = count >= LOSSY_FRAMES || (self.lossy && count > 0);
    }
}
