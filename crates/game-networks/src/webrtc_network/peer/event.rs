//! Inputs and outputs of a connection, as values.

use consonance_link::{Delivery, DisconnectReason};

/// The role of this end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Offers, and opens the channels.
    Connector,
    /// Answers.
    Listener,
}

/// How we find a path to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ice {
    /// We look for it ourselves (RFC 8445).
    Full,
    /// We have public addresses, and only answer the checks of others (section 2.5 there).
    Lite,
}

/// An event on a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PeerEvent {
    /// Both channels are open. A listener's end waits for [`accept`](super::PeerConnection::accept)
    /// before the connector learns it.
    Open,
    /// A packet came.
    Packet(Delivery, Vec<u8>),
    /// The connection is over.
    Closed(End),
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// We wanted it.
    ByUs,
    /// The other side did.
    ByPeer,
    /// It did not come up, or nothing was heard, for too long.
    TimedOut,
    /// The other side broke the rules.
    Violation(&'static str),
}

impl End {
    /// The same for the reader of an open connection's events.
    pub(crate) fn reason(self) -> DisconnectReason {
        match self {
            Self::ByUs => DisconnectReason::ClosedByUs,
            Self::ByPeer => DisconnectReason::closed_by_peer(b""),
            Self::TimedOut => DisconnectReason::TimedOut,
            Self::Violation(violation) => {
                DisconnectReason::ProtocolViolated { violation: violation.to_owned() }
            }
        }
    }
}

/// The result of sending a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is sent or queued.
    Yes,
    /// It is queued, and an older one was dropped for it.
    InPlaceOfOldest,
    /// The connection is not open.
    NotOpen,
    /// The queue of reliable packets is full.
    Full,
}
