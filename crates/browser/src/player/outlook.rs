//! A page's state, for diagnosing why a player is not heard.

use std::time::Duration;

use consonance_session::Instant;

use super::BrowserPlayer;
use crate::uplink::UplinkStatistics;

/// When a packet of a page's voice last came, of any kind and of each inaudible kind; `None` if none ever did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageVoice {
    /// Any.
    pub newest: Option<Instant>,
    /// A packet that came while no channel was open.
    pub without_channel: Option<Instant>,
    /// A silent packet after 5 s without speech: pauses between words do not count.
    pub silent: Option<Instant>,
    /// A packet over the rate.
    pub too_many: Option<Instant>,
    /// A packet that is not Opus, or whose frames do not add up to 20 ms.
    pub unusable: Option<Instant>,
    /// A packet that the session took.
    said: Option<Instant>,
}

/// The shortest silence that is not a pause between words.
const LONG_SILENCE: Duration = Duration::from_secs(5);

impl PageVoice {
    /// Notes that the session has taken a frame.
    pub(super) fn note_said(&mut self, now: Instant) {
        self.said = Some(now);
    }

    /// Notes the outcome of a packet.
    pub(super) fn note_fate(&mut self, now: Instant, before: &UplinkStatistics, after: &UplinkStatistics) {
        let unusable = |it: &UplinkStatistics| it.malformed + it.too_long + it.incomplete;
        if unusable(after) > unusable(before) {
            self.unusable = Some(now);
        }
        let is_pause = self.said.is_some_and(|said| now.since(said) < LONG_SILENCE);
        if after.silent > before.silent && !is_pause {
            self.silent = Some(now);
        }
    }
}

impl BrowserPlayer {
    /// When the page's voice last came, and its outcome.
    pub fn page_voice(&self) -> PageVoice {
        self.page_voice
    }

    /// How many channels the page has open.
    pub fn open_channels(&self) -> usize {
        self.channels.len()
    }

    /// How many voices the page plays at once.
    pub fn slots(&self) -> usize {
        self.downlink.slots()
    }

    /// The names of present speakers that are not ignored and have no slot.
    pub fn without_slot(&self) -> impl Iterator<Item = &str> {
        self.downlink.without_slot()
    }

    /// The names of players that the page ignores, in order.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        self.downlink.ignored()
    }
}
