//! What happens on connections.

use std::io;
use std::net::SocketAddr;

use consonance_transport::DisconnectReason;

/// One of many connections: never used again, counting up from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TcpId(pub u64);

/// What happened on a connection.
#[derive(Debug)]
pub enum TcpEvent {
    /// It is up: a peer connected, or the one that we called has answered.
    Opened {
        /// Its name from now on.
        id: TcpId,
        /// The address of the other end.
        remote: SocketAddr,
    },
    /// More bytes are in [`received`](super::TcpConnections::received).
    Received {
        /// On which connection.
        id: TcpId,
    },
    /// It is gone, and with it what was not consumed. This comes once for each connection that was not
    /// [aborted](super::TcpConnections::abort), also if it never was open.
    Closed {
        /// Which.
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
    /// The other side did not answer any more.
    TimedOut,
    /// More waited to be sent than [`outgoing_bytes_max`](super::TcpSettings::outgoing_bytes_max).
    TooSlow,
    /// Anything else, in the system's words; a connection that could not be made, above all.
    Failed(io::Error),
}

impl TcpEnd {
    /// What a driver is told of it.
    pub fn reason(&self) -> DisconnectReason {
        match self {
            Self::Finished => DisconnectReason::ClosedByUs,
            Self::TimedOut => DisconnectReason::TimedOut,
            Self::TooSlow => {
                DisconnectReason::Overloaded { queue: "the queue of reliable messages".to_owned() }
            }
            // The system gave up for whatever reason: neither end asked for it, and another attempt may succeed.
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
