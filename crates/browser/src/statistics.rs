//! Counters of a page's player.

use crate::downlink::DownlinkStatistics;
use crate::uplink::UplinkStatistics;

/// Counters from the start, over all connections of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrowserStatistics {
    /// Messages of the page that were followed, ignored or refused.
    pub messages: u64,
    /// Messages of unknown kinds.
    pub unknown: u64,
    /// Messages that could not be understood.
    pub problems: u64,
    /// Messages over the rate.
    pub messages_limited: u64,
    /// Messages that were understood but could not be followed, such as one channel too many.
    pub refused: u64,
    /// Messages to the page.
    pub told: u64,
    /// Packets of voice over the rate.
    pub voice_limited: u64,
    /// Packets of voice while no channel was open.
    pub unheard: u64,
    /// Frames that did not fit into a packet of the session, or had no session.
    pub unsent: u64,
    /// Counters of the packets of voice from the page.
    pub uplink: UplinkStatistics,
    /// Counters of the voice to the page.
    pub downlink: DownlinkStatistics,
}
