//! Settings of a page's player.

use std::time::Duration;

use consonance_session::Rate;
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

/// Limits of a page, and how long it may be away. Input beyond a limit is refused and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageLimits {
    /// How long the player of a lost page is kept (default 10 s).
    pub keep: Duration,
    /// Messages of the page (default 50/s, 1000 at once: it opens all channels and rooms after a reload); counted as
    /// `messages_limited`, and as not understood.
    pub messages: Rate,
    /// Its packets of voice (default 120/s, 500 at once: packets of 10 ms, after a stall of some seconds); counted as
    /// `voice_limited`.
    pub voice_packets: Rate,
    /// Messages that could not be understood (default 100); with one more the player is removed.
    pub problems: u32,
    /// Channels open at once (default 128): every packet lists all of them.
    pub channels: usize,
    /// Bytes of queued messages (default 8 MiB); a page with more is too slow and is removed.
    pub waiting_bytes: usize,
}

impl Default for PageLimits {
    fn default() -> Self {
        Self {
            keep: Duration::from_secs(10),
            messages: Rate { per_second: 50, burst: 1000 },
            voice_packets: Rate { per_second: 120, burst: 500 },
            problems: 100,
            channels: 128,
            waiting_bytes: 8 << 20,
        }
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
