//! The networks of listeners: an entry for each, with its keys.

use serde::{Deserialize, Serialize};

use super::ListenerConfig;

/// Declares the networks: for each its clients, its name, the protocol of its port, and its keys by their groups in
/// [`ListenerConfig`]. The keys of `with upstream` are added to those of every proxy for a game server; those of
/// `without upstream` are for all other listeners.
macro_rules! networks {
    ($($(#[doc = $about:literal])* $network:ident = $name:literal on $protocol:ident {
        $($group:ident.$key:ident)*
    } $(without upstream { $($server_group:ident.$server_key:ident)* })? $(with upstream $proxy:tt)?;)*) => {
        /// The network of a listener, other than QUIC.
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
        // Checks that the keys exist.
        const _: fn(&ListenerConfig) = |_listener| { $(let _ = &_listener.$group.$key;)* };
        &[$(concat!(stringify!($group), ".", stringify!($key))),*]
    }};
}

networks! {
    /// Game servers of any network, which keep their clients and forward voice packets over one link; see
    /// docs/networks/sidecar.md. `address` is a TCP address of this machine or of a private network: the link is not
    /// encrypted.
    Sidecar = "sidecar" on Tcp {
        sidecar.secret_file sidecar.links_max sidecar.handshakes_max sidecar.players_max
        sidecar.handshake_timeout_s sidecar.idle_timeout_s sidecar.quiet_timeout_s sidecar.control_bytes_max
        sidecar.voice_bytes_max
    };
    /// Clients of Mirror games over kcp2k, all versions.
    MirrorKcp = "mirror-kcp" on Udp {
        game.connections_max game.voice_type game.silence_timeout_s game.kcp_generation
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// Clients of Mirror games over Telepathy.
    MirrorTelepathy = "mirror-telepathy" on Tcp {
        game.connections_max game.voice_type
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// Clients of Mirror games over `SimpleWebTransport` (`WebSocket`). The listener speaks plain ws; for wss, put a
    /// TLS proxy in front.
    MirrorWebSocket = "mirror-websocket" on Tcp {
        game.connections_max game.voice_type web_socket.origins
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// Clients of Mirror games over Ignorance with its two default channels.
    MirrorIgnorance = "mirror-ignorance" on Udp {
        game.connections_max game.voice_type game.silence_timeout_s
    } without upstream { game.online_scene game.username game.password_file } with upstream {};
    /// Clients of `DarkRift` 2 games. Besides the TCP port, the listener opens the UDP port of the same number, or
    /// `udp_port`.
    DarkRift2 = "darkrift2" on Tcp {
        game.connections_max game.tag game.tag_to_client game.layout game.protocol_version game.udp_port
    } with upstream { game.upstream_udp_port game.message_bytes_max };
    /// Clients of Fish-Networking games, versions 3 and 4, over Tugboat.
    FishNet = "fishnet" on Udp {
        game.connections_max game.voice_type game.silence_timeout_s game.checksum game.xor_key
    } without upstream { game.announce_authenticated game.predicted_spawning game.announce_no_scenes } with upstream {};
    /// Clients of Netcode for `GameObjects` games over Unity Transport 2.
    Ngo = "ngo" on Udp {
        game.connections_max game.silence_timeout_s
    } without upstream { game.manages_scenes game.long_scene_handles } with upstream {};
    /// Clients of Forge Networking Remastered games.
    Forge = "forge" on Udp {
        game.connections_max game.silence_timeout_s game.voice_to_server_group game.system_to_server_group
        game.voice_to_client_group game.system_to_client_group
    };
    /// Clients of WebRTC Network games, which join the session by its name; see docs/networks/webrtc-network.md. By
    /// default, the TCP port of the same number is their signalling server: plain ws at the path `/chatapp`; for wss,
    /// put a TLS proxy in front.
    WebRtcNetwork = "webrtc-network" on Udp {
        game.connections_max web_socket.origins game.signalling game.announced
    };
    /// Clients of games over Steam's legacy peer-to-peer interface, reached through an anonymous game server account;
    /// see docs/networks/steam.md. `address` is the IPv4 address that is announced to Steam as the game server's;
    /// packets use Steam's own ports. Needs a build with the feature `steam`; one per process.
    Steam = "steam" on Udp {
        game.connections_max game.app_id game.channel_to_server game.channel_to_client
    };
    /// Browser pages, WebGL games, and players behind networks that pass only HTTP; see docs/networks/websocket.md. The
    /// URL path is the session's name, or `/`. Without `tls` the listener speaks plain ws; for wss, which https pages
    /// need, put a TLS proxy in front.
    WebSocket = "websocket" on Tcp {
        game.connections_max web_socket.origins web_socket.tls web_socket.handshakes_max
        web_socket.handshake_timeout_s web_socket.ping_interval_s web_socket.control_bytes_max
        web_socket.voice_bytes_max
    };
}

impl ListenerNetwork {
    /// Its name in the configuration file.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether its listeners can be proxies for a game server.
    pub fn has_proxy(self) -> bool {
        self.row().proxy.is_some()
    }

    /// All networks.
    pub fn all() -> impl Iterator<Item = Self> {
        NETWORKS.iter().map(|row| row.network)
    }

    /// The protocol of the port in its address.
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

/// The protocol of a port.
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
    /// Its keys besides [`COMMON_KEYS`].
    pub(in super::super) keys: &'static [&'static str],
    /// Further keys without a game server behind the listener.
    pub(in super::super) server_keys: &'static [&'static str],
    /// Further keys besides [`PROXY_KEYS`] with one; `None` if it cannot have one.
    pub(in super::super) proxy: Option<&'static [&'static str]>,
}

impl NetworkRow {
    /// All keys of a listener, with or without a game server behind it.
    pub(super) fn keys_of(&self, is_proxy: bool) -> impl Iterator<Item = &'static str> + Clone {
        let (rest, own) = match self.proxy {
            Some(own) if is_proxy => (PROXY_KEYS, own),
            _ => (self.server_keys, &[][..]),
        };
        COMMON_KEYS.iter().chain(self.keys).chain(rest).chain(own).copied()
    }

    /// The keys of both kinds of listener.
    pub(super) fn all_keys(&self) -> Vec<&'static str> {
        let of_proxy = self.keys_of(self.proxy.is_some());
        of_proxy.chain(self.server_keys.iter().copied()).collect()
    }
}

/// Keys of every network, besides `network` and `address`.
pub(in super::super) const COMMON_KEYS: &[&str] = &["session"];

pub(super) const UPSTREAM: &str = "proxy.upstream";

/// Keys of a listener with a game server behind it.
pub(in super::super) const PROXY_KEYS: &[&str] = networks!(@paths
    proxy.upstream proxy.source_addresses proxy.proxy_protocol proxy.upstream_timeout_s
    proxy.disconnect_on_voice_kick proxy.voice_retry_s
);
