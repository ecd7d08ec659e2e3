//! Settings that the players of one listener share.

use std::time::Duration;

use consonance_session::Rate;

/// The rooms that are channels, and the limits for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlayerSettings {
    /// Rooms that are channels whether players are in them or not; a `/` in a name nests. Newcomers enter the first
    /// one, or stay in the root channel if there is none.
    pub rooms: Vec<String>,
    /// Whether other rooms are channels, too, while players are in them, and clients can enter new ones (default
    /// true).
    pub other_rooms: bool,
    /// The name of the root channel, which is not a room.
    pub root: String,
    /// A greeting, in plain text; none if it is empty.
    pub welcome: String,
    /// Bits per second that a client may use for its voice.
    pub bandwidth_max: u32,
    /// Users at once, for clients to show.
    pub users_max: u32,
    /// Control messages of a client (default 50/s, 500 at once); counted and dropped above that.
    pub messages: Rate,
    /// Voice packets of a client (default 120/s, 500 at once); counted and dropped above that.
    pub voice_packets: Rate,
    /// Channels that there may be (default 1000); further rooms are not shown.
    pub channels_max: usize,
    /// Control messages that wait to be taken (default 20 000); with more, the client is too slow.
    pub waiting_max: usize,
    /// The timeout for entering a room (default 2 s): a server sends no answer to players that may not enter.
    pub entering_max: Duration,
}

impl PlayerSettings {
    /// The defaults, with this name for the root channel.
    pub fn new(root: impl Into<String>) -> Self {
        Self {
            rooms: Vec::new(),
            other_rooms: true,
            root: root.into(),
            welcome: String::new(),
            bandwidth_max: 144_000,
            users_max: 1000,
            messages: Rate { per_second: 50, burst: 500 },
            voice_packets: Rate { per_second: 120, burst: 500 },
            channels_max: 1000,
            waiting_max: 20_000,
            entering_max: Duration::from_secs(2),
        }
    }
}
