//! Traces of single frames, to find out why a player is not heard.

use std::time::Instant;

use consonance_audio::DecodedAs;

/// One step on the way of one frame. Frames are identified by the speaker's own count, modulo 2¹⁶.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FrameTrace {
    /// A frame of ours was sent.
    Sent {
        /// Its number.
        sequence: u16,
        /// When its first sample was recorded.
        spoken_at: Instant,
        /// The number of players it was sent to.
        listeners: usize,
    },
    /// A frame of another player was received.
    Received {
        /// Its speaker.
        speaker: String,
        /// Its number.
        sequence: u16,
        /// When it arrived.
        at: Instant,
    },
    /// A frame of another player was played, or its substitute.
    Played {
        /// Its speaker.
        speaker: String,
        /// Its number.
        sequence: u16,
        /// When its first sample was played, including the codec's own delay.
        at: Instant,
        /// Decoded from its own packet, recovered from the next one, or concealed.
        how: DecodedAs,
    },
}
