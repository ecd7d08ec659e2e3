//! Traces of single frames, to find out why a player is not heard.

use std::time::Instant;

use consonance_audio::DecodedAs;

/// One step on the way of one frame. Frames are told apart by the speaker's own count, modulo 2¹⁶.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FrameTrace {
    /// A frame of ours was sent.
    Sent {
        /// Its number.
        sequence: u16,
        /// When its first sample was recorded.
        spoken_at: Instant,
        /// How many players it went to.
        listeners: usize,
    },
    /// A frame of another player came in.
    Received {
        /// Its owner.
        speaker: String,
        /// Its number.
        sequence: u16,
        /// When it came.
        at: Instant,
    },
    /// A frame of another player was played, or what stood in for it.
    Played {
        /// Its owner.
        speaker: String,
        /// Its number.
        sequence: u16,
        /// When its first sample was played, the codec's own delay taken into account.
        at: Instant,
        /// From its own packet, from the next one, or made up.
        how: DecodedAs,
    },
}
