//! The listener's address, and the limits of visitors.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_http::{IpNetwork, Tls};

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

/// STUN and TURN servers for the browsers.
#[derive(Clone)]
pub struct IceServers {
    /// Their URLs (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// The secret that this server shares with the TURN servers, such as coturn's `static-auth-secret`.
    pub turn_secret: Option<String>,
    /// How long credentials that are made with it are good. 1 h: coturn looks at that only when a browser begins, and a
    /// page asks again whenever it connects.
    pub turn_lifetime: Duration,
}

impl Default for IceServers {
    fn default() -> Self {
        Self { urls: Vec::new(), turn_secret: None, turn_lifetime: Duration::from_hours(1) }
    }
}

/// Limits of players, and of other visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebLimits {
    /// Connections at once; further ones wait to be accepted. 2048: each browser has one or two.
    pub connections_max: usize,
    /// The same from one address, or one IPv6 network of 64 bits; a further one is closed. 256:
    /// a school behind one address.
    pub connections_per_address: usize,
    /// How long the head of a request may take to come, and a connection may be silent between two. 10 s.
    pub head_timeout: Duration,
    /// How long a request may take from its head to its answer, the body included. 10 s.
    pub request_timeout: Duration,
    /// After that a connection ends that is no `WebSocket`: browsers open another one. 5 min.
    pub connection_lifetime: Duration,
    /// How long the sessions may take to answer. 5 s.
    pub reply_timeout: Duration,
    /// Bytes of a request's body, and of a text on a `WebSocket`. 64 KiB: an offer of Chromium with 17 tracks has 20.
    pub request_bytes_max: usize,
    /// Requests to join from one address per minute in the long run. 120.
    pub joins_per_minute: u32,
    /// As many of them at once. 60.
    pub joins_burst: u32,
    /// Addresses that are remembered for that. 65 536.
    pub join_addresses_max: usize,
    /// Texts on a `WebSocket` per minute in the long run; a page that sends more is disconnected. 120.
    pub texts_per_minute: u32,
    /// As many of them at once. 60: browsers find dozens of candidates in a moment.
    pub texts_burst: u32,
    /// How often a silent page on a `WebSocket` is pinged; after four times as long, which is three pings, it counts as
    /// gone. 20 s: proxies close silent connections after 60.
    pub ping_interval: Duration,
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            connections_max: 2048,
            connections_per_address: 256,
            head_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(10),
            connection_lifetime: Duration::from_mins(5),
            reply_timeout: Duration::from_secs(5),
            request_bytes_max: 64 * 1024,
            joins_per_minute: 120,
            joins_burst: 60,
            join_addresses_max: 65_536,
            texts_per_minute: 120,
            texts_burst: 60,
            ping_interval: Duration::from_secs(20),
        }
    }
}

/// Without the secret.
impl std::fmt::Debug for IceServers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServers").field("urls", &self.urls).finish_non_exhaustive()
    }
}
