//! A server's request to repeat the handshake, to a peer that wrongly believes it is in the server's session.

use consonance_wire::SessionId;

/// The session number for [`ErrorWrongSession`](consonance_wire::ErrorWrongSession); it must differ from the server's
/// own, which the peer would ignore.
pub(crate) fn session_to_name(SessionId(own): SessionId) -> SessionId {
    SessionId(own.wrapping_add(1))
}
