//! Reasons for closing a connection: their encoding, and their report to the user.

use consonance_link::{DisconnectReason, EndCode, EndKind, EndReason};
use quinn::{ApplicationClose, ConnectionClose, ConnectionError, TransportErrorCode, VarInt};

/// The application's error code in a `CONNECTION_CLOSE` frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseCode {
    /// Leaving, or asked to leave.
    Goodbye = 0,
    /// The server rejected the client.
    Refused = 1,
    /// The peer did not take its control packets in time.
    TooSlow = 2,
    /// The peer violated the protocol.
    Violation = 3,
    /// The client does not get the name that it asks for. The reason contains this, too; clients of version 0.1 rely
    /// on this code.
    NameRefused = 4,
}

impl From<CloseCode> for VarInt {
    fn from(code: CloseCode) -> Self {
        Self::from_u32(code as u32)
    }
}

impl CloseCode {
    /// The code that accompanies a reason from the server.
    pub(crate) fn for_end(reason: &EndReason) -> Self {
        if reason.kind() == EndKind::Name { Self::NameRefused } else { Self::Goodbye }
    }

    /// The code sent to the other side when a link ends for a reason found on this side.
    pub(crate) fn for_reason(reason: &DisconnectReason) -> Self {
        match reason {
            DisconnectReason::Overloaded { .. } => Self::TooSlow,
            DisconnectReason::ProtocolViolated { .. } => Self::Violation,
            DisconnectReason::ClosedByUs
            | DisconnectReason::ClosedByPeer { .. }
            | DisconnectReason::Refused { .. }
            | DisconnectReason::ServerFull { .. }
            | DisconnectReason::TimedOut
            | DisconnectReason::CertificateNotTrusted { .. }
            | DisconnectReason::CouldNotResolve { .. }
            | DisconnectReason::Unreachable { .. } => Self::Goodbye,
        }
    }
}

/// Converts the error of a lost connection to a reason for the user.
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

/// Servers of version 0.1 express this in the text only.
fn name_refused(reason: &[u8]) -> EndReason {
    let reason = EndReason::decode(reason);
    if reason.code == EndCode::Other { EndReason { code: EndCode::Name, ..reason } } else { reason }
}

/// The encoding of a reason without fields.
pub(crate) fn line(code: EndCode) -> String {
    EndReason::from(code).encode()
}

fn reason_of_transport(code: TransportErrorCode, words: &[u8]) -> DisconnectReason {
    /// The TLS alert (RFC 7301) of a server that does not support our protocol.
    const NO_APPLICATION_PROTOCOL: u8 = 120;
    if code == TransportErrorCode::CONNECTION_REFUSED {
        DisconnectReason::refused(b"it accepts no more connections at the moment")
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
