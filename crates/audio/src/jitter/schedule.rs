//! The playback time of each frame, and decisions when a frame is missing then.

use super::stretch::TOO_SHORT_SAMPLES;
use super::{Decision, JitterBuffer, LOSSY_FRAMES, Stretch};
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::jitter::missing::MissingFrames;
use crate::jitter::packet_queue::FrameId;
use crate::limits::DELAY_SAMPLES_MAX;
use crate::time_stretch::FADE_SAMPLES;

const BLOCK: u64 = BLOCK_SAMPLES as u64;

/// The position in the utterance that is playing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Playing {
    /// The frame whose turn it is.
    pub(super) next: u32,
    /// The frames before it.
    pub(super) missing: MissingFrames,
    /// Samples concealed so far while it was waited for.
    waited_samples: u64,
}

/// When the sound that is asked for will be heard.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: SamplePosition,
    /// By how much it is asked for earlier than that.
    early: u64,
}

impl JitterBuffer {
    /// Decides what to play after everything handed out so far, of which `unheard` samples are left `now`. To be
    /// called when these are less than a block, or when the next frame has already arrived.
    pub fn next(&mut self, now: SamplePosition, unheard: usize) -> Decision<'_> {
        let moment = Moment { at: now + unheard as u64, early: unheard as u64 };
        let Some(utterance) = self.utterances.front() else { return Decision::Silence };
        let (number, ended) = (utterance.number, utterance.ended);
        let first = self.queue.first_of(number).map(|packet| packet.frame.sequence);
        match (self.playing, first) {
            (_, None) if ended => self.end_playing(number),
            (None, None) => Decision::Silence,
            (None, Some(first)) => self.begin(moment, number, first),
            (Some(_), None) => self.wait(),
            (Some(_), Some(_)) => self.go_on(moment, number),
        }
    }

    /// Whether the next frame is there.
    pub(crate) fn has_next(&self) -> bool {
        let (Some(playing), Some(utterance)) = (self.playing, self.utterances.front()) else { return false };
        self.queue.first_of(utterance.number).is_some_and(|packet| packet.frame.sequence == playing.next)
    }

    /// The wish of the last decision was fulfilled, at least in part.
    pub fn note_stretched(&mut self) {
        self.samples_since_stretch = 0;
    }

    /// The delay of the frame beyond the target, if it is played at this moment.
    fn excess_of(&self, sequence: u32, moment: Moment) -> i64 {
        self.delay_of(sequence, moment.at) - moment.early as i64 - self.target_samples() as i64
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
    fn begin(&mut self, moment: Moment, number: u32, first: u32) -> Decision<'_> {
        let recoverable = self.queue.first_of(number).map_or(0, |packet| packet.recoverable_frames);
        let next = first.saturating_sub(recoverable.min(1).into());
        if self.excess_of(next, moment) < 0 {
            return Decision::Silence;
        }
        // A player that joins in the middle of an utterance has not lost the frames before.
        if u64::from(next) * self.frame_samples() <= DELAY_SAMPLES_MAX {
            self.counters.lost += u64::from(next);
        }
        self.in_pause = false;
        self.playing = Some(Playing { next, missing: MissingFrames::ALL, waited_samples: 0 });
        self.go_on(moment, number)
    }

    /// Plays the next frame, or whatever is best while it is not there.
    fn go_on(&mut self, moment: Moment, number: u32) -> Decision<'_> {
        let skipped = self.catch_up(moment, number);
        let first = self.queue.first_of(number).map(|packet| packet.frame.sequence);
        match (self.playing, first) {
            (Some(playing), Some(first)) if first > playing.next => {
                self.bridge(moment, number, playing, first)
            }
            (Some(playing), Some(_)) => self.play(moment, playing, skipped),
            _ => self.wait(),
        }
    }

    /// Plays the next frame, which is there.
    fn play(&mut self, moment: Moment, playing: Playing, skipped: bool) -> Decision<'_> {
        let spent = self.spent_samples(playing, moment);
        if spent >= self.frame_samples() {
            return self.drop_late(moment, playing, spent);
        }
        let late_samples = self.left_out(spent);
        let stretch = self.stretch(playing, moment, late_samples);
        self.pass(false);
        self.queue.take_first(&mut self.taken);
        Decision::Play {
            frame: self.taken.frame,
            packet: &self.taken.data,
            properties: self.taken.properties,
            late_samples: late_samples as usize,
            skipped,
            stretch,
        }
    }

    /// The next frame came when its own time was over.
    fn drop_late(&mut self, moment: Moment, playing: Playing, spent: u64) -> Decision<'_> {
        let utterance = self.utterances.front().map_or(0, |utterance| utterance.number);
        self.give_up(1);
        self.losses.arrived(0);
        self.queue.take_first(&mut self.taken);
        self.counters.late += 1;
        let frame = FrameId { utterance, sequence: playing.next };
        Decision::Late { frame, packet: &self.taken.data, from: moment.at.before(spent) }
    }

    /// How much of a frame to leave out where so much was concealed in its place: enough
    /// must be left to fade over to it.
    fn left_out(&self, spent: u64) -> u64 {
        spent.min(self.frame_samples() - FADE_SAMPLES as u64)
    }

    /// Notes the delay of the frame that is handed out, and says how it should change.
    fn stretch(&mut self, playing: Playing, moment: Moment, late_samples: u64) -> Stretch {
        let begins = moment.at.before(late_samples);
        self.delay_samples = self.delay_of(playing.next, begins).max(0) as u64;
        self.samples_since_stretch += self.frame_samples() - late_samples;
        let excess = self.excess_of(playing.next, moment) - late_samples as i64;
        Stretch::wanted(
            excess,
            self.target_samples(),
            moment.early,
            self.in_pause,
            self.samples_since_stretch,
        )
    }

    /// How much of the next frame's own time has been concealed: what was waited, but for that by which the
    /// delay had to grow.
    fn spent_samples(&self, playing: Playing, moment: Moment) -> u64 {
        let excess = self.excess_of(playing.next, moment) + TOO_SHORT_SAMPLES;
        playing.waited_samples.min(excess.max(0) as u64)
    }

    /// Skips frames that come much too late, and says whether there were any.
    fn catch_up(&mut self, moment: Moment, number: u32) -> bool {
        let Some(before) = self.playing.map(|playing| playing.next) else { return false };
        if self.delay_of(before, moment.at) <= DELAY_SAMPLES_MAX as i64 {
            return false;
        }
        while let Some(playing) = self.playing
            && let Some(first) = self.queue.first_of(number).map(|packet| packet.frame.sequence)
        {
            if first > playing.next {
                self.give_up(first - playing.next);
            } else if self.excess_of(first, moment) >= self.frame_samples() as i64 {
                let waited = playing.waited_samples.saturating_sub(self.frame_samples());
                self.pass(false);
                if let Some(playing) = &mut self.playing {
                    playing.waited_samples = waited;
                }
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
            playing.waited_samples += BLOCK;
        }
        Decision::Conceal
    }

    /// The next frame is missing, a later one is there.
    fn bridge(&mut self, moment: Moment, number: u32, playing: Playing, first: u32) -> Decision<'_> {
        let frame = FrameId { utterance: number, sequence: playing.next };
        let gap = first.saturating_sub(playing.next);
        let spent = self.spent_samples(playing, moment);
        let over = gap.min((spent / self.frame_samples()) as u32);
        if over > 0 {
            self.give_up(over);
            return Decision::GaveUp { first: frame, count: over, from: moment.at.before(spent) };
        }
        if self.queue.recovering(frame).is_none() {
            return self.wait();
        }
        let late_samples = self.left_out(spent);
        let stretch = self.stretch(playing, moment, late_samples);
        self.pass(true);
        match self.queue.recovering(frame) {
            Some((later, ahead)) => Decision::Recover {
                frame,
                packet: &later.data,
                ahead,
                properties: later.properties,
                late_samples: late_samples as usize,
                stretch,
            },
            None => Decision::Silence,
        }
    }

    /// The turn of the next `count` frames is over without them.
    fn give_up(&mut self, count: u32) {
        if let Some(playing) = &mut self.playing {
            let samples = u64::from(count) * self.frame_size.samples() as u64;
            playing.next = playing.next.saturating_add(count);
            playing.waited_samples = playing.waited_samples.saturating_sub(samples);
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
            playing.waited_samples = 0;
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
