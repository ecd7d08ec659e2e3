//! Why a connection ended, as its last frame says it. The text beside it is an encoded
//! [`EndReason`](crate::EndReason), or words where a client broke the protocol.
//!
//! Besides these, 1000 is sent by a client that leaves (RFC 6455, section 7.4.1).

pub use crate::gateway::websocket::close_code::{NORMAL, PROTOCOL_ERROR, TOO_LONG};

/// The server has ended the connection, such as when a player is kicked or the server stops.
pub const ENDED: u16 = 4000;

/// The server does not take the client in, such as when the session is full.
pub const REFUSED: u16 = 4403;

/// There is no session of this name here.
pub const NO_SUCH_SESSION: u16 = 4404;

/// The client's send queue has overflowed.
pub const TOO_SLOW: u16 = 4408;
