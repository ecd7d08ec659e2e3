//! The networks that a listener may be for: an entry for each, with its keys.

use serde::{Deserialize, Serialize};

use super::ListenerConfig;

/// Declares the networks: for each what its clients are, its name, whose port its address names, and its keys by their
/// groups in [`ListenerConfig`]. With `with upstream` it may be in front of a game's own server; the keys there are
/// added to those of every such listener, and those of `without upstream` hold for others.
macro_rules! networks {
    ($($(#[doc = $about:literal])* $network:ident = $name:literal on $protocol:ident {
        $($group:ident.$key:ident)*
    } $(without upstream { $($server_group:ident.$server_key:ident)* })? $(with upstream $proxy:tt)?;)*) => {
        /// A network that a listener may be for, besides QUIC.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum ListenerNetwork {
            $($(#[doc = $about])* $network,)*
        }

        /// All of them, in the order of the reference page.
        pub(in super::super) const NETWORKS: &[NetworkRow] = &[$(NetworkRow {
            network: ListenerNetwork::$network,
            name: $name,
            ip_protocol: IpProtocol::$protocol,
            about: concat!($($about),*),
            keys: networks!(@paths $($group.$key)*),
            server_keys: networks!(@paths $($($server_group.$server_key)*)?),
            proxy: networks!(@proxy $($proxy)?),
        },)*];
    };
    (@proxy) => { None };
    (@proxy { $($group:ident.$key:ident)* }) => { Some(networks!(@paths $($group.$key)*)) };
    (@paths $($group:ident.$key:ident)*) => {{
        // That the keys exist.
        const _: fn(&ListenerConfig) = |_listener| { $(let _ = &_listener.$group.$key;)* };
        &[$(concat!(stringify!($group), ".", stringify!($key))),*]
    }};
}

networks! {
    /// Game servers of any network that keep their clients and pass their voice packets on over one link;
    /// docs/networks/sidecar.md says how. `address` is a TCP address of this machine or of a private network: the link
    /// is not encrypted.
    Sidecar = "sidecar" on Tcp {
        sidecar.secret_file sidecar.links_max sidecar.handshakes_max sidecar.players_max
        sidecar.handshake_timeout_s sidecar.idle_timeout_s sidecar.quiet_timeout_s sidecar.control_bytes_max
        sidecar.voice_bytes_max
    };
    /// Clients of games on Mirror over kcp2k, of every version. With `upstream`, the listener is in front of the
    /// game's own server. Without, there is no game: clients get their voice and nothing else, for games whose client
    /// connects to a server for voice, and for bots and load tests.
    MirrorKcp = "mirror-kcp" on Udp {
        game.connections_max game.voice_type game.silence_timeout_s game.kcp_generation
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// The same over Telepathy.
    MirrorTelepathy = "mirror-telepathy" on Tcp {
        game.connections_max game.voice_type
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// The same over `SimpleWebTransport`, Mirror's `WebSocket`s. It speaks plain ws; for wss, put a proxy that ends
    /// TLS in front.
    MirrorWebSocket = "mirror-websocket" on Tcp {
        game.connections_max game.voice_type web_socket.origins
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// The same over Ignorance, with its two channels as they are by default.
    MirrorIgnorance = "mirror-ignorance" on Udp {
        game.connections_max game.voice_type game.silence_timeout_s
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// Clients of games on `DarkRift` 2; the listener also takes the UDP port of the same number, or the one in
    /// `udp_port`. With `upstream`, it is in front of the game's own server; without, there is no game, as with
    /// `mirror-kcp`.
    DarkRift2 = "darkrift2" on Tcp {
        game.connections_max game.tag game.tag_to_client game.layout game.protocol_version game.udp_port
    } with upstream { game.upstream_udp_port game.message_bytes_max };
    /// Clients of games on Fish-Networking, versions 3 and 4, over Tugboat. With `upstream`, the listener is in front
    /// of the game's own server; without, there is no game, as with `mirror-kcp`.
    FishNet = "fishnet" on Udp {
        game.connections_max game.voice_type game.silence_timeout_s game.checksum game.xor_key
    } without upstream { game.announce_authenticated game.predicted_spawning game.announce_no_scenes } with upstream {};
    /// Clients of games on Netcode for `GameObjects` over Unity Transport 2. With `upstream`, the listener is in front
    /// of the game's own server; without, there is no game, as with `mirror-kcp`.
    Ngo = "ngo" on Udp {
        game.connections_max game.silence_timeout_s
    } without upstream { game.manages_scenes game.long_scene_handles } with upstream {};
    /// Clients of games on Forge Networking Remastered. There is no game, as with `mirror-kcp`.
    Forge = "forge" on Udp {
        game.connections_max game.silence_timeout_s game.voice_to_server_group game.system_to_server_group
        game.voice_to_client_group game.system_to_client_group
    };
    /// Clients of games with WebRTC Network, which join the session by its name; docs/networks/webrtc-network.md says
    /// how. Without `signalling`, the TCP port of the same number is a signalling server for them, which speaks plain
    /// ws at the path `/chatapp`; for wss, put a proxy that ends TLS in front.
    WebRtcNetwork = "webrtc-network" on Udp {
        game.connections_max web_socket.origins game.signalling game.announced
    };
    /// Clients of games over Steam's legacy peer-to-peer interface, by a game server's account without a name;
    /// docs/networks/steam.md says how. `address` is what Steam is told about the game's server, with an IPv4 address;
    /// packets go through Steam's own ports. Only builds with the feature `steam` have it, and a process has one.
    Steam = "steam" on Udp {
        game.connections_max game.app_id game.channel_to_server game.channel_to_client
    };
    /// Pages in browsers, WebGL games, and players behind networks that let only HTTP through;
    /// docs/networks/websocket.md says how, and has what a page does. The path of their URL is the session's name, or
    /// / alone. Without `tls` it speaks plain ws; for wss, which pages from https need, put a proxy that ends TLS in
    /// front.
    WebSocket = "websocket" on Tcp {
        game.connections_max web_socket.origins web_socket.tls web_socket.handshakes_max
        web_socket.handshake_timeout_s web_socket.ping_interval_s web_socket.control_bytes_max
        web_socket.voice_bytes_max
    };
}

impl ListenerNetwork {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether a listener for it may be in front of a game's own server.
    pub fn has_proxy(self) -> bool {
        self.row().proxy.is_some()
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NETWORKS.iter().map(|row| row.network)
    }

    /// Whose port its address names.
    pub fn ip_protocol(self) -> IpProtocol {
        self.row().ip_protocol
    }

    pub(super) fn row(self) -> &'static NetworkRow {
        let row = NETWORKS.iter().find(|row| row.network == self);
        row.expect("every network has its row")
    }
}

impl TryFrom<String> for ListenerNetwork {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let row = NETWORKS.iter().find(|row| row.name == name);
        row.map(|row| row.network).ok_or_else(|| format!("there is no network {name:?}"))
    }
}

impl From<ListenerNetwork> for &'static str {
    fn from(network: ListenerNetwork) -> Self {
        network.name()
    }
}

/// Whose ports are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A network; its keys are paths into [`ListenerConfig`](super::ListenerConfig).
pub(in super::super) struct NetworkRow {
    pub(super) network: ListenerNetwork,
    pub(in super::super) name: &'static str,
    pub(super) ip_protocol: IpProtocol,
    /// What its clients are, in sentences.
    pub(in super::super) about: &'static str,
    /// Those that it has besides [`COMMON_KEYS`].
    pub(in super::super) keys: &'static [&'static str],
    /// Those that it has besides without a game's server behind it.
    pub(in super::super) server_keys: &'static [&'static str],
    /// Those that it has besides [`PROXY_KEYS`] with one; `None` if it cannot have one.
    pub(in super::super) proxy: Option<&'static [&'static str]>,
}

impl NetworkRow {
    /// All keys of a listener, with a game's server behind it or without.
    pub(super) fn keys_of(&self, is_proxy: bool) -> impl Iterator<Item = &'static str> + Clone {
        let (rest, own) = match self.proxy {
            Some(own) if is_proxy => (PROXY_KEYS, own),
            _ => (self.server_keys, &[][..]),
        };
        COMMON_KEYS.iter().chain(self.keys).chain(rest).chain(own).copied()
    }

    /// Those of both.
    pub(super) fn all_keys(&self) -> Vec<&'static str> {
        let of_proxy = self.keys_of(self.proxy.is_some());
        of_proxy.chain(self.server_keys.iter().copied()).collect()
    }
}

/// Besides `network` and `address`.
pub(in super::super) const COMMON_KEYS: &[&str] = &["session"];

pub(super) const UPSTREAM: &str = "proxy.upstream";

/// With a game's server behind the listener.
pub(in super::super) const PROXY_KEYS: &[&str] = networks!(@paths
    proxy.upstream proxy.source_addresses proxy.proxy_protocol proxy.upstream_timeout_s
    proxy.disconnect_on_voice_kick proxy.voice_retry_s
);
