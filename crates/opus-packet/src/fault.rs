//! The reasons why bytes are not a valid Opus packet.

use core::fmt;

/// The reason why bytes are not a valid Opus packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PacketFault {
    /// There are no bytes.
    Empty,
    /// A frame has more than the maximum of 1275 bytes.
    FrameTooLong,
    /// The frames do not fill the packet exactly, or reach beyond it.
    Misfit,
    /// No frames, or more than 120 ms of them.
    Duration,
}

impl PacketFault {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::FrameTooLong => "frame-too-long",
            Self::Misfit => "misfit",
            Self::Duration => "duration",
        }
    }
}

impl fmt::Display for PacketFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the packet is empty",
            Self::FrameTooLong => "a frame of the packet is too long",
            Self::Misfit => "the packet's frames do not fit into it",
            Self::Duration => "the packet has no frames, or more than 120 ms of them",
        })
    }
}

impl core::error::Error for PacketFault {}
