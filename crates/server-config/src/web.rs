//! `[web]`: players in browsers.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use consonance_link::gateway::websocket::{ORIGIN, is_origin};
use consonance_web::browser_gateway::GatewaySettings;
use consonance_web::webrtc::WebRtcSettings;
use consonance_web::{IceServers, PacketSettings, WebLimits};

use crate::contradiction::Contradiction;
use crate::declared::Declared;
use crate::table::{Secret, table};

table! {
    /// `[web]`: the page for players, and where their voice arrives. What is only here are addresses to listen on,
    /// files, secrets, and texts that are read into other types.
    #[schemars(extend("x-tables" = {
        "limits": "What one browser, and clients of the page that have not joined, may use."
    }))]
    pub struct WebConfig {
        /// The TCP address of the page.
        #[schemars(example = &"127.0.0.1:7780", extend("format" = "address"))]
        pub listen: Option<SocketAddr> = None;
        /// A PEM file with the page's certificate chain. Default: plain HTTP; see docs/browser/https.md.
        #[schemars(example = &"fullchain.pem", extend("format" = "path", "x-reload" = true))]
        pub certificate_file: Option<PathBuf> = None;
        /// The PEM file with its private key.
        #[schemars(example = &"privkey.pem", extend("format" = "path", "x-reload" = true))]
        pub private_key_file: Option<PathBuf> = None;
        /// A TCP address that redirects plain HTTP to the page.
        #[schemars(example = &"[::]:80", extend("format" = "address"))]
        pub redirect: Option<SocketAddr> = None;
        /// Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted.
        pub proxies: Vec<String> = Vec::new();
        /// Other sites whose pages may use this server; other programs can send any origin.
        #[schemars(extend("examples" = [["https://game.example.org"]], "x-reload" = true))]
        pub origins: Vec<String> = Vec::new();
        /// Names of the page over plain HTTP besides localhost, host and addresses.
        #[schemars(extend("examples" = [["gamebox.local"]]))]
        pub host_names: Vec<String> = Vec::new();
        /// The UDP address for voice. Default: the page's address and port.
        #[schemars(example = &"203.0.113.7:7780", extend("format" = "address"))]
        pub udp: Option<SocketAddr> = None;
        /// A TCP address for voice where UDP is blocked.
        #[schemars(example = &"203.0.113.7:7781", extend("format" = "address"))]
        pub tcp: Option<SocketAddr> = None;
        /// The addresses at which browsers reach udp and tcp: required for `[::]` and 0.0.0.0, and behind a router or
        /// load balancer.
        #[schemars(extend("examples" = [["203.0.113.7"]]))]
        pub announced: Vec<String> = Vec::new();
        /// STUN and TURN servers, but for their secret.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<IceServers>", extend("x-flat" = true))]
        pub ice: IceServers = IceServers::default();
        /// The secret of the TURN servers (coturn's static-auth-secret). Prefer a file.
        #[schemars(example = &"a long random string", extend("x-after" = "ice_servers"))]
        pub turn_secret: Option<Secret> = None;
        /// A file with that secret.
        #[schemars(example = &"turn-secret.txt", extend("format" = "path", "x-after" = "turn_secret"))]
        pub turn_secret_file: Option<PathBuf> = None;
        /// Allow voice over `WebSocket` for browsers without another way.
        pub fallback: bool = true;
        /// The limits of players.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<GatewaySettings>", extend("x-flat" = true))]
        pub players: GatewaySettings = GatewaySettings::default();
        /// The limits of their connections.
        #[serde(with = "crate::declared")]
        #[schemars(
            with = "Declared<WebRtcSettings>",
            extend("x-flat" = true, "x-after" = {
                "slots_max": "resume_s",
                "unsent_bytes": "queued_bytes",
                "datagrams_per_second": "unsent_bytes",
                "queued_datagrams": "datagrams_per_second",
                "connect_timeout_s": "pending_joins",
            })
        )]
        pub rtc: WebRtcSettings = WebRtcSettings::default();
        /// The limits of voice over `WebSocket`.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<PacketSettings>", extend("x-flat" = true))]
        pub packets: PacketSettings = PacketSettings::default();
        /// The limits of visitors.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<WebLimits>", extend("x-flat" = true))]
        pub visitors: WebLimits = WebLimits::default();
    }
}

impl WebConfig {
    /// The UDP address for voice: as configured, or the page's own address and port.
    pub fn voice_address(&self) -> Option<SocketAddr> {
        self.udp.or(self.listen)
    }

    pub(super) fn contradictions(&self) -> Vec<Contradiction> {
        let mut problems = Vec::new();
        let mut say = |key, what: &str| problems.push(Contradiction::new(key, what));
        let files = [self.certificate_file.is_some(), self.private_key_file.is_some()];
        if self.redirect.is_some() && files == [false, false] {
            say("web.redirect", "it redirects to the page over TLS: set web.certificate_file");
        }
        let has_secret = self.turn_secret.is_some() || self.turn_secret_file.is_some();
        let is_turn = |url: &String| url.starts_with("turn:") || url.starts_with("turns:");
        if self.ice.urls.iter().any(is_turn) && !has_secret {
            say("web.ice_servers", "browsers need credentials for a TURN server: set web.turn_secret_file");
        }
        let has_address = |address: SocketAddr| !address.ip().is_unspecified() || !self.announced.is_empty();
        if !self.voice_address().is_none_or(has_address) {
            let what = "browsers need an address of this machine: set web.announced";
            say(if self.udp.is_some() { "web.udp" } else { "web.listen" }, what);
        }
        problems.extend(Contradiction::in_pair(["web.certificate_file", "web.private_key_file"], files));
        problems.extend(wrong_texts("web.announced", &self.announced, is_announced, ANNOUNCED));
        problems.extend(wrong_texts("web.proxies", &self.proxies, is_network, NETWORK));
        problems.extend(wrong_texts("web.origins", &self.origins, is_origin, ORIGIN));
        problems.extend(wrong_texts("web.host_names", &self.host_names, is_host_name, HOST_NAME));
        problems.extend(wrong_texts("web.ice_servers", &self.ice.urls, is_ice_server, ICE_SERVER));
        problems
    }
}

const ANNOUNCED: &str = "an address, with a port or without, such as 203.0.113.7 or [2001:db8::7]:7780";
const NETWORK: &str = "an address or a network, such as 127.0.0.1 or 10.0.0.0/8";
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
        // The unspecified address is no machine's address.
        |ip| !ip.is_unspecified(),
    )
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    let bits_max = |ip: IpAddr| if ip.is_ipv4() { 32 } else { 128 };
    let (ip, bits) = (address.parse::<IpAddr>(), bits.parse::<u8>());
    matches!((ip, bits), (Ok(ip), Ok(bits)) if bits <= bits_max(ip))
}

fn is_host_name(text: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(is_fine)
}

fn is_ice_server(text: &str) -> bool {
    let known = |scheme: &str| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
    ["stun:", "stuns:", "turn:", "turns:"].into_iter().any(known) && !text.contains(char::is_whitespace)
}
