//! `[web.limits]`: what one browser, and clients of the page that have not joined, may use.

use crate::table::{Seconds, table};

table! {
    /// `[web.limits]`: the reasons of the defaults stand with the settings of `consonance-web`, `consonance-browser`
    /// and `consonance-webrtc`.
    pub struct WebLimitsConfig {
        /// How long the player of a lost page is kept for it, in seconds: a page that is loaded again, or changes its
        /// network, stays the same player.
        pub resume_s: Seconds = Seconds::new(10), 0..=3600;
        /// Voices that one page is sent at once, the most important and the loudest of all speakers; a page on a phone
        /// asks for 8.
        pub slots_max: usize = 16, 1..=16;
        /// Rooms and players that one page speaks to at once; a further channel is refused. Every voice packet names
        /// all of them, and with more there would be no space left for the best quality.
        pub channels_max: usize = 128, 1..=160;
        /// Voice packets of one page per second in the long run: 50 of 20 ms, or 100 of 10 ms. More are dropped, and a
        /// page that sends far more is disconnected.
        pub voice_packets_per_second: u32 = 120, 1..=1_000;
        /// As many of them at once, after a network stall.
        pub voice_packets_burst: u32 = 500, 1..=10_000;
        /// Control messages of one page per second in the long run. More are refused, and count as not understood.
        pub messages_per_second: u32 = 50, 1..=10_000;
        /// As many of them at once: a page that reconnects names all its rooms, channels and muted players.
        pub messages_burst: u32 = 1000, 1..=100_000;
        /// Messages of one page that cannot be understood; with one more it is disconnected.
        pub invalid_messages_max: u32 = 100, 1..=1_000_000;
        /// Bytes of messages that wait for one page's connection; with more the page is disconnected as too slow.
        pub queued_bytes: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of messages that a connection holds because its page does not accept them; with more it ends.
        pub unsent_bytes: usize = 1 << 20, 65_536..=1_073_741_824;
        /// Datagrams per second from one page's address; more are dropped before they are looked at.
        pub datagrams_per_second: u32 = 1000, 100..=1_000_000;
        /// Datagrams of pages that wait for one worker; more are dropped.
        pub queued_datagrams: usize = 4096, 64..=1_000_000;
        /// Requests to join that wait for one worker; further clients are told to come back.
        pub pending_joins: usize = 64, 1..=65_536;
        /// How long the connection of a page may take after its offer was answered, and how long a TCP connection for
        /// voice may belong to no page, in seconds.
        pub connect_timeout_s: Seconds = Seconds::new(30), 1..=300;
        /// Bytes of voice that wait for one page without WebRTC; the oldest are dropped. The default is about a second
        /// of six speakers.
        pub fallback_voice_bytes: usize = 32 << 10, 1_024..=16_777_216;
        /// Bytes of everything else that wait for it; with more it is disconnected as too slow.
        pub fallback_control_bytes: usize = 1 << 20, 65_536..=1_073_741_824;
        /// How long the head of a request may take to arrive, and a connection may be silent between two, in seconds.
        pub header_timeout_s: Seconds = Seconds::new(10), 0.1..=300;
        /// How long a worker may take to answer a request to join, in seconds; after that the page is told to come
        /// back.
        pub reply_timeout_s: Seconds = Seconds::new(5), 0.1..=300;
        /// After so many seconds a connection to the page that is not a `WebSocket` ends; browsers open another one.
        pub connection_lifetime_s: Seconds = Seconds::new(300), 1..=86_400;
        /// Bytes of a request's body, and of a text on a `WebSocket`; an offer of a browser has about 20 000.
        pub request_bytes: usize = 64 << 10, 32_768..=1_048_576;
        /// Addresses whose requests to join are counted; while more than that ask, new ones wait.
        pub join_addresses_max: usize = 65_536, 16..=10_000_000;
        /// Texts on one `WebSocket` for signalling, per minute in the long run; a page that sends more is
        /// disconnected.
        pub texts_per_minute: u32 = 120, 1..=1_000_000;
        /// As many of them at once.
        pub texts_burst: u32 = 60, 1..=1_000_000;
        /// How often a silent client of a `WebSocket` is pinged, in seconds. After four times as long without an
        /// answer, which is three pings, it counts as lost. Proxies close connections that are silent for 60 s.
        pub ping_interval_s: Seconds = Seconds::new(20), 1..=300;
    }
}
