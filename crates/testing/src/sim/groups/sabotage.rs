//! Deliberate faults.

/// A fault that a run has to detect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupSabotage {
    /// A player that leaves takes the keys of later epochs along.
    LeakedKeys,
    /// Commits get lost on their way to one member.
    LostCommits,
    /// A member accepts unencrypted voice.
    PlainVoice,
    /// The server accepts any bytes as a commit.
    UncheckedCommits,
}
