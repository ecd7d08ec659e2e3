//! What a page's player is started with.

use std::time::Duration;

use consonance_session::Rate;

/// The identity of a page's player, and its session.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserSettings {
    /// The player's name, unique in its session.
    pub name: String,
    /// The session's name, for the page's eyes.
    pub session: String,
    /// Why it may join, if the session asks for a token.
    pub token: Option<String>,
    /// If it asks for a password.
    pub password: Option<String>,
    /// The place that it had at another server that shares the session, as
    /// [`Joined`](crate::control::ToPage::Joined) told it: it gets that back, if it is kept still.
    pub place: Option<String>,
    /// How many voices the page plays at once; more than 16 count as 16.
    pub slots: usize,
    /// Whether the page has keys: it can be in the group of an encrypted session, and seals and opens by itself.
    pub encrypts: bool,
}

/// Limits of a page, and how long it may be away. A page that exceeds a limit is refused alone, and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageLimits {
    /// How long the player of a page that was lost stays for it (default 10 s).
    pub keep: Duration,
    /// Messages of the page (default 50/s, 1000 at once: it opens all channels and rooms after a reload); counted as
    /// `messages_limited`, and as not understood.
    pub messages: Rate,
    /// Its packets of voice (default 120/s, 500 at once: packets of 10 ms, after a stall of some seconds); counted as
    /// `voice_limited`.
    pub voice_packets: Rate,
    /// Messages that could not be understood (default 100); with one more the player is out.
    pub problems: u32,
    /// Channels open at once (default 128): all of them stand in every packet.
    pub channels: usize,
    /// Bytes of messages that wait to be taken (default 8 MiB); with more the page is too slow, and out.
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

/// Does not show the secrets.
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
