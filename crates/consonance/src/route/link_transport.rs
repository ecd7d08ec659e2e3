//! The kinds of transport that a link to a server may have.

/// The transport of the link to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum LinkTransport {
    /// The network that the chat was started with: QUIC and so UDP, for an address that begins with `quic://`.
    #[default]
    Primary,
    /// A `WebSocket` with TLS on the same server, since UDP does not get through. A lost segment delays all voice
    /// behind it, so sound breaks up more easily than over UDP.
    WebSocket,
}
