//! What a room counts; the transports count the rest.

/// Messages that came in and belong to nothing here. Each is dropped, and no peer is disconnected for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoomStatistics {
    /// For a voice server, where there is none: on networks that send such messages to all players, all of them.
    pub no_server: u64,
    /// For a player, where there is none.
    pub no_player: u64,
    /// From a peer that is not in the room, or no longer.
    pub unknown_peer: u64,
    /// From this peer itself, by a network that brings them back without being asked to.
    pub own: u64,
    /// From a peer that the server has just sent away.
    pub refused: u64,
    /// Directly from a player, and nothing that players send each other; also what a former server still sends.
    pub not_for_players: u64,
    /// Peers that were one too many.
    pub peers_refused: u64,
}
