//! How a server asks a peer that believes to be in its session to shake hands again.

use consonance_wire::SessionId;

/// What it names in [`ErrorWrongSession`](consonance_wire::ErrorWrongSession), as its own number would be no news.
pub(crate) fn session_to_name(SessionId(own): SessionId) -> SessionId {
    SessionId(own.wrapping_add(1))
}
