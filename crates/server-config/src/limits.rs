//! `[limits]`: what a session allows its players.

use consonance_session::{Limits, Rate};

use crate::table::{Seconds, table};

table! {
    /// `[limits]`: the reason for each default stands at [`Limits`].
    #[schemars(extend("x-reload" = true))]
    pub struct LimitsConfig {
        /// Links at once, joined or not, and players.
        #[schemars(range(min = 1, max = 65_535))]
        pub links: usize = 5000,
        /// How long a link may stay without joining, in seconds.
        #[schemars(range(min = 0.5, max = 600))]
        pub handshake_timeout_s: Seconds = Seconds::new(10),
        /// How long the place of a player who lost the connection is kept, in seconds. Players with this library
        /// return to it within ten seconds, and join again as new after that: a longer time only shows those who stay
        /// away for longer, and keeps for them the names in their join tokens.
        #[schemars(range(min = 0, max = 3600))]
        pub resume_s: Seconds = Seconds::new(10),
        /// Bytes of a player's name.
        #[schemars(range(min = 1, max = 1002))]
        pub name_bytes: usize = 128,
        /// Bytes of a room's name.
        #[schemars(range(min = 1, max = 900))]
        pub room_name_bytes: usize = 128,
        /// Rooms that one player listens to.
        #[schemars(range(min = 1, max = 65_535))]
        pub rooms_per_client: usize = 128,
        /// Bytes of a text message; 0 disables them.
        #[schemars(range(min = 0, max = 998))]
        pub text_bytes: usize = 998,
        /// Names of rooms with listeners, over all players.
        #[schemars(range(min = 1, max = 1_000_000))]
        pub rooms: usize = 16_384,
        /// Samples per frame of a player's codec.
        #[schemars(range(min = 1))]
        pub codec_frame_samples: u32 = 48_000,
        /// Sample rate of a player's codec, in Hz.
        #[schemars(range(min = 1))]
        pub codec_sample_rate_hz: u32 = 192_000,
        /// Voice packets of one link per second, times the number of relays that a frame to everyone takes: one for
        /// each 255 players.
        pub voice_packets_per_second: u32 = 250,
        /// As many of them at once.
        pub voice_packets_burst: u32 = 1000,
        /// Bytes of these per second.
        pub voice_bytes_per_second: u32 = 160_000,
        /// As many of them at once.
        pub voice_bytes_burst: u32 = 640_000,
        /// All other packets of one link per second.
        pub control_packets_per_second: u32 = 100,
        /// As many of them at once; a player who enters and leaves all its rooms sends 256.
        pub control_packets_burst: u32 = 1000,
        /// Bytes of these per second.
        pub control_bytes_per_second: u32 = 32_768,
        /// As many of them at once.
        pub control_bytes_burst: u32 = 262_144,
        /// Destinations of one link's voice per second, times the number of players: so often may a player speak to
        /// everyone. As many of its changes of rooms are sent to everyone besides.
        pub fan_out_per_second: u32 = 150,
        /// As many of them at once, times the number of players.
        pub fan_out_burst: u32 = 600,
        /// Handshakes over one link per second. Each costs twice as many packets as there are players.
        pub handshakes_per_second: u32 = 1,
        /// As many of them at once.
        pub handshakes_burst: u32 = 10,
        /// Reception reports of one link per second. An honest player sends one.
        pub reports_per_second: u32 = 2,
        /// As many of them at once.
        pub reports_burst: u32 = 20,
        /// Position reports of one link per second. An honest player sends ten at most.
        pub positions_per_second: u32 = 20,
        /// As many of them at once.
        pub positions_burst: u32 = 100,
        /// Players who wait to be admitted at once.
        #[schemars(range(min = 1, max = 65_536))]
        pub pending_joins: usize = 256,
        /// Players of one session who wait for a name in use (`joining.name_taken`): at most 4 for one name and 16 of
        /// one origin (an address prefix, an account or a player of the game's room).
        #[schemars(range(min = 1, max = 65_536))]
        pub pending_names: usize = 256,
        /// How long a player must wait from one text to the next, in seconds, wherever it writes; 0 for not at all.
        #[schemars(range(min = 0, max = 86_400))]
        pub text_every_s: Seconds = Seconds::new(0),
        /// Players of one session who are muted or otherwise restricted, online or not.
        #[schemars(range(min = 1, max = 1_000_000))]
        pub restrictions: usize = 16_384,
        /// Packets per second over a rate or against the rules that are forgiven one link.
        pub strikes_per_second: u32 = 10,
        /// As many of them at once; a link with more is closed.
        pub strikes_burst: u32 = 300,
        /// Events that wait to be logged; the oldest are dropped.
        #[schemars(range(min = 16, max = 10_000_000))]
        pub events: usize = 65_536,
        /// Bytes that wait to be sent. While more do, no packet is accepted.
        #[schemars(range(min = 65_536, max = 1_073_741_824))]
        pub outbox_bytes: usize = 64 << 20,
    }
}

impl LimitsConfig {
    /// The same for a session.
    pub fn limits(&self) -> Limits {
        let rate = |per_second, burst| Rate { per_second, burst };
        let mut limits = Limits::default();
        (limits.links, limits.handshake) = (self.links, self.handshake_timeout_s.into());
        (limits.resume, limits.text_every) = (self.resume_s.into(), self.text_every_s.into());
        (limits.name_bytes, limits.room_name_bytes) = (self.name_bytes, self.room_name_bytes);
        (limits.rooms, limits.rooms_per_client) = (self.rooms, self.rooms_per_client);
        (limits.text_bytes, limits.standings) = (self.text_bytes, self.restrictions);
        limits.codec_frame_samples = self.codec_frame_samples;
        limits.codec_sample_rate_hz = self.codec_sample_rate_hz;
        limits.voice_packets = rate(self.voice_packets_per_second, self.voice_packets_burst);
        limits.voice_bytes = rate(self.voice_bytes_per_second, self.voice_bytes_burst);
        limits.control_packets = rate(self.control_packets_per_second, self.control_packets_burst);
        limits.control_bytes = rate(self.control_bytes_per_second, self.control_bytes_burst);
        limits.fan_out = rate(self.fan_out_per_second, self.fan_out_burst);
        limits.handshakes = rate(self.handshakes_per_second, self.handshakes_burst);
        limits.reports = rate(self.reports_per_second, self.reports_burst);
        limits.positions = rate(self.positions_per_second, self.positions_burst);
        limits.strikes = rate(self.strikes_per_second, self.strikes_burst);
        (limits.waiting_joins, limits.waiting_names) = (self.pending_joins, self.pending_names);
        (limits.events, limits.outbox_bytes) = (self.events, self.outbox_bytes);
        limits
    }
}
