//! `WebSocket`s (RFC 6455) without sockets: handshakes and frames, for networks that have their messages in them.
//!
//! ```text
//!   client ── Request ──▶ server          the upgrade from HTTP, once
//!   client ◀── Upgrade ─── server
//!   client ◀── frames ──▶ server          one binary message in each, or in several
//! ```
//!
//! The protocol's state is kept by a [`MessageStream`](crate::streams::MessageStream) of a network: this only
//! reads and writes. TLS is left to a proxy in front.

mod frame;
mod frame_reader;
mod handshake;
mod page_origins;
mod upgrade;

pub use frame::{CONTROL_BYTES_MAX, Opcode, write_close, write_frame};
pub use frame_reader::FrameReader;
pub use handshake::{Head, Request, new_key, random, write_acceptance, write_refusal};
pub use page_origins::{ForeignPage, PageOrigins};
pub use upgrade::Upgrade;

/// Why a connection ends, as its last frame says it (section 7.4.1). Networks may have others, from 4000 on.
pub mod close_code {
    /// All is done.
    pub const NORMAL: u16 = 1000;
    /// The other end has broken the protocol.
    pub const PROTOCOL_ERROR: u16 = 1002;
    /// The other end has sent a message that is longer than is taken.
    pub const TOO_LONG: u16 = 1009;
}
