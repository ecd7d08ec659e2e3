//! `[limits]`: what a session allows its players.

use consonance_session::{Limits, Rate};

use crate::table::{Seconds, table};

table! {
    /// `[limits]`: the reasons for the defaults stand at [`Limits`].
    #[schemars(extend("x-reload" = true))]
    pub struct LimitsConfig {
        /// Links at once, joined or not, and players.
        pub links: usize = 5000, 1..=65_535;
        /// How long a link may stay without joining.
        pub handshake_timeout_s: Seconds = Seconds::new(10), 0.5..=600;
        /// How long a disconnected player's reservation is kept. Players with this library return within ten seconds or
        /// join again as new: a longer time only shows absent players, and keeps the names in their join tokens, for
        /// longer.
        pub resume_s: Seconds = Seconds::new(10), 0..=3600;
        /// Bytes of a player's name.
        pub name_bytes: usize = 128, 1..=1002;
        /// Bytes of a room's name.
        pub room_name_bytes: usize = 128, 1..=900;
        /// Rooms that one player listens to.
        pub rooms_per_client: usize = 128, 1..=65_535;
        /// Bytes of a text message; 0 disables text.
        pub text_bytes: usize = 998, 0..=998;
        /// Names of rooms with listeners, over all players.
        pub rooms: usize = 16_384, 1..=1_000_000;
        /// Samples per frame of a player's codec.
        pub codec_frame_samples: u32 = 48_000, 1..=4_294_967_295_u32;
        /// Sample rate of a player's codec.
        pub codec_sample_rate_hz: u32 = 192_000, 1..=4_294_967_295_u32;
        /// Voice packets of one link per second, times the relays that a frame to everyone takes: one per 255 players.
        pub voice_packets_per_second: u32 = 250;
        /// Burst of voice packets.
        pub voice_packets_burst: u32 = 1000;
        /// Bytes of voice packets per second.
        pub voice_bytes_per_second: u32 = 160_000;
        /// Burst of voice bytes.
        pub voice_bytes_burst: u32 = 640_000;
        /// All other packets of one link per second.
        pub control_packets_per_second: u32 = 100;
        /// Burst of other packets; a player that enters and leaves all its rooms sends 256.
        pub control_packets_burst: u32 = 1000;
        /// Bytes of other packets per second.
        pub control_bytes_per_second: u32 = 32_768;
        /// Burst of these bytes.
        pub control_bytes_burst: u32 = 262_144;
        /// Bytes per second of the commits that a member of an encrypted session was asked for; what adds a thousand
        /// members takes 480 KB.
        pub commit_bytes_per_second: u32 = 1_048_576;
        /// Burst of these bytes.
        pub commit_bytes_burst: u32 = 4_194_304;
        /// Destinations of one link's voice per second, times the number of players: how often a player may speak to
        /// everyone. The same budget again holds for its room changes.
        pub fan_out_per_second: u32 = 150;
        /// Burst of destinations, times the number of players.
        pub fan_out_burst: u32 = 600;
        /// Handshakes over one link per second. Each costs two packets per player.
        pub handshakes_per_second: u32 = 1;
        /// Burst of handshakes.
        pub handshakes_burst: u32 = 10;
        /// Reception reports of one link per second. A regular client sends one.
        pub reports_per_second: u32 = 2;
        /// Burst of reception reports.
        pub reports_burst: u32 = 20;
        /// Position reports of one link per second. A regular client sends at most ten.
        pub positions_per_second: u32 = 20;
        /// Burst of position reports.
        pub positions_burst: u32 = 100;
        /// Players waiting to be admitted.
        pub pending_joins: usize = 256, 1..=65_536;
        /// Players of one session waiting for a name in use (`joining.name_taken`).
        pub pending_names: usize = 256, 1..=65_536;
        /// The time a player must wait between two texts, wherever it writes; 0 for none.
        pub text_every_s: Seconds = Seconds::new(0), 0..=86_400;
        /// Players of one session with restrictions such as a mute, connected or not.
        pub restrictions: usize = 16_384, 1..=1_000_000;
        /// Packets per second over a rate or against the rules that one link is forgiven.
        pub strikes_per_second: u32 = 10;
        /// Burst of forgiven packets.
        pub strikes_burst: u32 = 300;
        /// Events that wait to be logged.
        pub events: usize = 65_536, 16..=10_000_000;
        /// Bytes that wait to be sent.
        pub outbox_bytes: usize = 64 << 20, 65_536..=1_073_741_824;
    }
}

impl LimitsConfig {
    /// As limits of a session.
    pub fn limits(&self) -> Limits {
        let rate = |per_second, burst| Rate { per_second, burst };
        let mut limits = Limits::default();
        (limits.links, limits.handshake) = (self.links, self.handshake_timeout_s.into());
        (limits.resume, limits.text_every) = (self.resume_s.into(), self.text_every_s.into());
        (limits.name_bytes, limits.room_name_bytes) = (self.name_bytes, self.room_name_bytes);
        (limits.rooms, limits.rooms_per_client) = (self.rooms, self.rooms_per_client);
        (limits.text_bytes, limits.restrictions) = (self.text_bytes, self.restrictions);
        limits.codec_frame_samples = self.codec_frame_samples;
        limits.codec_sample_rate_hz = self.codec_sample_rate_hz;
        limits.voice_packets = rate(self.voice_packets_per_second, self.voice_packets_burst);
        limits.voice_bytes = rate(self.voice_bytes_per_second, self.voice_bytes_burst);
        limits.control_packets = rate(self.control_packets_per_second, self.control_packets_burst);
        limits.control_bytes = rate(self.control_bytes_per_second, self.control_bytes_burst);
        limits.commit_bytes = rate(self.commit_bytes_per_second, self.commit_bytes_burst);
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
