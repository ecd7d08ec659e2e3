//! The number of channels of a sound.

/// Mono or stereo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channels {
    /// One channel.
    Mono,
    /// Left and right, interleaved in that order.
    Stereo,
}

impl Channels {
    /// The number of channels.
    pub const fn count(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}
