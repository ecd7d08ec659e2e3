//! Why a datagram was dropped.

/// Why a datagram was dropped. Nothing was allocated or sent for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It has not the form of a datagram of this direction.
    #[error("not a datagram of the fast path")]
    Malformed,
    /// It names another worker: the system gave it to the wrong socket.
    #[error("for another worker")]
    OtherWorker,
    /// It names a link that is not there (any more).
    #[error("for a link that is not there")]
    UnknownLink,
    /// It came before, or too late to know.
    #[error("came before")]
    Replayed,
    /// It was not sealed with the link's key.
    #[error("not sealed by the peer")]
    Forged,
}

impl Refusal {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::OtherWorker => "other-worker",
            Self::UnknownLink => "unknown-link",
            Self::Replayed => "replayed",
            Self::Forged => "forged",
        }
    }
}

/// Datagrams that were dropped, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusalCounts {
    /// [`Refusal::Malformed`].
    pub malformed: u64,
    /// [`Refusal::OtherWorker`].
    pub other_worker: u64,
    /// [`Refusal::UnknownLink`].
    pub unknown_link: u64,
    /// [`Refusal::Replayed`].
    pub replayed: u64,
    /// [`Refusal::Forged`].
    pub forged: u64,
}

impl RefusalCounts {
    /// All of them.
    pub fn total(&self) -> u64 {
        let Self { malformed, other_worker, unknown_link, replayed, forged } = self;
        malformed + other_worker + unknown_link + replayed + forged
    }

    pub(crate) fn add(&mut self, refusal: Refusal) {
        *match refusal {
            Refusal::Malformed => &mut self.malformed,
            Refusal::OtherWorker => &mut self.other_worker,
            Refusal::UnknownLink => &mut self.unknown_link,
            Refusal::Replayed => &mut self.replayed,
            Refusal::Forged => &mut self.forged,
        } += 1;
    }
}
