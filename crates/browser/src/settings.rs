//! Settings of a page's player.

use std::time::Duration;

use consonance_session::Rate;
use consonance_settings::settings;
use serde::Deserialize;

/// The identity of a page's player, and its session. A page that runs its player itself writes it as JSON, where all
/// but `name`, `session` and `slots` are optional.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct BrowserSettings {
    /// The player's name, unique in its session.
    pub name: String,
    /// The session's name, shown to the page.
    pub session: String,
    /// The join token, if the session requires one.
    pub token: Option<String>,
    /// The password, if the session requires one.
    pub password: Option<String>,
    /// The place that the player had at another server that shares the session, from
    /// [`Joined`](crate::control::ToPage::Joined): it gets that place back, if it is still kept. Not in JSON: a player
    /// that the page runs outlives its links, and keeps its place itself.
    #[serde(skip)]
    pub place: Option<String>,
    /// How many voices the page plays at once; more than 16 count as 16.
    pub slots: usize,
    /// Whether the page has keys: it can be in the group of an encrypted session, and seals and opens by itself.
    #[serde(default)]
    pub encrypts: bool,
}

settings! {
    /// Limits of a page, and how long it may be away. Input beyond a limit is refused and counted.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PageLimits {
        /// How long a lost page's player is kept.
        pub keep: Duration as resume_s = Duration::from_secs(10), 0..=3600;
        /// Rooms and players that one page can speak to.
        pub channels: usize as channels_max = 128, 1..=160;
        /// Packets of voice; counted as `voice_limited`.
        pub voice_packets: Rate as {
            /// Voice packets of one page per second.
            per_second as voice_packets_per_second, 1..=1_000;
            /// Burst of voice packets.
            burst as voice_packets_burst, 1..=10_000;
        } = Rate { per_second: 120, burst: 500 };
        /// Messages of the page; counted as `messages_limited`, and as not understood.
        pub messages: Rate as {
            /// Control messages of one page per second.
            per_second as messages_per_second, 1..=10_000;
            /// Burst of control messages.
            burst as messages_burst, 1..=100_000;
        } = Rate { per_second: 50, burst: 1000 };
        /// Invalid messages of one page.
        ///
        /// They could not be understood; with one more the player is removed.
        pub problems: u32 as invalid_messages_max = 100, 1..=1_000_000;
        /// Bytes of messages queued for one page.
        ///
        /// A page with more is too slow and is removed.
        pub waiting_bytes: usize as queued_bytes = 8 << 20, 65_536..=1_073_741_824;
    }
}

/// Hides the secrets.
impl std::fmt::Debug for BrowserSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, session, slots, .. } = self;
        f.debug_struct("BrowserSettings")
            .field("name", name)
            .field("session", session)
            .field("slots", slots)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_a_page_needs_three_keys_and_cannot_name_a_place() {
        let least = BrowserSettings {
            name: "Alice".to_owned(),
            session: "main".to_owned(),
            token: None,
            password: None,
            place: None,
            slots: 4,
            encrypts: false,
        };
        let read = |json: &str| serde_json::from_str::<BrowserSettings>(json).unwrap();
        let text = r#"{"name":"Alice","session":"main","slots":4,"place":"p","constantRate":true}"#;
        assert_eq!(read(text), least);
        let text =
            r#"{"name":"Alice","session":"main","slots":4,"token":"t","password":"p","encrypts":true}"#;
        let (token, password) = (Some("t".to_owned()), Some("p".to_owned()));
        assert_eq!(read(text), BrowserSettings { token, password, encrypts: true, ..least });
        for key in ["name", "session", "slots"] {
            let text = text.replace(key, "other");
            assert!(serde_json::from_str::<BrowserSettings>(&text).is_err(), "{text}");
        }
    }
}
