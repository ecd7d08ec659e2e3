//! `[web]`: players in browsers.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::contradictions::Contradiction;
use crate::table::{Seconds, Secret, table};
use crate::web_limits::WebLimitsConfig;

table! {
    /// `[web]`: the page for players, and where their voice arrives; the reasons of its limits stand with the settings
    /// of `consonance-web`.
    pub struct WebConfig {
        /// The TCP address of the page; port 0 picks a free port. Default: no page.
        #[schemars(example = &"127.0.0.1:7780", extend("format" = "address"))]
        pub listen: Option<SocketAddr> = None;
        /// A PEM file with the certificate chain of the page, the server's own first. Default: the page is plain HTTP,
        /// and browsers give a microphone only to pages of this machine, unless a proxy with TLS is in front;
        /// docs/browser/https.md says more. The files are read again when they change.
        #[schemars(example = &"fullchain.pem", extend("format" = "path", "x-reload" = true))]
        pub certificate_file: Option<PathBuf> = None;
        /// The PEM file with its private key.
        #[schemars(example = &"privkey.pem", extend("format" = "path", "x-reload" = true))]
        pub private_key_file: Option<PathBuf> = None;
        /// A TCP address where requests over plain HTTP are redirected to the page over TLS.
        #[schemars(example = &"[::]:80", extend("format" = "address"))]
        pub redirect: Option<SocketAddr> = None;
        /// Addresses, or networks such as 10.0.0.0/8, of proxies in front of the page. What they say about the client
        /// (X-Forwarded-For, X-Forwarded-Proto) is trusted; the same headers from others are ignored.
        pub proxies: Vec<String> = Vec::new();
        /// Origins of other sites, each with its scheme and without a path, whose pages may use this server; its own
        /// page always may. This restricts pages only: other programs can send any origin.
        #[schemars(extend("examples" = [["https://game.example.org"]]))]
        pub origins: Vec<String> = Vec::new();
        /// Names besides localhost and the one in host by which browsers may ask for the page over plain HTTP, without
        /// ports; addresses always work. Others are refused, so that no page of another site can be made to point
        /// here. With a certificate of the page's own, or behind a proxy in `web.proxies`, every name is answered.
        #[schemars(extend("examples" = [["gamebox.local"]]))]
        pub host_names: Vec<String> = Vec::new();
        /// The UDP address where browsers' voice arrives, all over this one port. Default: the page's own address and
        /// port.
        #[schemars(example = &"203.0.113.7:7780", extend("format" = "address"))]
        pub udp: Option<SocketAddr> = None;
        /// A TCP address for voice where UDP does not come through (ICE-TCP). Default: none.
        #[schemars(example = &"203.0.113.7:7781", extend("format" = "address"))]
        pub tcp: Option<SocketAddr> = None;
        /// The addresses at which browsers reach those two, with ports where others are open in front: needed where
        /// they are `[::]` or 0.0.0.0, and behind a router or a load balancer.
        #[schemars(extend("examples" = [["203.0.113.7"]]))]
        pub announced: Vec<String> = Vec::new();
        /// URLs of TURN and STUN servers that browsers are told to use. Browsers can reach this server without them; a
        /// TURN server helps players behind networks that let only some traffic out.
        #[schemars(extend("examples" = [["turn:turn.example.org:3478", "turns:turn.example.org:443?transport=tcp"]]))]
        pub ice_servers: Vec<String> = Vec::new();
        /// The secret that this server shares with the TURN servers (static-auth-secret of coturn): browsers get
        /// credentials that are made with it and expire. Prefer a file.
        #[schemars(example = &"a long random text")]
        pub turn_secret: Option<Secret> = None;
        /// A file with that secret in its first line, which other users of the machine should not be able to read. It
        /// takes precedence over `web.turn_secret`.
        #[schemars(example = &"turn-secret.txt", extend("format" = "path"))]
        pub turn_secret_file: Option<PathBuf> = None;
        /// How long these credentials are valid, in seconds. coturn checks that only when a browser begins, and lets
        /// it stay for longer; with a TURN server that checks again and again, this is the longest call.
        pub turn_lifetime_s: Seconds = Seconds::new(3600), 60..=604_800;
        /// Whether browsers without any other way may send voice over `WebSocket`s, which is slower where packets are
        /// lost.
        pub fallback: bool = true;
        /// Browsers at once.
        pub players_max: usize = 1000, 1..=65_536;
        /// Browsers at once whose connections are being established.
        pub handshakes_max: usize = 128, 1..=65_536;
        /// Silence in seconds after which a browser's connection counts as lost. A browser sends something every 2 s.
        pub idle_timeout_s: Seconds = Seconds::new(15), 5..=300;
        /// Connections to the page at once; further ones wait. Each browser has one or two.
        pub connections_max: usize = 2048, 16..=65_536;
        /// Connections at once from one address, or one IPv6 network of 64 bits; a further one is closed. Proxies have
        /// no such limit.
        pub connections_per_address: usize = 256, 1..=65_536;
        /// Requests to join from one address, or one IPv6 network of 64 bits, per minute in the long run; further
        /// clients are told to wait.
        pub joins_per_minute: u32 = 120, 1..=1_000_000;
        /// As many of them at once.
        pub joins_burst: u32 = 60, 1..=1_000_000;
        /// How long a request may take to arrive, and to be answered, in seconds.
        pub request_timeout_s: Seconds = Seconds::new(10), 0.1..=300;
        /// What one browser, and clients of the page that have not joined, may use. Few servers need other numbers.
        pub limits: WebLimitsConfig = WebLimitsConfig::default();
    }
}

impl WebConfig {
    /// Where voice comes in over UDP: as configured, or else at the page's own address and port.
    pub fn voice_address(&self) -> Option<SocketAddr> {
        self.udp.or(self.listen)
    }

    pub(super) fn contradictions(&self) -> Vec<Contradiction> {
        let mut problems = Vec::new();
        let mut say = |key, what: &str| problems.push(Contradiction::new(key, what));
        match (&self.certificate_file, &self.private_key_file) {
            (Some(_), None) => say("web.certificate_file", "web.private_key_file is missing: both or none"),
            (None, Some(_)) => say("web.private_key_file", "web.certificate_file is missing: both or none"),
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
) -> impl Iterator<Item = Contradiction> {
    let wrong = texts.iter().filter(move |text| !is_right(text));
    wrong.map(move |text| Contradiction::new(key, format!("expected {expected}, not {text:?}")))
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
