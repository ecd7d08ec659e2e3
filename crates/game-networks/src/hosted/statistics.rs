//! Counters of a room; the transports count the rest.

/// Incoming messages that match nothing here. Each is dropped, and no peer is disconnected for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoomStatistics {
    /// For a voice server, where none runs: on networks that send such messages to all players, all of them.
    pub no_server: u64,
    /// For a player, where none is.
    pub no_player: u64,
    /// From a peer that is not in the room, or has left it.
    pub unknown_peer: u64,
    /// From this peer itself, on a network that returns them to their sender unasked.
    pub own: u64,
    /// From a peer that the server has just sent away.
    pub refused: u64,
    /// Directly from a player, and nothing that players send each other; also what a former server still sends.
    pub not_for_players: u64,
    /// Peers above the limit.
    pub peers_refused: u64,
}
