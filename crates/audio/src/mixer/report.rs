//! What was heard when, and how well it went.

use std::collections::VecDeque;

use super::SpeakerKey;
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::codec::DecodedAs;
use crate::limits::PLAYED_REPORTS_MAX;

/// A speaker's part of 10 ms, mono.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SpeakerSound<'a> {
    /// As it was decoded, before volume and place.
    Decoded(&'a [f32; BLOCK_SAMPLES]),
    /// As it is to be heard, but for its place: of a speaker that is kept apart from the mix. Volume, mute, priority,
    /// ducking, master volume and fades are in it; it may go beyond ±1 where volumes do.
    Apart(&'a [f32; BLOCK_SAMPLES]),
}

/// One frame that was heard, or whose place was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayedFrame {
    /// The speaker of the frame.
    pub speaker: SpeakerKey,
    /// The speaker's utterance, counting from 0.
    pub utterance: u32,
    /// The frame within the utterance, counting from 0.
    pub sequence: u32,
    /// Where on the playback clock its first sample was heard. The codec's own delay comes on top: see
    /// [`Encoder::lookahead_samples`](crate::Encoder::lookahead_samples).
    pub position: SamplePosition,
    /// What it was made from.
    pub how: DecodedAs,
}

/// How one speaker is received and heard.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SpeakerStatistics {
    /// Packets that arrived. Each ends up in `played`, `skipped`, `undecodable`, `late`, `duplicates` or
    /// `overflowed`, or is still in `queued`.
    pub received: u64,
    /// Frames decoded from their own packet.
    pub played: u64,
    /// Frames recovered from a packet after them.
    pub recovered: u64,
    /// Frames whose place was filled with made-up sound.
    pub concealed: u64,
    /// Blocks of 10 ms of made-up sound, in place of frames that were lost or are waited for. Frames that
    /// could not be recovered from a packet after them are not among these.
    pub concealed_blocks: u64,
    /// Samples left out to shorten the delay (time-scale modification).
    pub shortened_samples: u64,
    /// Samples put in to lengthen the delay (time-scale modification).
    pub lengthened_samples: u64,
    /// Frames whose turn came without their packet, whether it came later or never.
    pub lost: u64,
    /// How many of the last 128 frames never came, in percent: what to tell one's own encoder to expect.
    pub loss_percent: f32,
    /// How many of those are missing in a row on average; 0 without any.
    pub lost_in_a_row: f32,
    /// Packets that came after their turn, or belong to no utterance that plays.
    pub late: u64,
    /// Packets of frames that were there already.
    pub duplicates: u64,
    /// Packets dropped because too many waited or the delay was too long.
    pub overflowed: u64,
    /// Samples of the frames in those: what was skipped to catch up.
    pub overflowed_samples: u64,
    /// Packets that could not be decoded.
    pub undecodable: u64,
    /// Packets that wait for their turn.
    pub queued: u64,
    /// How long frames wait now beyond the fastest recent arrival, in samples; 0 while nothing plays.
    pub delay_samples: u64,
    /// How long they should wait, in samples.
    pub target_delay_samples: u64,
    /// Jitter of the arrivals as in RFC 3550 §6.4.1, in samples.
    pub jitter_samples: f32,
    /// Frames whose packet was there at their turn while the speaker was not decoded.
    pub skipped: u64,
    /// How many of those were decoded all the same, to find out how loud the speaker is.
    pub auditioned: u64,
    /// Mean absolute value of the last block before volume and place, 0 to 1; 0 while nothing is decoded.
    pub amplitude: f32,
    /// Level of the last block before volume and place, in dB of full scale (root mean square), at least −100.
    pub level_dbfs: f32,
    /// Why the speaker is not heard although it speaks; `None` if it is heard, or silent.
    pub unheard: Option<Unheard>,
}

/// Why a speaker is not heard. Where several reasons hold, it is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unheard {
    /// The listener is deafened, or has turned the volume of all down to nothing.
    Deafened,
    /// The listener has muted the speaker.
    Muted,
    /// The speaker's volume, or that of its channel, is 0.
    TurnedDown,
    /// A player of a higher priority speaks.
    Outranked,
    /// The speaker is too far away.
    OutOfRange,
    /// So many others are louder that the speaker is not decoded: [`MixerSettings::max_decoded`](crate::MixerSettings).
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
