//! `[web.limits]`: what one browser, and strangers at the page, may take.

use std::time::Duration;

use consonance_session::Rate;

use crate::field::Field;
use crate::keys::{Key, Takes};

/// Bounds of the page and of the players in browsers; the reasons of the defaults stand with the settings of the crates
/// `consonance-web`, `consonance-browser` and `consonance-webrtc`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebLimitsConfig {
    /// How long the player of a page that was lost stays for it.
    pub kept: Duration,
    /// Voices that one page plays at once.
    pub slots_max: usize,
    /// Channels that one page has open at once.
    pub channels_max: usize,
    /// Packets of voice of one page.
    pub voice_packets: Rate,
    /// Messages of one page.
    pub messages: Rate,
    /// Messages of one page that cannot be understood.
    pub problems_max: u32,
    /// Bytes of messages that wait for one page's connection.
    pub waiting_bytes: usize,
    /// Bytes of messages that a connection holds which its page has not taken.
    pub unsent_bytes: usize,
    /// Datagrams of one address in a second.
    pub datagrams_per_second: u32,
    /// Datagrams that wait for one worker.
    pub waiting_datagrams: usize,
    /// Requests of pages that wait for one worker.
    pub waiting_requests: usize,
    /// How long a connection may take to come about.
    pub negotiation: Duration,
    /// Bytes of voice that wait for one page without WebRTC.
    pub fallback_voice_bytes: usize,
    /// Bytes of everything else that wait for it.
    pub fallback_control_bytes: usize,
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long a worker may take to answer a request.
    pub reply: Duration,
    /// After that a connection to the page ends that is no `WebSocket`.
    pub connection_lifetime: Duration,
    /// Bytes of a request's body.
    pub request_bytes: usize,
    /// Addresses whose requests to join are counted.
    pub join_addresses_max: usize,
    /// Texts on one `WebSocket` per minute.
    pub texts_per_minute: u32,
    /// As many of them at once.
    pub texts_burst: u32,
    /// How often who is silent on a `WebSocket` is asked whether it is there.
    pub ping_interval: Duration,
}

impl Default for WebLimitsConfig {
    fn default() -> Self {
        Self {
            kept: Duration::from_secs(10),
            slots_max: 16,
            channels_max: 128,
            voice_packets: Rate { per_second: 120, burst: 500 },
            messages: Rate { per_second: 50, burst: 1000 },
            problems_max: 100,
            waiting_bytes: 8 << 20,
            unsent_bytes: 1 << 20,
            datagrams_per_second: 1000,
            waiting_datagrams: 4096,
            waiting_requests: 64,
            negotiation: Duration::from_secs(30),
            fallback_voice_bytes: 32 << 10,
            fallback_control_bytes: 1 << 20,
            head: Duration::from_secs(10),
            reply: Duration::from_secs(5),
            connection_lifetime: Duration::from_mins(5),
            request_bytes: 64 << 10,
            join_addresses_max: 65_536,
            texts_per_minute: 120,
            texts_burst: 60,
            ping_interval: Duration::from_secs(20),
        }
    }
}

pub(super) const WEB_LIMIT_KEYS: &[Key] = &[
    limit(
        "web.limits.kept_s",
        Field::Seconds(|config| &mut config.web.limits.kept, 0.0, 3600.0),
        "How long the player of a page that was lost stays for it, in seconds: a page that is loaded again, or changes its network, is the same player.",
    ),
    limit(
        "web.limits.slots_max",
        Field::Size(|config| &mut config.web.limits.slots_max, 1, 16),
        "Voices that one page is sent at once, the most important and the loudest of those that speak; a page on a phone asks for 8.",
    ),
    limit(
        "web.limits.channels_max",
        Field::Size(|config| &mut config.web.limits.channels_max, 1, 160),
        "Rooms and players that one page speaks to at once. A further channel is refused. Every packet of voice names all of them, and with more there would be no place left for the best quality.",
    ),
    limit(
        "web.limits.voice_packets_per_second",
        Field::Number(|config| &mut config.web.limits.voice_packets.per_second, 1, 1_000),
        "Packets of voice of one page in the long run: 50 of 20 ms, or 100 of 10 ms. More are dropped, and who sends far more is sent away.",
    ),
    limit(
        "web.limits.voice_packets_burst",
        Field::Number(|config| &mut config.web.limits.voice_packets.burst, 1, 10_000),
        "As many of them at once, after a network that stood still.",
    ),
    limit(
        "web.limits.messages_per_second",
        Field::Number(|config| &mut config.web.limits.messages.per_second, 1, 10_000),
        "Control messages of one page in the long run. More are refused, and count as not understood.",
    ),
    limit(
        "web.limits.messages_burst",
        Field::Number(|config| &mut config.web.limits.messages.burst, 1, 100_000),
        "As many of them at once: a page that comes back names all its rooms, channels and muted players.",
    ),
    limit(
        "web.limits.problems_max",
        Field::Number(|config| &mut config.web.limits.problems_max, 1, 1_000_000),
        "Messages of one page that cannot be understood; with one more it is sent away.",
    ),
    limit(
        "web.limits.waiting_bytes",
        Field::Size(|config| &mut config.web.limits.waiting_bytes, 65_536, 1 << 30),
        "Bytes of messages that wait for one page's connection to take them; with more it is sent away as too slow.",
    ),
    limit(
        "web.limits.unsent_bytes",
        Field::Size(|config| &mut config.web.limits.unsent_bytes, 65_536, 1 << 30),
        "Bytes of messages that a connection holds because its page does not take them; with more it ends.",
    ),
    limit(
        "web.limits.datagrams_per_second",
        Field::Number(|config| &mut config.web.limits.datagrams_per_second, 100, 1_000_000),
        "Datagrams that are taken of one page's address; more are dropped before anybody looks at them.",
    ),
    limit(
        "web.limits.waiting_datagrams",
        Field::Size(|config| &mut config.web.limits.waiting_datagrams, 64, 1_000_000),
        "Datagrams of pages that wait for one worker; more are dropped.",
    ),
    limit(
        "web.limits.waiting_requests",
        Field::Size(|config| &mut config.web.limits.waiting_requests, 1, 65_536),
        "Requests to join that wait for one worker; more are told to come back.",
    ),
    limit(
        "web.limits.negotiation_s",
        Field::Seconds(|config| &mut config.web.limits.negotiation, 1.0, 300.0),
        "How long the connection of a page may take to come about after its offer was answered, and how long a TCP connection for voice may be nobody's, in seconds.",
    ),
    limit(
        "web.limits.fallback_voice_bytes",
        Field::Size(|config| &mut config.web.limits.fallback_voice_bytes, 1_024, 1 << 24),
        "Bytes of voice that wait for one page without WebRTC; the oldest go. The default is about a second of six speakers.",
    ),
    limit(
        "web.limits.fallback_control_bytes",
        Field::Size(|config| &mut config.web.limits.fallback_control_bytes, 65_536, 1 << 30),
        "Bytes of everything else that wait for it; with more it is sent away as too slow.",
    ),
    limit(
        "web.limits.head_s",
        Field::Seconds(|config| &mut config.web.limits.head, 0.1, 300.0),
        "How long the head of a request may take to come, and a connection may be silent between two, in seconds.",
    ),
    limit(
        "web.limits.reply_s",
        Field::Seconds(|config| &mut config.web.limits.reply, 0.1, 300.0),
        "How long a worker may take to answer a request to join, in seconds; after that the page is told to come back.",
    ),
    limit(
        "web.limits.connection_lifetime_s",
        Field::Seconds(|config| &mut config.web.limits.connection_lifetime, 1.0, 86_400.0),
        "After so many seconds a connection to the page ends that is no WebSocket; browsers open another one.",
    ),
    limit(
        "web.limits.request_bytes",
        Field::Size(|config| &mut config.web.limits.request_bytes, 32_768, 1 << 20),
        "Bytes of a request's body, and of a text on a WebSocket; an offer of a browser has about 20 000.",
    ),
    limit(
        "web.limits.join_addresses_max",
        Field::Size(|config| &mut config.web.limits.join_addresses_max, 16, 10_000_000),
        "Addresses whose requests to join are counted; while more than that ask, newcomers wait.",
    ),
    limit(
        "web.limits.texts_per_minute",
        Field::Number(|config| &mut config.web.limits.texts_per_minute, 1, 1_000_000),
        "Texts on one WebSocket for signalling, per minute in the long run; who sends more is sent away.",
    ),
    limit(
        "web.limits.texts_burst",
        Field::Number(|config| &mut config.web.limits.texts_burst, 1, 1_000_000),
        "As many of them at once.",
    ),
    limit(
        "web.limits.ping_s",
        Field::Seconds(|config| &mut config.web.limits.ping_interval, 1.0, 300.0),
        "How often who is silent on a WebSocket is asked whether it is there, in seconds; silent for four times as long, and so after three questions without an answer, it is not. Proxies close connections that are silent for 60 s.",
    ),
];

const fn limit(path: &'static str, field: Field, about: &'static str) -> Key {
    Key::new(path, Takes::AtStart, field, about)
}
