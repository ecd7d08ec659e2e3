//! The page of a player in a browser, as the server sees it.

use serde::{Deserialize, Serialize};

/// What comes from a page and what becomes of it, for diagnosing why a player is not heard.
///
/// How long ago something was is in milliseconds; none if it never was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PageRow {
    /// The page is there; the player of one that was lost is kept for a while.
    pub is_connected: bool,
    /// Channels that the page has open; none while its player is muted, or does not talk.
    pub channels: usize,
    /// A packet of its voice came.
    pub voice_ms_ago: Option<u64>,
    /// One came while no channel was open.
    pub without_channel_ms_ago: Option<u64>,
    /// One came in which nothing is said.
    pub silent_ms_ago: Option<u64>,
    /// One came beyond the page's rate, and was dropped.
    pub too_many_ms_ago: Option<u64>,
    /// One came that is not Opus, or of a length that cannot be made into 20 ms, and was dropped.
    pub unusable_ms_ago: Option<u64>,
    /// How many voices the page plays at once.
    pub slots: usize,
    /// The names of present speakers without a slot.
    pub without_slot: Vec<String>,
    /// The names of those it ignores, as far as they are told.
    pub ignored: Vec<String>,
}

impl PageRow {
    /// Why the page is not heard just now, in words, if there is a reason on its side.
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

/// Older things say nothing of now, in milliseconds.
const NEW_MS: u64 = 5_000;

fn is_new(ms_ago: Option<u64>) -> bool {
    ms_ago.is_some_and(|ms| ms <= NEW_MS)
}
