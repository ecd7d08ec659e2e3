//! How many channels a sound has.

/// For how many ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channels {
    /// One channel.
    Mono,
    /// Left and right, interleaved in that order.
    Stereo,
}

impl Channels {
    /// How many.
    pub const fn count(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}
