//! All limits for peers, in one place.

use core::time::Duration;

use consonance_settings::settings;

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

settings! {
    /// The limits of a session for its peers. A peer that exceeds a limit is refused alone, and counted.
    ///
    /// The defaults are far above what an honest client needs, with frames of 10 ms and after a stall of some seconds.
    /// In the first paragraph of each, an operator reads what it is.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Limits {
        /// Links at once, joined or not, and players.
        ///
        /// Each costs memory; counted as `links_refused`.
        pub links: usize = 5000, 1..=65_535;
        /// How long a link may stay without joining.
        ///
        /// So that idle links do not fill the session; counted as `handshakes_missed`. As long does a client wait for
        /// the answer to its handshake before it tries another link.
        pub handshake: Duration as handshake_timeout_s = Duration::from_secs(10), 0.5..=600;
        /// How long a disconnected player's reservation is kept.
        ///
        /// Only for a client that can resume; counted as `places_given_up`.
        pub resume: Duration as resume_s = Duration::from_secs(10), 0..=3600;
        /// Bytes of a player's name.
        ///
        /// It is sent to all clients in each `ClientState`; counted as `names_refused`.
        pub name_bytes: usize = 128, 1..=1002;
        /// Bytes of a room's name.
        ///
        /// Counted as `rooms_refused`.
        pub room_name_bytes: usize = 128, 1..=900;
        /// Rooms that one player listens to.
        ///
        /// Counted as `rooms_refused`.
        pub rooms_per_client: usize = 128, 1..=65_535;
        /// Bytes of a text message; 0 disables text.
        ///
        /// The most is what an original takes; counted as `texts_refused`.
        pub text_bytes: usize = consonance_wire::limits::TEXT_BYTES_MAX, 0..=998;
        /// Direct links of one client to its peers (default 1024); counted as `peers_refused`.
        pub direct_links: usize as _ = 1024;
        /// Players that a client keeps in its tables (default 65 535, all that have an id), whatever the server tells;
        /// counted as `players_refused`.
        pub players: usize as _ = 65_535;
        /// Names of rooms with listeners, over all players.
        ///
        /// Counted as `rooms_exhausted`.
        pub rooms: usize = 16_384, 1..=1_000_000;
        /// Samples per frame of a player's codec.
        ///
        /// Counted as `codecs_refused`, as is 0.
        pub codec_frame_samples: u32 = 48_000, 1..=4_294_967_295_u32;
        /// Sample rate of a player's codec.
        ///
        /// In Hz; counted as `codecs_refused`, as is 0.
        pub codec_sample_rate_hz: u32 = 192_000, 1..=4_294_967_295_u32;
        /// Relays of voice from one link, times the relays that one frame takes if all clients listen: one for each 255
        /// clients. Counted as `voice_limited`.
        pub voice_packets: Rate as {
            /// Voice packets of one link per second, for each 255 players.
            per_second as voice_packets_per_second;
            /// Burst of voice packets.
            burst as voice_packets_burst;
        } = Rate { per_second: 250, burst: 1000 };
        /// Their bytes, times the same; counted as `voice_limited`.
        pub voice_bytes: Rate as {
            /// Bytes of voice packets per second.
            per_second as voice_bytes_per_second;
            /// Burst of voice bytes.
            burst as voice_bytes_burst;
        } = Rate { per_second: 160_000, burst: 640_000 };
        /// All other packets from one link; counted as `control_limited`.
        pub control_packets: Rate as {
            /// All other packets of one link per second.
            per_second as control_packets_per_second;
            /// Burst of other packets.
            burst as control_packets_burst;
        } = Rate { per_second: 100, burst: 1000 };
        /// Their bytes; counted as `control_limited`.
        pub control_bytes: Rate as {
            /// Bytes of other packets per second.
            per_second as control_bytes_per_second;
            /// Burst of these bytes.
            burst as control_bytes_burst;
        } = Rate { per_second: 32_768, burst: 262_144 };
        /// Bytes of the commits that one link was asked for; counted as `control_limited`.
        pub commit_bytes: Rate as {
            /// Bytes per second of requested commits of an encrypted session.
            per_second as commit_bytes_per_second;
            /// Burst of these bytes.
            burst as commit_bytes_burst;
        } = Rate { per_second: 1 << 20, burst: 4 << 20 };
        /// Destinations of relays from one link, times the number of clients: how often a player can speak to all
        /// others. Where the server finds the destinations, a listener of several of a frame's channels counts once up
        /// to eight of them, and so do 64 channels without listeners. As many reliable packets of one link, about its
        /// rooms or relayed, go to all clients, counted apart. Counted as `fan_out_limited`.
        pub fan_out: Rate as {
            /// Destinations of one link's voice per second, times the number of players; room changes have the same
            /// budget.
            per_second as fan_out_per_second;
            /// Burst of destinations, times the number of players.
            burst as fan_out_burst;
        } = Rate { per_second: 150, burst: 600 };
        /// Handshakes over one link; an honest client asks every 2 s. Counted as `handshakes_limited`.
        pub handshakes: Rate as {
            /// Handshakes over one link per second.
            per_second as handshakes_per_second;
            /// Burst of handshakes.
            burst as handshakes_burst;
        } = Rate { per_second: 1, burst: 10 };
        /// Reports from one link of how it receives the others; counted as `reports_limited`.
        pub reports: Rate as {
            /// Reception reports of one link per second.
            per_second as reports_per_second;
            /// Burst of reception reports.
            burst as reports_burst;
        } = Rate { per_second: 2, burst: 20 };
        /// Reports from one link of where it is; counted as `positions_limited`.
        pub positions: Rate as {
            /// Position reports of one link per second.
            per_second as positions_per_second;
            /// Burst of position reports.
            burst as positions_burst;
        } = Rate { per_second: 20, burst: 100 };
        /// Players waiting to be admitted.
        ///
        /// If the driver is asked; counted as `joins_postponed`. A client that waits longer than
        /// [`handshake`](Self::handshake) is refused.
        pub waiting_joins: usize as pending_joins = 256, 1..=65_536;
        /// Players of one session waiting for a name in use.
        ///
        /// 4 for one name, 16 of one origin; further ones are refused, counted as `names_in_use`.
        pub waiting_names: usize as pending_names = 256, 1..=65_536;
        /// The time between two texts of a player; 0 for none.
        ///
        /// Counted as `texts_rate_limited`. Rooms may ask for more: see [`RoomLimits`](crate::RoomLimits).
        pub text_every: Duration as text_every_s = Duration::ZERO, 0..=86_400;
        /// Players of one session with restrictions such as a mute.
        ///
        /// Or with rights of rooms; further decisions are errors.
        pub restrictions: usize = 16_384, 1..=1_000_000;
        /// Strikes that are forgiven. A link with more of them is closed; counted as `abusers_closed`.
        pub strikes: Rate as {
            /// Packets per second over a rate or against the rules that are forgiven.
            per_second as strikes_per_second;
            /// Burst of forgiven packets.
            burst as strikes_burst;
        } = Rate { per_second: 10, burst: 300 };
        /// Events that wait to be logged.
        ///
        /// The oldest go, counted as `events_dropped`. As many commands may wait, or as many as there may be links; the
        /// oldest go, counted as `commands_dropped`.
        pub events: usize = 65_536, 16..=10_000_000;
        /// Bytes that wait to be sent.
        ///
        /// While more do, no packet is taken: what came unreliably is lost, and a link that sent something reliably is
        /// closed, because it cannot do without; counted as `undrained`. A client takes no packet either then.
        /// Clients that go are told to the others all the same: 4 bytes times the square of their number at most, which
        /// is 100 MB when a session of 5000 ends, and 400 MB with 10 000.
        pub outbox_bytes: usize = 64 << 20, 65_536..=1_073_741_824;
    }
}

/// Bytes of a `ClientState` besides its name and its rooms: header, id, codec, and the two lengths.
pub(crate) const STATE_BYTES: usize = 7 + 2 + 2 + 9 + 2;

/// Bytes of a `DeltaChannelState` besides its room: header, joined, id, and the length.
pub(crate) const DELTA_BYTES: usize = 7 + 1 + 2 + 2;
