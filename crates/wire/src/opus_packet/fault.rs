//! The reasons why bytes are not a valid Opus packet.

/// The reason why bytes are not a valid Opus packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketFault {
    /// There are no bytes.
    #[error("the packet is empty")]
    Empty,
    /// A frame has more than the maximum of 1275 bytes.
    #[error("a frame of the packet is too long")]
    FrameTooLong,
    /// The frames do not fill the packet exactly, or reach beyond it.
    #[error("the packet's frames do not fit into it")]
    Misfit,
    /// No frames, or more than 120 ms of them.
    #[error("the packet has no frames, or more than 120 ms of them")]
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
