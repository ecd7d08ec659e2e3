//! Discovery of peers: a small server relays their negotiation, by addresses that they choose.
//!
//! [`SignalMessage`] is a message over the WebSocket, [`SignallingServer`] the server as a state machine without
//! sockets, and [`SignallingListener`] the same with sockets and a thread of its own.

pub(crate) mod client;
mod counts;
pub(crate) mod link;
mod listener;
pub(crate) mod message;
mod pace;
mod places;
pub(crate) mod poll_budget;
mod reserved;
mod seat;
mod server;
mod url;

pub use counts::SignallingCounts;
pub use listener::{SignallingListenError, SignallingListener, SignallingListenerSettings};
pub use message::{
    ADDRESS_UNITS_MAX, Data, MESSAGE_BYTES_MAX, SignalKind, SignalLinkId, SignalMessage, SignalMessageError,
    VERSION,
};
pub use reserved::ReservedAddresses;
pub use server::{AddressSharing, Guest, NotWelcome, SignallingServer, SignallingSettings};
pub use url::{SignallingUrl, SignallingUrlError};
