//! `WebSocket`s (RFC 6455) without sockets, for all networks that have their messages in them.
//!
//! ```text
//!   client ── Request ──▶ server          the upgrade from HTTP, once
//!   client ◀── Upgrade ─── server
//!   client ◀── frames ──▶ server          one binary message in each, or in several
//! ```
//!
//! [`ServerStream`] and [`ClientStream`] are the two ends as
//! [`MessageStream`](crate::gateway::streams::MessageStream)s; what differs between networks is their rules:
//! [`ServerRules`] with [`Paths`], and [`ClientRules`]. The frames are `tungstenite`'s; the upgrade is not, since a
//! server here may answer a request later and in its own words.

mod client;
mod frame_budget;
mod handshake;
mod listed_origins;
mod page_origins;
mod server;
mod socket;
mod upgrade;

pub use client::{ClientRules, ClientStream};
pub use frame_budget::{FrameBudget, TooManyFrames};
pub use handshake::{Request, new_key, write_acceptance};
pub use listed_origins::{ListedOrigins, ORIGIN, is_origin};
pub use page_origins::{ForeignPage, PageOrigins};
pub use server::{PathRefusal, Paths, PlainRefusal, ServerRules, ServerStream};

/// Close codes: the reason for the end of a connection in its last frame (section 7.4.1). Networks may define others,
/// from 4000 on.
pub mod close_code {
    /// The purpose of the connection is fulfilled.
    pub const NORMAL: u16 = 1000;
    /// The other end has broken the protocol.
    pub const PROTOCOL_ERROR: u16 = 1002;
    /// The other end has broken a rule of this server.
    pub const POLICY: u16 = 1008;
    /// The other end has sent a message that is longer than is taken.
    pub const TOO_LONG: u16 = 1009;
    /// The server has no room for now.
    pub const TRY_AGAIN: u16 = 1013;
}
