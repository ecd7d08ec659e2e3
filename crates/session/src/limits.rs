//! Every bound that a peer can run into, in one place.

use core::time::Duration;

/// What a session allows its peers. Whoever exceeds a limit is refused alone, and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Links at once, joined or not (default 5000). Each costs memory; counted as `links_refused`.
    pub links: usize,
    /// How long a link may stay without a handshake (default 10 s), so that idle strangers do not fill the session;
    /// counted as `handshakes_missed`.
    pub handshake: Duration,
    /// How long the place of a client that lost its link is kept for it (default 10 s), if it can resume; counted as
    /// `places_given_up`.
    pub resume: Duration,
    /// Bytes of a player's name (default 128, most 1002). It is sent to everybody in each `ClientState`; counted as
    /// `names_refused`.
    pub name_bytes: usize,
    /// Bytes of a room's name (default 128); counted as `rooms_refused`.
    pub room_name_bytes: usize,
    /// Rooms that one player listens to (default 128); counted as `rooms_refused`.
    pub rooms_per_client: usize,
    /// Bytes of a text message (default and most: 998, what an original takes); counted as `texts_refused`.
    pub text_bytes: usize,
    /// Direct links of one client to its peers (default 1024); counted as `peers_refused`.
    pub direct_links: usize,
    /// Players whom a client keeps in its tables (default 5000), whatever the server tells; counted as
    /// `players_refused`.
    pub players: usize,
    /// Events that wait to be polled (default 65 536); the oldest go, counted as `events_dropped`.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            links: 5000,
            handshake: Duration::from_secs(10),
            resume: Duration::from_secs(10),
            name_bytes: 128,
            room_name_bytes: 128,
            rooms_per_client: 128,
            text_bytes: consonance_wire::limits::MAX_TEXT_BYTES,
            direct_links: 1024,
            players: 5000,
            events: 65_536,
        }
    }
}

/// Bytes of a `ClientState` besides its name and its rooms: header, id, codec, and the two lengths.
pub(crate) const STATE_BYTES: usize = 7 + 2 + 2 + 9 + 2;

/// Bytes of the longest name with which a `ClientState` fits a packet, whatever [`Limits::name_bytes`] allows.
pub(crate) const MAX_NAME_BYTES: usize = crate::MAX_PACKET_BYTES - STATE_BYTES;
