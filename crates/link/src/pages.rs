//! Statistics of a network whose players are browser pages.

use std::time::Duration;

/// Traffic between browser pages and their players on this server. Counted from the start, over all pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageStatistics {
    /// Offers that were answered.
    pub offers_taken: u64,
    /// Offers that could not be parsed.
    pub offers_refused: u64,
    /// Packets of voice that came from pages.
    pub voice_received: u64,
    /// Packets of voice that left for pages.
    pub voice_sent: u64,
    /// Packets of voice with another length than 20 ms that were split or merged.
    pub voice_repacked: u64,
    /// Packets of voice from pages that did not arrive, as the numbers of the others show.
    pub voice_missing: u64,
    /// Messages that came from pages.
    pub messages_received: u64,
    /// Messages for pages.
    pub messages_sent: u64,
    /// Received data that was not used, and outgoing data that was not sent.
    pub dropped: PageDrops,
}

/// Data dropped between pages and their players, by kind and reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageDrops {
    /// Packets of voice from a page while it had no channel open.
    pub voice_without_channel: u64,
    /// Packets of voice from a page beyond its rate.
    pub voice_too_many: u64,
    /// Packets of voice from a page with frames of more than 20 ms, which cannot be split.
    pub voice_too_long: u64,
    /// Packets of voice from a page whose frames do not add up to 20 ms.
    pub voice_incomplete: u64,
    /// Packets of voice from a page that are not Opus.
    pub voice_malformed: u64,
    /// Packets of voice from a page that came twice, or too late to be used.
    pub voice_too_late: u64,
    /// Frames of a page's voice without a session.
    pub voice_unsent: u64,
    /// Frames for a page of speakers without a slot: others were louder, or spoke earlier.
    pub frames_without_slot: u64,
    /// Frames for pages whose path carries too few voices at once, dropped in favour of others.
    pub frames_beyond_capacity: u64,
    /// Frames for a page of players that it ignores.
    pub frames_ignored: u64,
    /// Frames for a page that are not Opus.
    pub frames_foreign: u64,
    /// Frames for a page that came too late, or left too slowly.
    pub frames_too_late: u64,
    /// Messages of a page that could not be understood.
    pub messages_malformed: u64,
    /// Messages of a page of an unknown kind.
    pub messages_unknown: u64,
    /// Messages of a page beyond its rate.
    pub messages_too_many: u64,
    /// Messages of a page that were understood but could not be followed.
    pub messages_refused: u64,
    /// Datagrams that belong to no page.
    pub datagrams_stray: u64,
    /// Datagrams of one address beyond what a page may send, dropped before parsing.
    pub datagrams_too_many: u64,
    /// Packets of voice and messages far beyond what a page sends.
    pub flooded: u64,
    /// Datagrams, packets and messages that make no sense.
    pub malformed: u64,
    /// Datagrams that came faster than their worker processed them.
    pub datagrams_waiting: u64,
    /// Datagrams that the operating system did not accept.
    pub datagrams_unsent: u64,
    /// Datagrams for TCP connections that do not accept them.
    pub tcp_unsent: u64,
    /// TCP connections for datagrams that belong to no page, or carried none.
    pub connections_stray: u64,
    /// TCP connections for datagrams beyond their limit.
    pub connections_too_many: u64,
}

impl PageStatistics {
    /// Returns the sum with the statistics of another listener's pages.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        Self {
            offers_taken: self.offers_taken + other.offers_taken,
            offers_refused: self.offers_refused + other.offers_refused,
            voice_received: self.voice_received + other.voice_received,
            voice_sent: self.voice_sent + other.voice_sent,
            voice_repacked: self.voice_repacked + other.voice_repacked,
            voice_missing: self.voice_missing + other.voice_missing,
            messages_received: self.messages_received + other.messages_received,
            messages_sent: self.messages_sent + other.messages_sent,
            dropped: self.dropped.with(other.dropped),
        }
    }
}

impl PageDrops {
    fn with(self, other: Self) -> Self {
        Self {
            voice_without_channel: self.voice_without_channel + other.voice_without_channel,
            voice_too_many: self.voice_too_many + other.voice_too_many,
            voice_too_long: self.voice_too_long + other.voice_too_long,
            voice_incomplete: self.voice_incomplete + other.voice_incomplete,
            voice_malformed: self.voice_malformed + other.voice_malformed,
            voice_too_late: self.voice_too_late + other.voice_too_late,
            voice_unsent: self.voice_unsent + other.voice_unsent,
            frames_without_slot: self.frames_without_slot + other.frames_without_slot,
            frames_beyond_capacity: self.frames_beyond_capacity + other.frames_beyond_capacity,
            frames_ignored: self.frames_ignored + other.frames_ignored,
            frames_foreign: self.frames_foreign + other.frames_foreign,
            frames_too_late: self.frames_too_late + other.frames_too_late,
            messages_malformed: self.messages_malformed + other.messages_malformed,
            messages_unknown: self.messages_unknown + other.messages_unknown,
            messages_too_many: self.messages_too_many + other.messages_too_many,
            messages_refused: self.messages_refused + other.messages_refused,
            datagrams_stray: self.datagrams_stray + other.datagrams_stray,
            datagrams_too_many: self.datagrams_too_many + other.datagrams_too_many,
            flooded: self.flooded + other.flooded,
            malformed: self.malformed + other.malformed,
            datagrams_waiting: self.datagrams_waiting + other.datagrams_waiting,
            datagrams_unsent: self.datagrams_unsent + other.datagrams_unsent,
            tcp_unsent: self.tcp_unsent + other.tcp_unsent,
            connections_stray: self.connections_stray + other.connections_stray,
            connections_too_many: self.connections_too_many + other.connections_too_many,
        }
    }
}

/// The state of one player's page, as far as it is known here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PageState {
    /// Whether the page is connected; the player of a lost page is kept for a while.
    pub is_connected: bool,
    /// Channels that the page has open.
    pub channels: usize,
    /// Time since the newest packet of its voice; `None` if none ever came.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub voice: Option<Duration>,
    /// Time since a packet came while no channel was open.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub without_channel: Option<Duration>,
    /// Time since a silent packet came.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub silent: Option<Duration>,
    /// Time since a packet came beyond the page's rate.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub too_many: Option<Duration>,
    /// Time since a packet came that is not Opus, or that cannot be repacked into 20 ms.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub unusable: Option<Duration>,
    /// How many voices the page plays at once.
    pub slots: usize,
    /// The names of players that speak to it without a slot just now.
    pub without_slot: Vec<String>,
    /// The names of those it ignores, in order: at most [`IGNORED_MAX`](Self::IGNORED_MAX).
    pub ignored: Vec<String>,
}

impl PageState {
    /// The largest number of ignored players that is reported.
    pub const IGNORED_MAX: usize = 64;
}
