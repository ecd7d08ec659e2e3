//! All limits for peers, in one place.

use core::time::Duration;

/// A rate limit: a token bucket.
///
/// Each event takes a token; the bucket starts with `burst` tokens, and `per_second` are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The long-term rate, in 1/s.
    pub per_second: u32,
    /// The maximum burst after a long enough rest. With 0 no event is ever allowed.
    pub burst: u32,
}

impl Rate {
    /// No limit.
    pub const UNLIMITED: Self = Self { per_second: u32::MAX, burst: u32::MAX };
}

/// The limits of a session for its peers. A peer that exceeds a limit is refused alone, and counted.
///
/// The defaults are far above what an honest client needs, with frames of 10 ms and after a stall of some seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Links at once, joined or not, and clients (default 5000). Each costs memory; counted as `links_refused`.
    pub links: usize,
    /// How long a link may stay without a handshake (default 10 s), so that idle links do not fill the session;
    /// counted as `handshakes_missed`. As long does a client wait for the answer to its handshake before it tries
    /// another link.
    pub handshake: Duration,
    /// How long the place of a client that lost its link is kept for it (default 10 s), if it can resume; counted as
    /// `places_given_up`.
    pub resume: Duration,
    /// Bytes of a player's name (default 128, most 1002). It is sent to all clients in each `ClientState`; counted as
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
    /// Players that a client keeps in its tables (default 65 535, all that have an id), whatever the server tells;
    /// counted as `players_refused`.
    pub players: usize,
    /// Names of rooms that have listeners, over all players (default 16 384); counted as `rooms_exhausted`.
    pub rooms: usize,
    /// Samples per frame of a player's codec (default 48 000, a second); counted as `codecs_refused`, as is 0.
    pub codec_frame_samples: u32,
    /// Sample rate of a player's codec in Hz (default 192 000); counted as `codecs_refused`, as is 0.
    pub codec_sample_rate_hz: u32,
    /// Relays of voice from one link (default 250/s, 1000 at once), times the relays that one frame takes if
    /// all clients listen: one for each 255 clients. Counted as `voice_limited`.
    pub voice_packets: Rate,
    /// Their bytes (default 160 000/s, 640 000 at once), times the same; counted as `voice_limited`.
    pub voice_bytes: Rate,
    /// All other packets from one link (default 100/s, 1000 at once: a player that enters and leaves all its rooms
    /// takes 256); counted as `control_limited`.
    pub control_packets: Rate,
    /// Their bytes (default 32 768/s, 262 144 at once); counted as `control_limited`.
    pub control_bytes: Rate,
    /// Destinations of relays from one link (default 150/s, 600 at once), times the number of clients: how often a
    /// player can speak to all others. Where the server finds the destinations, a listener of several of a frame's
    /// channels counts once up to eight of them, and so do 64 channels without listeners. As many reliable packets of
    /// one link, about its rooms or relayed, go to all clients, counted apart. Counted as `fan_out_limited`.
    pub fan_out: Rate,
    /// Handshakes over one link (default 1/s, 10 at once). Each costs twice as many packets as there are clients,
    /// and an honest client asks every 2 s; counted as `handshakes_limited`.
    pub handshakes: Rate,
    /// Reports from one link of how it receives the others (default 2/s, 20 at once; an honest client sends one per
    /// second); counted as `reports_limited`.
    pub reports: Rate,
    /// Reports from one link of where it is (default 20/s, 100 at once; an honest client sends ten per second at most);
    /// counted as `positions_limited`.
    pub positions: Rate,
    /// Bytes of the commits that one link was asked for (default 1 MiB/s, 4 MiB at once: what adds a thousand members
    /// takes 480 KB); counted as `control_limited`.
    pub commit_bytes: Rate,
    /// Clients that wait to be admitted (default 256), if the driver is asked; counted as `joins_postponed`. A client
    /// that waits longer than [`handshake`](Self::handshake) is refused.
    pub waiting_joins: usize,
    /// Newcomers that wait for names in use (default 256, and 4 for one name, 16 of one origin); further ones are
    /// refused, counted as `names_in_use`.
    pub waiting_names: usize,
    /// How long a client has to wait from one text to the next, wherever it writes (default 0, not at all); counted as
    /// `texts_rate_limited`. Rooms may ask for more: see [`RoomLimits`](crate::RoomLimits).
    pub text_every: Duration,
    /// Players with restrictions or room rights, here or not (default 16 384); further decisions are errors.
    pub restrictions: usize,
    /// Strikes that are forgiven (default 10/s, 300 at once): packets over a rate above or against the rules. A link
    /// with more of them is closed; counted as `abusers_closed`.
    pub strikes: Rate,
    /// Events that wait to be polled (default 65 536); the oldest go, counted as `events_dropped`. As many commands
    /// may wait, or as many as there may be links; the oldest go, counted as `commands_dropped`.
    pub events: usize,
    /// Bytes that wait to be sent (default 64 MiB). While more do, no packet is taken: what came unreliably is lost,
    /// and a link that sent something reliably is closed, because it cannot do without; counted as `undrained`.
    /// A client takes no packet either then.
    /// Clients that go are told to the others all the same: 4 bytes times the square of their number at most, which is
    /// 100 MB when a session of 5000 ends, and 400 MB with 10 000.
    pub outbox_bytes: usize,
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
            text_bytes: consonance_wire::limits::TEXT_BYTES_MAX,
            direct_links: 1024,
            players: 65_535,
            rooms: 16_384,
            codec_frame_samples: 48_000,
            codec_sample_rate_hz: 192_000,
            voice_packets: Rate { per_second: 250, burst: 1000 },
            voice_bytes: Rate { per_second: 160_000, burst: 640_000 },
            control_packets: Rate { per_second: 100, burst: 1000 },
            control_bytes: Rate { per_second: 32_768, burst: 262_144 },
            fan_out: Rate { per_second: 150, burst: 600 },
            handshakes: Rate { per_second: 1, burst: 10 },
            reports: Rate { per_second: 2, burst: 20 },
            positions: Rate { per_second: 20, burst: 100 },
            commit_bytes: Rate { per_second: 1 << 20, burst: 4 << 20 },
            waiting_joins: 256,
            waiting_names: 256,
            text_every: Duration::ZERO,
            restrictions: 16_384,
            strikes: Rate { per_second: 10, burst: 300 },
            events: 65_536,
            outbox_bytes: 64 << 20,
        }
    }
}

/// Bytes of a `ClientState` besides its name and its rooms: header, id, codec, and the two lengths.
pub(crate) const STATE_BYTES: usize = 7 + 2 + 2 + 9 + 2;

/// Bytes of a `DeltaChannelState` besides its room: header, joined, id, and the length.
pub(crate) const DELTA_BYTES: usize = 7 + 1 + 2 + 2;
