//! `[web.limits]`: what one browser, and clients of the page that have not joined, may use.

use crate::table::{Seconds, table};

table! {
    /// `[web.limits]`: the reasons of the defaults stand with the settings of `consonance-web`, `consonance-browser`
    /// and `consonance-webrtc`.
    pub struct WebLimitsConfig {
        /// How long a lost page's player is kept, so a page can reload or change networks.
        pub resume_s: Seconds = Seconds::new(10), 0..=3600;
        /// Voices sent to one page at once, the most important and loudest; a page on a phone requests 8.
        pub slots_max: usize = 16, 1..=16;
        /// Rooms and players that one page can speak to at once. Every voice packet lists all of them, leaving less
        /// space for voice.
        pub channels_max: usize = 128, 1..=160;
        /// Voice packets of one page per second: 50 of 20 ms, or 100 of 10 ms. A page that sends far more is
        /// disconnected.
        pub voice_packets_per_second: u32 = 120, 1..=1_000;
        /// Burst of voice packets, after a network stall.
        pub voice_packets_burst: u32 = 500, 1..=10_000;
        /// Control messages of one page per second; more count as invalid.
        pub messages_per_second: u32 = 50, 1..=10_000;
        /// Burst of control messages: a page that reconnects sends all its rooms, channels and muted players.
        pub messages_burst: u32 = 1000, 1..=100_000;
        /// Invalid messages of one page.
        pub invalid_messages_max: u32 = 100, 1..=1_000_000;
        /// Bytes of messages queued for one page's connection.
        pub queued_bytes: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of messages that a page's connection holds unaccepted.
        pub unsent_bytes: usize = 1 << 20, 65_536..=1_073_741_824;
        /// Datagrams per second from one page's address.
        pub datagrams_per_second: u32 = 1000, 100..=1_000_000;
        /// Datagrams of pages queued for one worker.
        pub queued_datagrams: usize = 4096, 64..=1_000_000;
        /// Join requests queued for one worker.
        pub pending_joins: usize = 64, 1..=65_536;
        /// Time from the answer to a page's offer until it is connected, and time that a TCP connection for voice may
        /// go unclaimed by a page.
        pub connect_timeout_s: Seconds = Seconds::new(30), 1..=300;
        /// Bytes of voice queued for one page without WebRTC. The default holds about a second of six speakers.
        pub fallback_voice_bytes: usize = 32 << 10, 1_024..=16_777_216;
        /// Bytes of everything else queued for such a page.
        pub fallback_control_bytes: usize = 1 << 20, 65_536..=1_073_741_824;
        /// How long a request's head may take to arrive, and the silence between two requests.
        pub header_timeout_s: Seconds = Seconds::new(10), 0.1..=300;
        /// How long a worker may take to answer a join request.
        pub reply_timeout_s: Seconds = Seconds::new(5), 0.1..=300;
        /// Lifetime of a connection to the page other than a `WebSocket`; browsers reconnect.
        pub connection_lifetime_s: Seconds = Seconds::new(300), 1..=86_400;
        /// Bytes of a request's body, and of a `WebSocket` text; a browser's offer has about 20 000.
        pub request_bytes: usize = 64 << 10, 32_768..=1_048_576;
        /// Addresses with counted join requests.
        pub join_addresses_max: usize = 65_536, 16..=10_000_000;
        /// Texts on one signalling `WebSocket` per minute.
        pub texts_per_minute: u32 = 120, 1..=1_000_000;
        /// Burst of such texts.
        pub texts_burst: u32 = 60, 1..=1_000_000;
        /// How often a silent `WebSocket` client is pinged. Proxies often close connections that are silent for 60 s.
        pub ping_interval_s: Seconds = Seconds::new(20), 1..=300;
    }
}
