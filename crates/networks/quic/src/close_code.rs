//! Why a connection was closed, as it travels, and as it is reported.

use consonance_transport::{DisconnectReason, EndCode, EndKind, EndReason};
use quinn::{ApplicationClose, ConnectionClose, ConnectionError, TransportErrorCode, VarInt};

/// The application's error code in a `CONNECTION_CLOSE` frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseCode {
    /// Leaving, or asked to leave.
    Goodbye = 0,
    /// The server did not take the client in.
    Refused = 1,
    /// The peer did not take its control packets.
    TooSlow = 2,
    /// The peer broke the protocol.
    Violation = 3,
    /// The client does not get the name that it asks for. The reason says so, too; clients of version 0.1 go by this.
    NameRefused = 4,
}

impl From<CloseCode> for VarInt {
    fn from(code: CloseCode) -> Self {
        Self::from_u32(code as u32)
    }
}

impl CloseCode {
    /// What stands beside a reason of the server.
    pub(crate) fn for_end(reason: &EndReason) -> Self {
        if reason.kind() == EndKind::Name { Self::NameRefused } else { Self::Goodbye }
    }

    /// What the other side is told when a link ends for a reason found on this side.
    pub(crate) fn for_reason(reason: &DisconnectReason) -> Self {
        match reason {
            DisconnectReason::Overloaded { .. } => Self::TooSlow,
            DisconnectReason::ProtocolViolated { .. } => Self::Violation,
            _ => Self::Goodbye,
        }
    }
}

/// What a lost connection means to its user.
pub(crate) fn reason_of(error: &ConnectionError) -> DisconnectReason {
    match error {
        ConnectionError::ApplicationClosed(ApplicationClose { error_code, reason }) => {
            if *error_code == CloseCode::Refused.into() {
                DisconnectReason::refused(reason)
            } else if *error_code == CloseCode::NameRefused.into() {
                DisconnectReason::ClosedByPeer { reason: name_refused(reason) }
            } else {
                DisconnectReason::closed_by_peer(reason)
            }
        }
        ConnectionError::ConnectionClosed(ConnectionClose { error_code, reason, .. }) => {
            reason_of_transport(*error_code, reason)
        }
        ConnectionError::TimedOut => DisconnectReason::TimedOut,
        ConnectionError::Reset => DisconnectReason::closed_by_peer(b"it was restarted and does not know us"),
        ConnectionError::LocallyClosed => DisconnectReason::ClosedByUs,
        ConnectionError::VersionMismatch => violated("it speaks another version of QUIC"),
        ConnectionError::TransportError(error) => violated(error.reason.clone()),
        ConnectionError::CidsExhausted => violated("connection ids ran out"),
    }
}

/// Servers of version 0.1 say it in words only.
fn name_refused(reason: &[u8]) -> EndReason {
    let reason = EndReason::decode(reason);
    if reason.code == EndCode::Other { EndReason { code: EndCode::Name, ..reason } } else { reason }
}

/// A reason without fields, as it travels.
pub(crate) fn line(code: EndCode) -> String {
    EndReason::from(code).encode()
}

fn reason_of_transport(code: TransportErrorCode, words: &[u8]) -> DisconnectReason {
    /// The TLS alert (RFC 7301) of a server that does not know our protocol.
    const NO_APPLICATION_PROTOCOL: u8 = 120;
    if code == TransportErrorCode::CONNECTION_REFUSED {
        DisconnectReason::refused(b"it takes no more connections at the moment")
    } else if code == TransportErrorCode::crypto(NO_APPLICATION_PROTOCOL) {
        violated("it speaks QUIC, but not to voice clients of this version")
    } else if code == TransportErrorCode::NO_ERROR {
        DisconnectReason::closed_by_peer(words)
    } else {
        violated(format!("it closed the connection with {code}"))
    }
}

pub(crate) fn violated(violation: impl Into<String>) -> DisconnectReason {
    DisconnectReason::ProtocolViolated { violation: violation.into() }
}
