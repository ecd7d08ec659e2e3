//! Settings that the players of one listener share.

use std::time::Duration;

use consonance_session::Rate;
use consonance_settings::{PlainValue, settings};

settings! {
    /// The rooms that are channels, and the limits for a client.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PlayerSettings {
        /// Rooms that are channels whether players are in them or not; a slash in a name nests, so that `team/red` is
        /// the channel red in the channel team. Newcomers enter the first one; without any, they stay in the root.
        #[example(PlainValue::List(vec!["lobby".into(), "team/red".into(), "team/blue".into()]))]
        pub rooms: Vec<String> = vec!["lobby".to_owned()];
        /// Show other rooms that players are in as channels, too, and let users make new ones.
        pub other_rooms: bool = true;
        /// The name of the root channel, which is no room; the session's name if it is empty.
        pub root: String = String::new();
        /// A greeting for users that come, in plain text.
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
