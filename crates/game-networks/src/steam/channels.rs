//! The channels that voice uses: a convention between all peers of a game.

/// The channel numbers. The first two are the originals', whose component has them as fields that a game may change;
/// only our ends read the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteamChannels {
    /// Packets from clients to the server. 144984105.
    pub to_server: i32,
    /// Packets from the server to clients, and between players. 144984106.
    pub to_client: i32,
    /// Signals of our clients to a server that open a link. 144984107.
    pub server_hello: i32,
    /// Signals of our players to each other that open a link. 144984108.
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
