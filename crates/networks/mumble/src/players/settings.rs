//! Settings that the players of one listener share.

use std::time::Duration;

use consonance_session::Rate;
use consonance_settings::{PlainValue, settings};

settings! {
    /// The rooms that are channels, and the limits for a client.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PlayerSettings {
        /// Rooms that are always channels; `team/red` is the channel red in team. Newcomers enter the first one.
        #[example(PlainValue::List(vec!["lobby".into(), "team/red".into(), "team/blue".into()]))]
        pub rooms: Vec<String> = vec!["lobby".to_owned()];
        /// Show other rooms in use as channels, and let users make new ones.
        pub other_rooms: bool = true;
        /// The name of the root channel; if it is empty, the session's.
        pub root: String = String::new();
        /// A greeting for users, in plain text.
        pub welcome: String = String::new();
        /// Bits per second that a client may use for its voice, as the network has it.
        pub bandwidth_max: u32 as _ = 144_000;
        /// Users at once, for clients to show.
        pub users_max: u32 as _ = 1000;
        /// Control messages of a client; counted and dropped above that.
        pub messages: Rate as _ = Rate { per_second: 50, burst: 500 };
        /// Voice packets of a client; counted and dropped above that.
        pub voice_packets: Rate as _ = Rate { per_second: 120, burst: 500 };
        /// Channels that there may be; further rooms are not shown.
        pub channels_max: usize as _ = 1000;
        /// Control messages that wait to be taken; with more, the client is too slow.
        pub waiting_max: usize as _ = 20_000;
        /// The timeout for entering a room: a server sends no answer to players that may not enter.
        pub entering_max: Duration as _ = Duration::from_secs(2);
    }
}

impl PlayerSettings {
    /// The defaults, with this name for the root channel.
    pub fn new(root: impl Into<String>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }
}
