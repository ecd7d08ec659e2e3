//! The channels that voice uses: a convention between all peers of a game.

use consonance_settings::settings;

settings! {
    /// The channel numbers. The first two are the originals', whose component has them as fields that a game may
    /// change; only our ends read the others.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct SteamChannels {
        /// The channel of messages to the server, if the game changes it.
        pub to_server: i32 as channel_to_server = 144_984_105, 0..=2_147_483_647;
        /// The channel of messages to clients.
        ///
        /// Also between players.
        pub to_client: i32 as channel_to_client = 144_984_106, 0..=2_147_483_647;
        /// Signals of our clients to a server that open a link.
        pub server_hello: i32 as _ = 144_984_107;
        /// Signals of our players to each other that open a link.
        pub player_hello: i32 as _ = 144_984_108;
    }
}
