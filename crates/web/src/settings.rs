//! The listener's address, and the limits of visitors.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_link::http::{IpNetwork, Tls};
use consonance_settings::{PlainValue, settings};

use crate::packets::PacketEntrance;

/// The settings of a [`WebListener`](crate::WebListener).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebSettings {
    /// The TCP address of the page; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The certificate of the page; plain HTTP without it.
    pub tls: Option<Tls>,
    /// A TCP address where plain HTTP is led to the page over TLS.
    pub redirect: Option<SocketAddr>,
    /// Proxies that are trusted about the visitor's address (`X-Forwarded-For`, `X-Forwarded-Proto`).
    pub proxies: Vec<IpNetwork>,
    /// Origins of other sites whose pages may ask, such as `https://game.example.org`.
    pub origins: Vec<String>,
    /// Names besides localhost by which the page is asked for over plain HTTP, without ports; addresses always work.
    pub host_names: Vec<String>,
    /// STUN and TURN servers for the browsers.
    pub ice_servers: IceServers,
    /// The entrance for voice over `WebSocket`s; without it, there is none.
    pub packets: Option<PacketEntrance>,
    /// Limits of visitors.
    pub limits: WebLimits,
}

impl WebSettings {
    /// Plain HTTP at this address.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls: None,
            redirect: None,
            proxies: Vec::new(),
            origins: Vec::new(),
            host_names: Vec::new(),
            ice_servers: IceServers::default(),
            packets: None,
            limits: WebLimits::default(),
        }
    }
}

settings! {
    /// STUN and TURN servers for the browsers.
    #[derive(PartialEq, Eq)]
    pub struct IceServers {
        /// URLs of TURN and STUN servers for browsers.
        ///
        /// RFC 7064, RFC 7065.
        #[example(PlainValue::List(vec![
            "turn:turn.example.org:3478".into(),
            "turns:turn.example.org:443?transport=tcp".into()
        ]))]
        pub urls: Vec<String> as ice_servers = Vec::new();
        /// The secret that this server shares with the TURN servers, such as coturn's `static-auth-secret`.
        pub turn_secret: Option<String> as _ = None;
        /// Lifetime of the credentials made of it.
        ///
        /// They are made with the secret, and a page asks for new ones whenever it connects.
        pub turn_lifetime: Duration as turn_lifetime_s = Duration::from_hours(1), 60..=604_800;
    }
}

settings! {
    /// Limits of players, and of other visitors.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct WebLimits {
        /// Connections to the page; a browser has one or two.
        ///
        /// Further ones wait to be accepted.
        pub connections_max: usize = 2048, 16..=65_536;
        /// Connections from one address (IPv6: one /64), except proxies.
        ///
        /// A further one is closed. The default is for a school behind one address.
        pub connections_per_address: usize = 256, 1..=65_536;
        /// Join requests from one address (IPv6: one /64) per minute.
        ///
        /// In the long run.
        pub joins_per_minute: u32 = 120, 1..=1_000_000;
        /// Burst of join requests.
        pub joins_burst: u32 = 60, 1..=1_000_000;
        /// Time to receive a request, and to send its answer.
        ///
        /// From its head to its answer, the body included.
        pub request_timeout: Duration as request_timeout_s = Duration::from_secs(10), 0.1..=300;
        /// Time to receive a request's head.
        pub head_timeout: Duration as limits.header_timeout_s = Duration::from_secs(10), 0.1..=300;
        /// Time for a worker to answer a join request.
        pub reply_timeout: Duration as limits.reply_timeout_s = Duration::from_secs(5), 0.1..=300;
        /// Lifetime of a connection other than a `WebSocket`.
        pub connection_lifetime: Duration as limits.connection_lifetime_s = Duration::from_mins(5), 1..=86_400;
        /// Bytes of a request's body, and of a `WebSocket` text.
        ///
        /// That is one of Chromium with 17 tracks.
        pub request_bytes_max: usize as limits.request_bytes = 64 << 10, 32_768..=1_048_576;
        /// Addresses with counted join requests.
        pub join_addresses_max: usize as limits.join_addresses_max = 65_536, 16..=10_000_000;
        /// Texts on one signalling `WebSocket` per minute.
        ///
        /// In the long run; a page that sends more is disconnected.
        pub texts_per_minute: u32 as limits.texts_per_minute = 120, 1..=1_000_000;
        /// Burst of such texts.
        ///
        /// Browsers find dozens of candidates in a moment.
        pub texts_burst: u32 as limits.texts_burst = 60, 1..=1_000_000;
        /// How often a silent `WebSocket` client is pinged.
        ///
        /// After four times as long, which is three pings, the page counts as gone.
        pub ping_interval: Duration as limits.ping_interval_s = Duration::from_secs(20), 1..=300;
    }
}

/// Without the secret.
impl std::fmt::Debug for IceServers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServers").field("urls", &self.urls).finish_non_exhaustive()
    }
}
