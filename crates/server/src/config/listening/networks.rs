//! The networks that a listener may be for, and the keys that each has: a row for each.

use super::ListenerConfig;
use crate::config::field::Field;
use crate::config::keys::Key;

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
}

impl ListenerNetwork {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        self.row().name
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
        MIRROR_KEYS,
        "Clients of games on Mirror over kcp2k, of every version. Here is no game: clients get their voice and nothing else, for games whose client connects to a server for voice, and for bots and load tests. Where the game goes on with its own server, `consonance splice` is what you want.",
    ),
    row(
        ListenerNetwork::MirrorTelepathy,
        "mirror-telepathy",
        IpProtocol::Tcp,
        MIRROR_KEYS,
        "The same over Telepathy.",
    ),
    row(
        ListenerNetwork::MirrorWebSocket,
        "mirror-websocket",
        IpProtocol::Tcp,
        MIRROR_KEYS,
        "The same over SimpleWebTransport, Mirror's WebSockets. It speaks plain ws; put something that ends TLS before it for wss.",
    ),
    row(
        ListenerNetwork::DarkRift2,
        "darkrift2",
        IpProtocol::Tcp,
        DARKRIFT_KEYS,
        "Clients of games on DarkRift 2; the UDP port of the same number is taken, too. Here is no game, as with mirror-kcp.",
    ),
    row(
        ListenerNetwork::FishNet,
        "fishnet",
        IpProtocol::Udp,
        GAME_KEYS,
        "Clients of games on Fish-Networking, versions 3 and 4, over Tugboat. Here is no game, as with mirror-kcp.",
    ),
    row(
        ListenerNetwork::Ngo,
        "ngo",
        IpProtocol::Udp,
        NGO_KEYS,
        "Clients of games on Netcode for GameObjects over Unity Transport 2. Here is no game, as with mirror-kcp.",
    ),
    row(
        ListenerNetwork::Forge,
        "forge",
        IpProtocol::Udp,
        GAME_KEYS,
        "Clients of games on Forge Networking Remastered. Here is no game, as with mirror-kcp.",
    ),
    row(
        ListenerNetwork::WebRtcNetwork,
        "webrtc-network",
        IpProtocol::Udp,
        WEBRTC_KEYS,
        "Clients of games with WebRTC Network, which join the session by its name; docs/networks/webrtc-network.md says how. Without signalling, the TCP port of the same number is a signalling server for them, which speaks plain ws at the path /chatapp; put something that ends TLS before it for wss.",
    ),
];

const fn row(
    network: ListenerNetwork,
    name: &'static str,
    ip_protocol: IpProtocol,
    keys: &'static [Key<ListenerConfig>],
    about: &'static str,
) -> NetworkRow {
    NetworkRow { network, name, ip_protocol, about, keys }
}

/// What a listener is told by keys of every network, besides `network` and `address`.
pub(in super::super) const COMMON_KEYS: &[Key<ListenerConfig>] = &[Key::of_listener(
    "session",
    Field::Text(|listener| &mut listener.session),
    "Which session its clients are in: one of sessions. Without it the only one there is; with several, one has to be chosen, as these clients cannot name one themselves.",
)
.with_example("\"main\"")];

const SIDECAR_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        "secret_file",
        Field::File(|listener| &mut listener.sidecar.secret_file),
        "A file whose first line both ends know, and which other users of the machine should not be able to read: at least 16 random bytes. It may only be left out where nobody but this machine reaches the address.",
    )
    .with_example("\"sidecar-secret.txt\""),
    Key::of_listener(
        "links_max",
        Field::Size(|listener| &mut listener.sidecar.links_max, 1, 4096),
        "Links of game servers at once.",
    ),
    Key::of_listener(
        "strangers_max",
        Field::Size(|listener| &mut listener.sidecar.strangers_max, 1, 4096),
        "Links at once that have not proved yet that they know the secret.",
    ),
    Key::of_listener(
        "players_max",
        Field::Number(|listener| &mut listener.sidecar.players_max, 1, 65_535),
        "Players of one link. Those that were kicked count until the game server says that they have left.",
    ),
    Key::of_listener(
        "handshake_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.handshake_timeout, 0.1, 60.0),
        "How long a link may take to its proof, in seconds.",
    ),
    Key::of_listener(
        "idle_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.idle_timeout, 2.0, 600.0),
        "Silence in seconds, in whole ones, after which a link counts as lost, and all its players as gone. Either end makes itself heard four times as often.",
    ),
    Key::of_listener(
        "control_bytes_max",
        Field::Size(|listener| &mut listener.sidecar.control_bytes_max, 65_536, 1 << 30),
        "Bytes that wait for one link without being voice; with more it ends as too slow.",
    ),
    Key::of_listener(
        "voice_bytes_max",
        Field::Size(|listener| &mut listener.sidecar.voice_bytes_max, 8192, 1 << 24),
        "Bytes of voice that wait for one link; the oldest go.",
    ),
];

const CONNECTIONS_MAX: Key<ListenerConfig> = Key::of_listener(
    "connections_max",
    Field::Size(|listener| &mut listener.game.connections_max, 1, 65_535),
    "Clients at once, those that are still being let in included.",
);

const GAME_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX];

const MIRROR_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "voice_type",
        Field::Text(|listener| &mut listener.game.voice_type),
        "The full name of the type of the game's voice messages, for games with a fork of the integration.",
    )
    .with_example("\"Game.Voice.VoiceMessage\""),
    Key::of_listener(
        "online_scene",
        Field::Text(|listener| &mut listener.game.online_scene),
        "The scene that clients load before they speak, exactly as the game names it: the onlineScene of its NetworkManager. Games without one need none.",
    )
    .with_example("\"Assets/Scenes/Game.unity\""),
];

const DARKRIFT_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "tag",
        Field::Port(|listener| &mut listener.game.tag),
        "The tag of the game's voice messages. Without it each client's is learned from its first handshake.",
    )
    .with_example("2000"),
];

const WEBRTC_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "signalling",
        Field::Text(|listener| &mut listener.game.signalling),
        "The URL of the signalling server that the game is configured with, where it is another one than ours.",
    )
    .with_example("\"wss://signalling.example.org:12777/chatapp\""),
    Key::of_listener(
        "announced",
        Field::Address(|listener| &mut listener.game.announced),
        "The address and port under which players reach the UDP port. It may be left out where address is that of the machine, and players see it as it is.",
    )
    .with_example("\"203.0.113.5:7791\""),
];

const NGO_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "manages_scenes",
        Field::Flag(|listener| &mut listener.game.manages_scenes),
        "Whether the game's NetworkManager manages scenes, as it does unless somebody has switched that off.",
    ),
];
