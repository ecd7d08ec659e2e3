//! The networks that a listener may be for, and the keys that each has: a row for each.

use super::ListenerConfig;
use super::game::{
    DARKRIFT_KEYS, DARKRIFT_SPLICE_KEYS, FISHNET_KEYS, FISHNET_SERVER_KEYS, FORGE_KEYS,
    MIRROR_IGNORANCE_KEYS, MIRROR_KCP_KEYS, MIRROR_KEYS, MIRROR_SERVER_KEYS, MIRROR_WEB_SOCKET_KEYS,
    NGO_KEYS, NGO_SERVER_KEYS, STEAM_KEYS, WEBRTC_KEYS,
};
use super::sidecar::SIDECAR_KEYS;
use super::splice::SPLICE_KEYS;
use super::web_socket::WEB_SOCKET_KEYS;
use crate::field::Field;
use crate::keys::Key;

/// A network that a listener may be for, besides QUIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenerNetwork {
    /// Game servers that keep their clients and hand their voice packets over.
    Sidecar,
    /// Clients of games on Mirror over kcp2k.
    MirrorKcp,
    /// The same over Telepathy.
    MirrorTelepathy,
    /// The same over Mirror's own `WebSocket` transport.
    MirrorWebSocket,
    /// The same over Ignorance, a fork of ENet.
    MirrorIgnorance,
    /// Clients of games on `DarkRift` 2.
    DarkRift2,
    /// Clients of games on Fish-Networking over Tugboat.
    FishNet,
    /// Clients of games on Netcode for `GameObjects` over Unity Transport.
    Ngo,
    /// Clients of games on Forge Networking Remastered.
    Forge,
    /// Clients of games with WebRTC Network.
    WebRtcNetwork,
    /// Clients of games over Steam's legacy peer-to-peer interface.
    Steam,
    /// Pages in browsers, and whoever else speaks with us over a `WebSocket`.
    WebSocket,
}

impl ListenerNetwork {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether a listener for it may stand in front of a game's own server.
    pub fn has_splice(self) -> bool {
        self.row().has_splice
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

/// Whose ports are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What is to be known of a network.
pub(in super::super) struct NetworkRow {
    pub(super) network: ListenerNetwork,
    pub(in super::super) name: &'static str,
    ip_protocol: IpProtocol,
    /// What its clients are, in sentences.
    pub(in super::super) about: &'static str,
    /// Those that it has besides [`COMMON_KEYS`].
    pub(in super::super) keys: &'static [Key<ListenerConfig>],
    /// Those that it has besides where there is no game's server behind it.
    pub(in super::super) server_keys: &'static [Key<ListenerConfig>],
    /// Those that it has besides [`SPLICE_KEYS`] where there is.
    pub(in super::super) splice_keys: &'static [Key<ListenerConfig>],
    /// Whether there may be one.
    pub(in super::super) has_splice: bool,
}

impl NetworkRow {
    /// All keys of a listener, behind which there is a game's server or not.
    pub(super) fn keys_of(
        &self,
        is_splice: bool,
    ) -> impl Iterator<Item = &'static Key<ListenerConfig>> + Clone {
        let (rest, own): (_, &[_]) = if is_splice && self.has_splice {
            (SPLICE_KEYS, self.splice_keys)
        } else {
            (self.server_keys, &[])
        };
        COMMON_KEYS.iter().chain(self.keys).chain(rest).chain(own)
    }

    /// One that also has a splice; the keys are those of a server without a game only.
    const fn with_splice(self, server_keys: &'static [Key<ListenerConfig>]) -> Self {
        Self { server_keys, has_splice: true, ..self }
    }

    /// One whose splice has keys of its own.
    const fn with_splice_keys(self, splice_keys: &'static [Key<ListenerConfig>]) -> Self {
        Self { splice_keys, ..self }
    }
}

/// All of them, in the order of the page of documentation.
pub(in super::super) const NETWORKS: &[NetworkRow] = &[
    row(
        ListenerNetwork::Sidecar,
        "sidecar",
        IpProtocol::Tcp,
        SIDECAR_KEYS,
        "Game servers of any network that keep their clients and hand their voice packets over one link; docs/networks/sidecar.md says how. address is a TCP address of this machine or of a network that is nobody else's: what passes there is not encrypted.",
    ),
    row(
        ListenerNetwork::MirrorKcp,
        "mirror-kcp",
        IpProtocol::Udp,
        MIRROR_KCP_KEYS,
        "Clients of games on Mirror over kcp2k, of every version. With upstream it stands in front of the game's own server. Without, here is no game: clients get their voice and nothing else, for games whose client connects to a server for voice, and for bots and load tests.",
    )
    .with_splice(MIRROR_SERVER_KEYS),
    row(
        ListenerNetwork::MirrorTelepathy,
        "mirror-telepathy",
        IpProtocol::Tcp,
        MIRROR_KEYS,
        "The same over Telepathy.",
    )
    .with_splice(MIRROR_SERVER_KEYS),
    row(
        ListenerNetwork::MirrorWebSocket,
        "mirror-websocket",
        IpProtocol::Tcp,
        MIRROR_WEB_SOCKET_KEYS,
        "The same over SimpleWebTransport, Mirror's WebSockets. It speaks plain ws; put something that ends TLS before it for wss.",
    )
    .with_splice(MIRROR_SERVER_KEYS),
    row(
        ListenerNetwork::MirrorIgnorance,
        "mirror-ignorance",
        IpProtocol::Udp,
        MIRROR_IGNORANCE_KEYS,
        "The same over Ignorance, with its two channels as they are by default.",
    )
    .with_splice(MIRROR_SERVER_KEYS),
    row(
        ListenerNetwork::DarkRift2,
        "darkrift2",
        IpProtocol::Tcp,
        DARKRIFT_KEYS,
        "Clients of games on DarkRift 2; the UDP port of the same number is taken, too, unless udp_port says another one. With upstream it stands in front of the game's own server; without, here is no game, as with mirror-kcp.",
    )
    .with_splice(&[])
    .with_splice_keys(DARKRIFT_SPLICE_KEYS),
    row(
        ListenerNetwork::FishNet,
        "fishnet",
        IpProtocol::Udp,
        FISHNET_KEYS,
        "Clients of games on Fish-Networking, versions 3 and 4, over Tugboat. With upstream it stands in front of the game's own server; without, here is no game, as with mirror-kcp.",
    )
    .with_splice(FISHNET_SERVER_KEYS),
    row(
        ListenerNetwork::Ngo,
        "ngo",
        IpProtocol::Udp,
        NGO_KEYS,
        "Clients of games on Netcode for GameObjects over Unity Transport 2. With upstream it stands in front of the game's own server; without, here is no game, as with mirror-kcp.",
    )
    .with_splice(NGO_SERVER_KEYS),
    row(
        ListenerNetwork::Forge,
        "forge",
        IpProtocol::Udp,
        FORGE_KEYS,
        "Clients of games on Forge Networking Remastered. Here is no game, as with mirror-kcp.",
    ),
    row(
        ListenerNetwork::WebRtcNetwork,
        "webrtc-network",
        IpProtocol::Udp,
        WEBRTC_KEYS,
        "Clients of games with WebRTC Network, which join the session by its name; docs/networks/webrtc-network.md says how. Without signalling, the TCP port of the same number is a signalling server for them, which speaks plain ws at the path /chatapp; put something that ends TLS before it for wss.",
    ),
    row(
        ListenerNetwork::Steam,
        "steam",
        IpProtocol::Udp,
        STEAM_KEYS,
        "Clients of games over Steam's legacy peer-to-peer interface, by a game server's account without a name; docs/networks/steam.md says how. address is what Steam is told about the game's server, with an IPv4 address; packets go through Steam's own ports. Only builds with the feature steam have it, and a process has one.",
    ),
    row(
        ListenerNetwork::WebSocket,
        "websocket",
        IpProtocol::Tcp,
        WEB_SOCKET_KEYS,
        "Pages in browsers, WebGL games, and players behind networks that let nothing but HTTP through; docs/networks/websocket.md says how, and has what a page does. The path of their URL is the session's name, or / alone. Without tls it speaks plain ws; then put something that ends TLS before it for wss, which pages that came over https demand.",
    ),
];

const fn row(
    network: ListenerNetwork,
    name: &'static str,
    ip_protocol: IpProtocol,
    keys: &'static [Key<ListenerConfig>],
    about: &'static str,
) -> NetworkRow {
    NetworkRow {
        network,
        name,
        ip_protocol,
        about,
        keys,
        server_keys: &[],
        splice_keys: &[],
        has_splice: false,
    }
}

/// What a listener is told by keys of every network, besides `network` and `address`.
pub(in super::super) const COMMON_KEYS: &[Key<ListenerConfig>] = &[Key::of_listener(
    "session",
    Field::Text(|listener| &mut listener.session),
    "Which session its clients are in: one of sessions. Without it the only one there is; with several, one has to be chosen, as these clients cannot name one themselves. Only links of sidecars can: without it, where there is a choice, each names its own, one on demand included.",
)
.with_example("\"main\"")];
