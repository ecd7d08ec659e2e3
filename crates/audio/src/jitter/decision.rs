//! What the jitter buffer says shall be played, and what it counts.

use super::packet_queue::FrameId;
use super::stretch::Stretch;
use crate::block::SamplePosition;
use crate::frame_properties::FrameProperties;

/// What to do now.
#[derive(Debug, PartialEq)]
pub enum Decision<'a> {
    /// No speech: ask again a block later.
    Silence,
    /// Decode this packet.
    Play {
        /// Which frame it is.
        frame: FrameId,
        /// The frame's packet.
        packet: &'a [u8],
        /// What came with it.
        properties: FrameProperties,
        /// Leave out so many samples at its beginning, 5 ms less than it has at most: the frame came late, and
        /// sound was concealed in their place.
        late_samples: usize,
        /// Frames before it were skipped because they came much too late: hide the joint.
        skipped: bool,
        /// What would bring the delay to its target.
        stretch: Stretch,
    },
    /// The frame is missing: recover it from the packet of a later one.
    Recover {
        /// Which frame is missing.
        frame: FrameId,
        /// The later frame's packet.
        packet: &'a [u8],
        /// How many frames later it is, at least 1.
        ahead: u8,
        /// What came with the later one.
        properties: FrameProperties,
        /// Leave out so many samples at its beginning: sound was concealed in their place.
        late_samples: usize,
        /// What would bring the delay to its target.
        stretch: Stretch,
    },
    /// Conceal one block: the frame whose turn it is may still come, or it may turn out to be lost.
    Conceal,
    /// Frames are lost permanently; the sound concealed so far took their place. Ask again at once.
    GaveUp {
        /// The first of them.
        first: FrameId,
        /// How many.
        count: u32,
        /// Where the concealed sound in place of the first one began.
        from: SamplePosition,
    },
    /// A frame came when its own time was over: the sound concealed so far took its place. What comes next follows it,
    /// so let the decoder hear it; then ask again at once.
    Late {
        /// Which frame it is.
        frame: FrameId,
        /// The frame's packet.
        packet: &'a [u8],
        /// Where the concealed sound in its place began.
        from: SamplePosition,
    },
    /// Everything of this utterance has been played. Ask again at once.
    EndOfUtterance {
        /// Which one.
        utterance: u32,
    },
}

/// What happened to the packets of one speaker. Every packet received is, in the end, handed out or in
/// exactly one of `late`, `duplicates`, `overflowed` and `oversized`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JitterCounters {
    /// Packets that arrived.
    pub received: u64,
    /// Frames whose turn came without their packet.
    pub lost: u64,
    /// Packets that came after their turn, or belong to no utterance that plays.
    pub late: u64,
    /// Packets of frames that were there already.
    pub duplicates: u64,
    /// Packets dropped because the queue was full or the delay too long.
    pub overflowed: u64,
    /// Packets too long to be kept.
    pub oversized: u64,
}
