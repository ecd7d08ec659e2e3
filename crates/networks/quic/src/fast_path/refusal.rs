//! Why a datagram was dropped.

/// Why a datagram was dropped. Nothing was allocated or sent for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DatagramRefusal {
    /// It does not have the form of a datagram in this direction.
    #[error("not a datagram of the fast path")]
    Malformed,
    /// It names another worker: the system gave it to the wrong socket.
    #[error("for another worker")]
    OtherWorker,
    /// It names a link that does not exist (any more).
    #[error("for an unknown link")]
    UnknownLink,
    /// It is a duplicate, or too old to tell.
    #[error("replayed")]
    Replayed,
    /// It was not sealed with the link's key.
    #[error("not sealed by the peer")]
    Forged,
}

impl DatagramRefusal {
    /// A code for logs and bindings: unlike the text, it does not change.
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
    /// [`DatagramRefusal::Malformed`].
    pub malformed: u64,
    /// [`DatagramRefusal::OtherWorker`].
    pub other_worker: u64,
    /// [`DatagramRefusal::UnknownLink`].
    pub unknown_link: u64,
    /// [`DatagramRefusal::Replayed`].
    pub replayed: u64,
    /// [`DatagramRefusal::Forged`].
    pub forged: u64,
}

impl RefusalCounts {
    /// All of them.
    pub fn total(&self) -> u64 {
        let Self { malformed, other_worker, unknown_link, replayed, forged } = self;
        malformed + other_worker + unknown_link + replayed + forged
    }

    pub(crate) fn add(&mut self, refusal: DatagramRefusal) {
        *match refusal {
            DatagramRefusal::Malformed => &mut self.malformed,
            DatagramRefusal::OtherWorker => &mut self.other_worker,
            DatagramRefusal::UnknownLink => &mut self.unknown_link,
            DatagramRefusal::Replayed => &mut self.replayed,
            DatagramRefusal::Forged => &mut self.forged,
        } += 1;
    }
}
