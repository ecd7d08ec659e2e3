//! Decisions of the jitter buffer about the next audio to play, and its counters.

use super::packet_queue::FrameId;
use super::stretch::Stretch;
use crate::block::SamplePosition;
use crate::frame_properties::FrameProperties;

/// The next action of the caller.
#[derive(Debug, PartialEq)]
pub enum Decision<'a> {
    /// No speech: ask again a block later.
    Silence,
    /// Decode this packet.
    Play {
        /// The frame.
        frame: FrameId,
        /// The frame's packet.
        packet: &'a [u8],
        /// The frame's properties.
        properties: FrameProperties,
        /// Leave out this many samples at its beginning, at least 5 ms less than its length: the frame came late, and
        /// sound was concealed in their place.
        late_samples: usize,
        /// Frames before it were skipped because they came much too late: hide the joint.
        skipped: bool,
        /// The change of length that brings the delay to its target.
        stretch: Stretch,
    },
    /// The frame is missing: recover it from the packet of a later one.
    Recover {
        /// The missing frame.
        frame: FrameId,
        /// The later frame's packet.
        packet: &'a [u8],
        /// How many frames later it is, at least 1.
        ahead: u8,
        /// The later frame's properties.
        properties: FrameProperties,
        /// Leave out this many samples at its beginning: sound was concealed in their place.
        late_samples: usize,
        /// The change of length that brings the delay to its target.
        stretch: Stretch,
    },
    /// Conceal one block: the current frame may still come, or may turn out to be lost.
    Conceal,
    /// Frames are lost permanently; the sound concealed so far took their place. Ask again at once.
    GaveUp {
        /// The first lost frame.
        first: FrameId,
        /// The number of lost frames.
        count: u32,
        /// The position at which the concealed sound in place of the first one began.
        from: SamplePosition,
    },
    /// A frame came after its playback time: the sound concealed so far took its place. Later frames depend on it, so
    /// pass it to the decoder; then ask again at once.
    Late {
        /// The frame.
        frame: FrameId,
        /// The frame's packet.
        packet: &'a [u8],
        /// The position at which the concealed sound in its place began.
        from: SamplePosition,
    },
    /// Everything of this utterance has been played. Ask again at once.
    EndOfUtterance {
        /// The utterance.
        utterance: u32,
    },
}

/// Counters of one speaker's packets. Every packet received is, in the end, handed out or counted in exactly one of
/// `late`, `duplicates`, `overflowed` and `oversized`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JitterCounters {
    /// Packets that arrived.
    pub received: u64,
    /// Frames whose packet was missing at their playback time, whether it came later or never.
    pub lost: u64,
    /// Packets that came after their playback time, or belong to no playing utterance.
    pub late: u64,
    /// Packets of frames that had already arrived.
    pub duplicates: u64,
    /// Packets dropped because the queue was full or the delay too long.
    pub overflowed: u64,
    /// Packets too long to be kept.
    pub oversized: u64,
}
