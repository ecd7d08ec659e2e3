//! Events on connections.

use std::io;
use std::net::SocketAddr;

use crate::DisconnectReason;

/// The identifier of a connection: never reused, counting up from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TcpId(pub u64);

/// An event on a connection.
#[derive(Debug)]
pub enum TcpEvent {
    /// It is up: a peer has connected, or the peer that we dialled has answered.
    Opened {
        /// The identifier of the new connection.
        id: TcpId,
        /// The address of the other end.
        remote: SocketAddr,
    },
    /// More bytes are in [`received`](super::TcpConnections::received).
    Received {
        /// The connection.
        id: TcpId,
    },
    /// It is gone, along with all bytes that were not consumed. Reported once for each connection that was not
    /// [aborted](super::TcpConnections::abort), even if it was never open.
    Closed {
        /// The connection.
        id: TcpId,
        /// Why.
        end: TcpEnd,
    },
}

/// Why a connection ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum TcpEnd {
    /// We [finished](super::TcpConnections::finish) it; our goodbye is on its way.
    Finished,
    /// The other side closed it, or its system did.
    ByPeer,
    /// The other side stopped responding.
    TimedOut,
    /// More waited to be sent than [`outgoing_bytes_max`](super::TcpSettings::outgoing_bytes_max).
    TooSlow,
    /// Anything else, in the system's words; a connection that could not be made, above all.
    Failed(io::Error),
}

impl TcpEnd {
    /// The disconnect reason that a driver reports for it.
    pub fn reason(&self) -> DisconnectReason {
        match self {
            Self::Finished => DisconnectReason::ClosedByUs,
            Self::TimedOut => DisconnectReason::TimedOut,
            Self::TooSlow => {
                DisconnectReason::Overloaded { queue: "the queue of reliable messages".to_owned() }
            }
            // For `Failed`, the system gave up: neither end asked for it, and another attempt may succeed.
            Self::ByPeer | Self::Failed(_) => DisconnectReason::closed_by_peer(b""),
        }
    }
}

impl From<io::Error> for TcpEnd {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Self::ByPeer
            }
            io::ErrorKind::TimedOut => Self::TimedOut,
            _ => Self::Failed(error),
        }
    }
}
