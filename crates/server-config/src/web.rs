//! `[web]`: where players come in with a browser.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use consonance_server::SecretText;

use crate::Config;
use crate::field::Field;
use crate::keys::{Key, Takes};
use crate::web_limits::WebLimitsConfig;

/// The page for players, and where their voices come in; the units and the reasons of its limits stand with the
/// settings of the crate `consonance-web`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebConfig {
    /// The TCP address of the page; none without it.
    pub listen: Option<SocketAddr>,
    /// The PEM file with the certificate chain of the page; plain HTTP without it.
    pub certificate_file: Option<PathBuf>,
    /// The PEM file with its private key.
    pub key_file: Option<PathBuf>,
    /// The TCP address where plain HTTP is answered with the address of the page.
    pub redirect: Option<SocketAddr>,
    /// Addresses and networks of proxies that are believed about who asks.
    pub proxies: Vec<String>,
    /// Origins of other sites whose pages may use this server.
    pub origins: Vec<String>,
    /// Names besides localhost by which the page is asked for over plain HTTP.
    pub host_names: Vec<String>,
    /// The UDP address of voice; see [`voice_address`](Self::voice_address).
    pub udp: Option<SocketAddr>,
    /// The TCP address of voice where UDP does not come through; none without it.
    pub tcp: Option<SocketAddr>,
    /// Addresses, with ports or without, at which browsers reach those two.
    pub announced: Vec<String>,
    /// STUN and TURN servers for the browsers.
    pub ice_servers: Vec<String>,
    /// What this server and the TURN servers know.
    pub turn_secret: Option<SecretText>,
    /// The file with it.
    pub turn_secret_file: Option<PathBuf>,
    /// How long what a browser shows to a TURN server is good.
    pub turn_lifetime: Duration,
    /// Whether voice may come over `WebSocket`s.
    pub fallback: bool,
    /// Browsers at once.
    pub players_max: usize,
    /// Browsers at once whose connections are being made.
    pub negotiating_max: usize,
    /// Silence after which a browser's connection counts as lost.
    pub idle_timeout: Duration,
    /// Connections at once to the page.
    pub connections_max: usize,
    /// The same from one address.
    pub connections_per_address: usize,
    /// Requests to join from one address per minute.
    pub joins_per_minute: u32,
    /// As many of them at once.
    pub joins_burst: u32,
    /// How long a request may take to come.
    pub request_timeout: Duration,
    /// What one browser, and strangers at the page, may take.
    pub limits: WebLimitsConfig,
}

impl WebConfig {
    /// Where voice comes in over UDP: as configured, or else at the page's own address and port.
    pub fn voice_address(&self) -> Option<SocketAddr> {
        self.udp.or(self.listen)
    }

    /// What is wrong with it as a whole: the key, and words.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut say = |key, what: &str| problems.push((key, what.to_owned()));
        match (&self.certificate_file, &self.key_file) {
            (Some(_), None) => say("web.certificate_file", "web.key_file is missing: both or none"),
            (None, Some(_)) => say("web.key_file", "web.certificate_file is missing: both or none"),
            (None, None) if self.redirect.is_some() => {
                say("web.redirect", "there is nowhere to lead to without web.certificate_file");
            }
            _ => {}
        }
        let has_secret = self.turn_secret.is_some() || self.turn_secret_file.is_some();
        let is_turn = |url: &String| url.starts_with("turn:") || url.starts_with("turns:");
        if self.ice_servers.iter().any(is_turn) && !has_secret {
            say(
                "web.ice_servers",
                "browsers use no TURN server without credentials: set web.turn_secret_file",
            );
        }
        let has_address = |address: SocketAddr| !address.ip().is_unspecified() || !self.announced.is_empty();
        if !self.voice_address().is_none_or(has_address) {
            let what = "browsers have to be told an address: say with web.announced at which they reach this machine";
            say(if self.udp.is_some() { "web.udp" } else { "web.listen" }, what);
        }
        problems.extend(wrong_texts("web.announced", &self.announced, is_announced, ANNOUNCED));
        problems.extend(wrong_texts("web.proxies", &self.proxies, is_network, NETWORK));
        problems.extend(wrong_texts("web.origins", &self.origins, is_origin, ORIGIN));
        problems.extend(wrong_texts("web.host_names", &self.host_names, is_host_name, HOST_NAME));
        problems.extend(wrong_texts("web.ice_servers", &self.ice_servers, is_ice_server, ICE_SERVER));
        problems
    }
}

impl Config {
    /// The names, besides localhost, by which browsers ask for this server: the one in `host`, and those of `[web]`.
    pub fn own_host_names(&self) -> Vec<String> {
        self.web.host_names.iter().chain(&self.host).cloned().collect()
    }
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            listen: None,
            certificate_file: None,
            key_file: None,
            redirect: None,
            proxies: Vec::new(),
            origins: Vec::new(),
            host_names: Vec::new(),
            udp: None,
            tcp: None,
            announced: Vec::new(),
            ice_servers: Vec::new(),
            turn_secret: None,
            turn_secret_file: None,
            turn_lifetime: Duration::from_hours(1),
            fallback: true,
            players_max: 1000,
            negotiating_max: 128,
            idle_timeout: Duration::from_secs(15),
            connections_max: 2048,
            connections_per_address: 256,
            joins_per_minute: 120,
            joins_burst: 60,
            request_timeout: Duration::from_secs(10),
            limits: WebLimitsConfig::default(),
        }
    }
}

const ANNOUNCED: &str = "an address, with a port or without, such as 203.0.113.7 or [2001:db8::7]:7780";
const NETWORK: &str = "an address or a network, such as 127.0.0.1 or 10.0.0.0/8";
pub(super) const ORIGIN: &str = "a scheme and a host without a path, such as https://game.example.org";
const HOST_NAME: &str = "a name without scheme and port, such as gamebox.local";
const ICE_SERVER: &str = "the URL of a STUN or TURN server, such as turn:turn.example.org:3478";

fn wrong_texts(
    key: &'static str,
    texts: &[String],
    is_right: fn(&str) -> bool,
    expected: &'static str,
) -> impl Iterator<Item = (&'static str, String)> {
    let wrong = texts.iter().filter(move |text| !is_right(text));
    wrong.map(move |text| (key, format!("expected {expected}, not {text:?}")))
}

fn is_announced(text: &str) -> bool {
    text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| text.parse::<IpAddr>()).is_ok_and(
        // Nobody is there.
        |ip| !ip.is_unspecified(),
    )
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    let bits_max = |ip: IpAddr| if ip.is_ipv4() { 32 } else { 128 };
    let (ip, bits) = (address.parse::<IpAddr>(), bits.parse::<u8>());
    matches!((ip, bits), (Ok(ip), Ok(bits)) if bits <= bits_max(ip))
}

pub(super) fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && !host.contains(['/', '?', '#', '*']) && !host.contains(char::is_whitespace)
    })
}

fn is_host_name(text: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(is_fine)
}

fn is_ice_server(text: &str) -> bool {
    let known = |scheme: &str| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
    ["stun:", "stuns:", "turn:", "turns:"].into_iter().any(known) && !text.contains(char::is_whitespace)
}

pub(super) const WEB_KEYS: &[Key] = &[
    web(
        "web.listen",
        Field::Address(|config| &mut config.web.listen),
        "The TCP address of the page; port 0 takes any free one. There is none without it.",
    )
    .with_example("\"127.0.0.1:7780\""),
    Key::at_once(
        "web.certificate_file",
        Field::File(|config| &mut config.web.certificate_file),
        "A PEM file with the certificate chain of the page, the server's own first. Without it, the page is plain HTTP, and browsers give a microphone to pages of this machine only, unless a proxy with TLS stands in front; docs/browser/https.md says more. The files are read again when they change.",
    )
    .with_example("\"fullchain.pem\""),
    Key::at_once(
        "web.key_file",
        Field::File(|config| &mut config.web.key_file),
        "The PEM file with its private key.",
    )
    .with_example("\"privkey.pem\""),
    web(
        "web.redirect",
        Field::Address(|config| &mut config.web.redirect),
        "A TCP address where whoever asks over plain HTTP is led to the page over TLS.",
    )
    .with_example("\"[::]:80\""),
    web(
        "web.proxies",
        Field::Texts(|config| &mut config.web.proxies),
        "Addresses, or networks such as 10.0.0.0/8, of proxies in front of the page. What they say of who asks (X-Forwarded-For, X-Forwarded-Proto) is believed, and what anybody else says of it is not.",
    ),
    web(
        "web.origins",
        Field::Texts(|config| &mut config.web.origins),
        "Origins of other sites, each with its scheme and without a path, whose own pages may use this server; its own page always may. It keeps pages away and no other programs, which name what origin they like.",
    )
    .with_example("[\"https://game.example.org\"]"),
    web(
        "web.host_names",
        Field::Texts(|config| &mut config.web.host_names),
        "Names besides localhost and the one in host by which the page is asked for over plain HTTP, without ports; addresses always work. Others are refused, so that no page of somebody else's can be made to point here. With a certificate of the page's own, or behind a proxy that web.proxies names, every name is answered.",
    )
    .with_example("[\"gamebox.local\"]"),
    web(
        "web.udp",
        Field::Address(|config| &mut config.web.udp),
        "The UDP address where browsers' voices come in, all over this one port. Without it, it is the page's own address and port.",
    )
    .with_example("\"203.0.113.7:7780\""),
    web(
        "web.tcp",
        Field::Address(|config| &mut config.web.tcp),
        "A TCP address for voices where UDP does not come through (ICE-TCP). There is none without it.",
    )
    .with_example("\"203.0.113.7:7781\""),
    web(
        "web.announced",
        Field::Texts(|config| &mut config.web.announced),
        "The addresses at which browsers reach those two, with ports where others are open in front: needed where they are [::] or 0.0.0.0, and behind a router or a load balancer.",
    )
    .with_example("[\"203.0.113.7\"]"),
    web(
        "web.ice_servers",
        Field::Texts(|config| &mut config.web.ice_servers),
        "URLs of TURN and STUN servers that browsers are told to use. This server needs none to be reached; a TURN server helps players behind networks that let only some traffic out.",
    )
    .with_example("[\"turn:turn.example.org:3478\", \"turns:turn.example.org:443?transport=tcp\"]"),
    web(
        "web.turn_secret",
        Field::Secret(|config| &mut config.web.turn_secret),
        "What this server and the TURN servers know (static-auth-secret of coturn): browsers are given credentials made with it, which are good for a while. Better put it into a file.",
    )
    .with_example("\"a long random text\""),
    web(
        "web.turn_secret_file",
        Field::File(|config| &mut config.web.turn_secret_file),
        "A file with that secret, in its first line, which other users of the machine should not be able to read. It goes before web.turn_secret.",
    )
    .with_example("\"turn-secret.txt\""),
    web(
        "web.turn_lifetime_s",
        Field::Seconds(|config| &mut config.web.turn_lifetime, 60.0, 604_800.0),
        "How long these credentials are good, in seconds. coturn looks at that only when a browser begins, and lets it stay for longer; with a TURN server that looks again and again, this is as long as a call may last.",
    ),
    web(
        "web.fallback",
        Field::Flag(|config| &mut config.web.fallback),
        "Whether browsers whose voices get through no other way may send them over WebSockets, which is slower where packets are lost.",
    ),
    web(
        "web.players_max",
        Field::Size(|config| &mut config.web.players_max, 1, 65_536),
        "Browsers at once.",
    ),
    web(
        "web.negotiating_max",
        Field::Size(|config| &mut config.web.negotiating_max, 1, 65_536),
        "Browsers at once whose connections are being made.",
    ),
    web(
        "web.idle_timeout_s",
        Field::Seconds(|config| &mut config.web.idle_timeout, 5.0, 300.0),
        "Silence in seconds after which a browser's connection counts as lost. It makes itself heard every 2 s.",
    ),
    web(
        "web.connections_max",
        Field::Size(|config| &mut config.web.connections_max, 16, 65_536),
        "Connections at once to the page; further ones wait. Each browser has one or two.",
    ),
    web(
        "web.connections_per_address",
        Field::Size(|config| &mut config.web.connections_per_address, 1, 65_536),
        "Connections at once from one address, or one IPv6 network of 64 bits; a further one is closed. Proxies may have as many as they like.",
    ),
    web(
        "web.joins_per_minute",
        Field::Number(|config| &mut config.web.joins_per_minute, 1, 1_000_000),
        "Requests to join from one address, or one IPv6 network of 64 bits, per minute in the long run; more are told to wait.",
    ),
    web(
        "web.joins_burst",
        Field::Number(|config| &mut config.web.joins_burst, 1, 1_000_000),
        "As many of them at once.",
    ),
    web(
        "web.request_timeout_s",
        Field::Seconds(|config| &mut config.web.request_timeout, 0.1, 300.0),
        "How long a request may take to come, and to be answered, in seconds.",
    ),
];

const fn web(path: &'static str, field: Field, about: &'static str) -> Key {
    Key::new(path, Takes::AtStart, field, about)
}
