//! The page of a player in a browser, as the server sees it.

use serde::{Deserialize, Serialize};

/// The state of a page and of the voice that it sends, for diagnosing why a player is not heard.
///
/// Fields that end with `_ms_ago` are in milliseconds before now; `None` if it never happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PageRow {
    /// Whether the page is connected; the player of a lost page is kept for a while.
    pub is_connected: bool,
    /// Channels that the page has open; none while its player is muted, or does not talk.
    pub channels: usize,
    /// Time since a packet of its voice arrived.
    pub voice_ms_ago: Option<u64>,
    /// Time since one arrived while no channel was open.
    pub without_channel_ms_ago: Option<u64>,
    /// Time since one arrived without speech in it.
    pub silent_ms_ago: Option<u64>,
    /// Time since one was dropped because the page exceeded its rate.
    pub too_many_ms_ago: Option<u64>,
    /// Time since one was dropped because it was not Opus, or its length cannot be repacked into 20 ms.
    pub unusable_ms_ago: Option<u64>,
    /// The number of voices that the page plays at once.
    pub slots: usize,
    /// The names of present speakers without a slot.
    pub without_slot: Vec<String>,
    /// The names of players that it ignores, as far as the page reports them.
    pub ignored: Vec<String>,
}

impl PageRow {
    /// Why the page is currently not heard, in words, if the reason is on its side.
    pub fn trouble(&self) -> Option<&'static str> {
        if !self.is_connected {
            Some("its page is away: closed, asleep or without a network")
        } else if !is_new(self.voice_ms_ago) {
            Some("no sound comes from its page: the microphone is off, or the browser does not allow it")
        } else if is_new(self.too_many_ms_ago) {
            Some("its page sends more packets of voice than a page may, and they are dropped")
        } else if is_new(self.unusable_ms_ago) {
            Some("its page sends packets of voice other than Opus of 20 ms, and they are dropped")
        } else if self.channels == 0 {
            Some(
                "its page has no open channel: it is muted, or the key is not held, or nothing is said \
                 above the threshold",
            )
        } else if is_new(self.silent_ms_ago) {
            Some("only silence comes from its page")
        } else {
            None
        }
    }
}

/// Older events say nothing about the present, in milliseconds.
const NEW_MS: u64 = 5_000;

fn is_new(ms_ago: Option<u64>) -> bool {
    ms_ago.is_some_and(|ms| ms <= NEW_MS)
}
