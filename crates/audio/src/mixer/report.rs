//! Reports of played frames, and statistics of their playback.

use std::collections::VecDeque;

use super::SpeakerKey;
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::codec::DecodedAs;
use crate::jitter::JitterCounters;
use crate::limits::PLAYED_REPORTS_MAX;

/// A speaker's part of 10 ms, mono.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SpeakerSound<'a> {
    /// As it was decoded, before volume and place.
    Decoded(&'a [f32; BLOCK_SAMPLES]),
    /// At its final level, but not placed: for a speaker that is kept apart from the mix. Volume, mute, priority,
    /// ducking, master volume and fades are applied; it may exceed ±1 if volumes do.
    Apart(&'a [f32; BLOCK_SAMPLES]),
}

/// One frame that was heard or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayedFrame {
    /// The speaker of the frame.
    pub speaker: SpeakerKey,
    /// The speaker's utterance, counting from 0.
    pub utterance: u32,
    /// The frame within the utterance, counting from 0.
    pub sequence: u32,
    /// The position on the playback clock at which its first sample was heard. The codec's own delay comes on top:
    /// see [`Encoder::lookahead_samples`](crate::Encoder::lookahead_samples).
    pub position: SamplePosition,
    /// How its sound was made.
    pub how: DecodedAs,
}

/// Statistics of receiving and playing one speaker.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SpeakerStatistics {
    /// Counters of the jitter buffer. Each received packet ends up in its `late`, `duplicates` or `overflowed`, in
    /// `played`, `skipped` or `undecodable`, or is still in `queued`.
    pub arrivals: JitterCounters,
    /// Frames decoded from their own packet.
    pub played: u64,
    /// Frames recovered from a packet after them.
    pub recovered: u64,
    /// Frames that were concealed.
    pub concealed: u64,
    /// Blocks of 10 ms of concealed sound, in place of frames that were lost or are waited for. Frames whose recovery
    /// from a later packet failed are not included.
    pub concealed_blocks: u64,
    /// Samples left out to shorten the delay (time-scale modification).
    pub shortened_samples: u64,
    /// Samples put in to lengthen the delay (time-scale modification).
    pub lengthened_samples: u64,
    /// The share of the last 128 frames that never arrived, in percent: the loss that the local encoder should expect.
    pub loss_percent: f32,
    /// How many of those are missing in a row on average; 0 without any.
    pub lost_in_a_row: f32,
    /// Samples of the frames that overflowed, which were skipped to catch up.
    pub overflowed_samples: u64,
    /// Packets that could not be decoded, with those that were too long to be kept.
    pub undecodable: u64,
    /// Packets queued for playback.
    pub queued: u64,
    /// The current delay of frames beyond the fastest recent arrival, in samples; 0 while nothing plays.
    pub delay_samples: u64,
    /// The target delay, in samples.
    pub target_delay_samples: u64,
    /// Jitter of the arrivals as in RFC 3550 §6.4.1, in samples.
    pub jitter_samples: f32,
    /// Frames whose packet was present at playback time while the speaker was not decoded.
    pub skipped: u64,
    /// How many of these were decoded anyway, to determine the speaker's loudness.
    pub auditioned: u64,
    /// Mean absolute value of the last block before volume and place, 0 to 1; 0 while nothing is decoded.
    pub amplitude: f32,
    /// Level of the last block before volume and place, in dB of full scale (root mean square), at least −100.
    pub level_dbfs: f32,
    /// The reason why the speaker is not heard while speaking; `None` if it is heard, or silent.
    pub unheard: Option<Unheard>,
}

/// The reason why a speaker is not heard: the first one, if there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unheard {
    /// The listener is deafened, or has set the volume of all speakers to 0.
    Deafened,
    /// The listener has muted the speaker.
    Muted,
    /// The speaker's volume, or that of its channel, is 0.
    TurnedDown,
    /// A player of a higher priority speaks.
    Outranked,
    /// The speaker is too far away.
    OutOfRange,
    /// The speaker is not decoded because others are louder: [`MixerSettings::max_decoded`](crate::MixerSettings).
    Crowded,
}

/// The last frames heard, until they are read. Drops the oldest if they are not read.
#[derive(Debug)]
pub(super) struct PlayedFrames {
    frames: VecDeque<PlayedFrame>,
    overflowed: u64,
}

impl PlayedFrames {
    pub(super) fn new() -> Self {
        Self { frames: VecDeque::with_capacity(PLAYED_REPORTS_MAX), overflowed: 0 }
    }

    pub(super) fn push(&mut self, frame: PlayedFrame) {
        if self.frames.len() == PLAYED_REPORTS_MAX {
            self.frames.pop_front();
            self.overflowed += 1;
        }
        self.frames.push_back(frame);
    }

    pub(super) fn pop(&mut self) -> Option<PlayedFrame> {
        self.frames.pop_front()
    }

    pub(super) fn overflowed(&self) -> u64 {
        self.overflowed
    }
}
