//! Counters of a signalling server.

/// Counters of clients, addresses, connections and messages at the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignallingCounts {
    /// Clients that were admitted.
    pub welcomed: u64,
    /// Clients that were [not](super::NotWelcome).
    pub not_welcome: u64,
    /// Addresses that were taken, or could not be one.
    pub addresses_denied: u64,
    /// Connections to addresses without a listener, or beyond a limit.
    pub connections_failed: u64,
    /// Messages that passed from one client to another.
    pub relayed: u64,
    /// Messages for links that are not there.
    pub without_link: u64,
    /// Messages that were none of the protocol, or none that a client may send.
    pub refused: u64,
    /// Clients that were sent away, since they or others at their address sent too many messages.
    pub sent_away: u64,
    /// Clients that found no place, or made room for others.
    pub rejected: u64,
    /// Messages that did not pass, since their receiver was behind with reading.
    pub not_taken: u64,
}
