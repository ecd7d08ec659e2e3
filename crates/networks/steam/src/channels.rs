//! The channels that voice uses: a convention between all peers of a game.

/// Numbers of channels. The first two are the originals', whose component has them as fields that a game may change;
/// the others only ends of ours read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteamChannels {
    /// What clients send to the server. 144984105.
    pub to_server: i32,
    /// What the server sends to clients, and players to each other. 144984106.
    pub to_client: i32,
    /// Where a client of ours says to a server that a link begins. 144984107.
    pub server_hello: i32,
    /// Where a player of ours says the same to another. 144984108.
    pub player_hello: i32,
}

impl Default for SteamChannels {
    fn default() -> Self {
        Self {
            to_server: 144_984_105,
            to_client: 144_984_106,
            server_hello: 144_984_107,
            player_hello: 144_984_108,
        }
    }
}
