//! Names of speakers.

/// The caller's name for a speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpeakerKey(pub u32);
