//! Keys of listeners for networks other than QUIC; `networks.rs` says which network has which.

use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ListenerNetwork;
use crate::table::{Seconds, table};

table! {
    /// A listener for a network other than QUIC; all its clients are in one session.
    pub struct ListenerConfig {
        /// The network.
        #[schemars(with = "String")]
        pub network: ListenerNetwork = ListenerNetwork::Sidecar;
        /// Where to listen: a TCP or UDP address, depending on the network.
        #[schemars(extend("format" = "address"))]
        pub address: SocketAddr = SocketAddr::from(([0; 16], 0));
        /// The session of its clients, one of sessions. Default: the only one there is; required if there are several,
        /// as these clients cannot name one. Links of sidecars can: by default, where there is a choice, each names its
        /// own session, on-demand ones included.
        #[schemars(example = &"main")]
        pub session: Option<String> = None;
        /// Keys of sidecars.
        pub sidecar: SidecarListenerConfig = SidecarListenerConfig::default();
        /// Keys of games' own networks.
        pub game: GameListenerConfig = GameListenerConfig::default();
        /// Keys of a listener in front of a game's own server.
        pub proxy: ProxyListenerConfig = ProxyListenerConfig::default();
        /// Keys of networks over `WebSocket`.
        pub web_socket: WebSocketListenerConfig = WebSocketListenerConfig::default();
    }
}

table! {
    /// The links of game servers; the reasons for the defaults stand with the settings of `consonance-sidecar`.
    pub struct SidecarListenerConfig {
        /// A file whose first line is the shared secret of both ends: at least 16 random bytes; protect it from other
        /// users of the machine. Optional only where no other machine reaches the address.
        #[schemars(example = &"sidecar-secret.txt", extend("format" = "path"))]
        pub secret_file: Option<PathBuf> = None;
        /// Links of game servers at once.
        pub links_max: usize = 64, 1..=4096;
        /// Links that have not yet proved that they know the secret.
        pub handshakes_max: usize = 16, 1..=4096;
        /// Players of one link. Kicked ones count until the game server says that they have left.
        pub players_max: u32 = 1024, 1..=65_535;
        /// How long a link may take to prove it.
        pub handshake_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// Whole seconds of silence after which a link and all its players count as lost. Each end sends something four
        /// times as often.
        pub idle_timeout_s: Seconds = Seconds::new(10), 2..=600;
        /// Silence after which the rest of the session is told that a link's players left. The next sign of life brings
        /// them back without joining again. Game servers are asked to send something three times as often; those that
        /// do not announce it are missed after `idle_timeout_s`.
        pub quiet_timeout_s: Seconds = Seconds::millis(750), 0.3..=60;
        /// Bytes other than voice that wait for one link. Above an eighth of it, packets from the link wait; with more,
        /// or if that lasts for `idle_timeout_s`, the link ends as too slow.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one link; the oldest are dropped.
        pub voice_bytes_max: usize = 64 << 10, 8192..=16_777_216;
    }
}

table! {
    /// What differs from game to game on the same network.
    pub struct GameListenerConfig {
        /// Clients at once; pending handshakes and clients with unproved addresses are not included and have limits of
        /// their own. A full listener is shared as `[addresses]` says.
        pub connections_max: usize = 1000, 1..=65_535;
        /// The full name of the type of the game's voice messages, for games with a fork of the integration.
        #[schemars(example = &"Game.Voice.VoiceMessage")]
        pub voice_type: Option<String> = None;
        /// Silence after which the other end counts as lost, for games that raise their network's timeout, for example
        /// for loading scenes. 0 keeps the network's own.
        pub silence_timeout_s: Seconds = Seconds::new(0), 0..=600;
        /// The kcp2k generation of all clients, by its first version. learned detects each client's, which takes two
        /// seconds if 1.38 and 1.40 cannot be distinguished at once.
        pub kcp_generation: KcpGeneration = KcpGeneration::Learned;
        /// The scene that clients load before they speak: exactly the `onlineScene` of the game's `NetworkManager`, if
        /// it has one.
        #[schemars(example = &"Assets/Scenes/Game.unity")]
        pub online_scene: Option<String> = None;
        /// The user name for games with Mirror's `BasicAuthenticator`, with the password in `password_file`.
        #[schemars(example = &"player")]
        pub username: Option<String> = None;
        /// A file with that password in its first line; protect it from other users of the machine. Clients send the
        /// password as plain text.
        #[schemars(example = &"mirror-password.txt", extend("format" = "path"))]
        pub password_file: Option<PathBuf> = None;
        /// The tag of the game's voice messages. Default: learned from each client's first handshake.
        #[schemars(example = 2000)]
        pub tag: Option<u16> = None;
        /// The tag of voice messages to clients, if it differs. Default: that of messages to the server.
        #[schemars(example = 2001)]
        pub tag_to_client: Option<u16> = None;
        /// The layout of voice packets in messages with that tag: raw (`WriteRaw`), or after a four-byte length
        /// (`Write`), prefixed if big-endian. Without tag, it is learned too.
        pub layout: VoiceLayout = VoiceLayout::Raw;
        /// The version of DarkRift's handshake in the game's clients; 0 is that of its oldest releases.
        pub protocol_version: u32 = 1, 0..=1;
        /// The UDP port in the clients' settings, if it is not the TCP port.
        #[schemars(example = 4297)]
        pub udp_port: Option<u16> = None;
        /// The UDP port of the game's server, if it is not the port in upstream.
        #[schemars(example = 4297)]
        pub upstream_udp_port: Option<u16> = None;
        /// The largest message of the game's server to a client; up to two wait for a slow client.
        pub message_bytes_max: usize = 1 << 20, 65_536..=67_108_864;
        /// Tell clients that they are authenticated, which the game's code may wait for. Clients then deactivate scene
        /// objects that no server has spawned; voice also works without it.
        pub announce_authenticated: bool = true;
        /// For games with predicted spawning, whose clients expect one more number.
        pub predicted_spawning: bool = false;
        /// Tell clients that there are no scenes to load, for games that wait for their first ones.
        pub announce_no_scenes: bool = false;
        /// For games with `LiteNetLib`'s CRC-32C layer.
        pub checksum: bool = false;
        /// The key of `LiteNetLib`'s XOR layer, for games that use it. It does not protect the content.
        #[schemars(example = &"the game's key")]
        pub xor_key: Option<String> = None;
        /// Whether the game's `NetworkManager` manages scenes, its default.
        pub manages_scenes: bool = true;
        /// For games built with Netcode 2.6 or newer on Unity 6000.5 or newer, whose scene handles have eight bytes
        /// instead of four.
        pub long_scene_handles: bool = false;
        /// The group of voice to the server, if the game's voice component changes it.
        pub voice_to_server_group: u32 = 57_729_876, 0..=2_147_483_647;
        /// The group of all other messages to the server, if changed.
        pub system_to_server_group: u32 = 57_729_877, 0..=2_147_483_647;
        /// The group of voice to clients, if changed.
        pub voice_to_client_group: u32 = 57_729_878, 0..=2_147_483_647;
        /// The group of all other messages to clients, if changed.
        pub system_to_client_group: u32 = 57_729_879, 0..=2_147_483_647;
        /// The URL of the game's signalling server, if it is not this listener's.
        #[schemars(example = &"wss://signalling.example.org:12777/chatapp")]
        pub signalling: Option<String> = None;
        /// The address and port at which players reach the UDP port. Optional if address is the machine's own, as
        /// players see it.
        #[schemars(example = &"203.0.113.5:7791", extend("format" = "address"))]
        pub announced: Option<SocketAddr> = None;
        /// The game's Steam App ID; 480 is for experiments. Steam's library reads it from the variable `SteamAppId` or
        /// the file `steam_appid.txt`, which must match.
        pub app_id: u32 = 480, 1..=4_294_967_295_u32;
        /// The channel of clients' messages to the server, if the game changes it.
        pub channel_to_server: u32 = 144_984_105, 0..=2_147_483_647;
        /// The channel of messages to clients, if the game changes it.
        pub channel_to_client: u32 = 144_984_106, 0..=2_147_483_647;
    }
}

impl GameListenerConfig {
    /// A message about keys that contradict each other.
    pub(super) fn problem(&self) -> Option<String> {
        let xor_key = self.xor_key.as_deref();
        let what = if self.username.is_some() != self.password_file.is_some() {
            "username and password_file belong together: set both or neither"
        } else if self.tag.is_none() && self.layout != VoiceLayout::Raw {
            "layout needs tag: set both, or neither to have them learned"
        } else if xor_key == Some("") {
            "xor_key is empty: set the game's key, or remove it"
        } else if xor_key.is_some() && self.checksum {
            "checksum and xor_key exclude each other: set one"
        } else {
            return None;
        };
        Some(what.to_owned())
    }
}

/// The layout of a voice packet in a message of a game on `DarkRift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VoiceLayout {
    /// The packet alone.
    Raw,
    /// After its length, in four bytes, big-endian.
    Prefixed,
    /// After its length, in four bytes, little-endian.
    PrefixedLittleEndian,
}

/// A generation of kcp2k, named by its first version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KcpGeneration {
    /// Detected for each client.
    Learned,
    /// 1.6 to 1.34, Mirror v30.3.8 to v78.2.
    #[serde(rename = "1.6")]
    V1_6,
    /// 1.35 to 1.37, Mirror v78.3 to v82.8.1.
    #[serde(rename = "1.35")]
    V1_35,
    /// 1.38 and 1.39, Mirror v82.8.2 to v86.15.3.
    #[serde(rename = "1.38")]
    V1_38,
    /// 1.40 and later, Mirror v86.15.4 and later.
    #[serde(rename = "1.40")]
    V1_40,
}

table! {
    /// In front of a game's own server; the reasons for the defaults stand with the settings of `consonance-gateway`.
    pub struct ProxyListenerConfig {
        /// The host and port of the game's server. Each client gets its own connection to it, and everything but voice
        /// is forwarded both ways.
        #[schemars(example = &"127.0.0.1:7778")]
        pub upstream: Option<String> = None;
        /// Addresses of this machine, as a prefix: each client's connection to the game's server comes from its own
        /// address among these, so that the game can distinguish and ban clients.
        #[schemars(example = &"127.1.0.0/16")]
        pub source_addresses: Option<String> = None;
        /// Send the game's server the addresses of its clients in PROXY protocol headers, version 2. Only for servers,
        /// or proxies in front of them, that support it.
        pub proxy_protocol: bool = false;
        /// How long the game's server may take to accept a client; then the client is refused.
        pub upstream_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// Disconnect a player from the game when the session kicks or refuses its voice. By default the game
        /// continues.
        pub disconnect_on_voice_kick: bool = false;
        /// Where the game continues: the time after which such a player's next voice packet asks the session again.
        pub voice_retry_s: Seconds = Seconds::new(10), 1..=3600;
    }
}

impl ProxyListenerConfig {
    /// A message about a wrong address of the game's server, for a listener at this address.
    pub(super) fn problem(&self, listener: SocketAddr) -> Option<String> {
        let upstream = self.upstream.as_deref()?;
        let has_port = upstream
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse().is_ok_and(|port: u16| port != 0));
        if !has_port {
            let what = "expected a host and a port, such as 127.0.0.1:7778 or game.internal:7777";
            return Some(format!("upstream {upstream:?}: {what}"));
        }
        let is_itself = upstream.parse().is_ok_and(|upstream: SocketAddr| {
            let is_here = listener.ip().is_unspecified() && upstream.ip().is_loopback();
            upstream.port() == listener.port() && (upstream.ip() == listener.ip() || is_here)
        });
        let what = "is this listener itself: expected the address of the game's server";
        is_itself.then(|| format!("upstream {upstream} {what}"))
    }
}

table! {
    /// Voice over `WebSocket`; the reasons for the defaults stand with the settings of `consonance-websocket`.
    pub struct WebSocketListenerConfig {
        /// Origins of other sites whose pages may connect, each a scheme and a host without a path; `*` admits pages of
        /// every site. Pages of the server's own host are always admitted: of host, of `web.host_names`, and of the
        /// name or address that the page connects to, which over plain HTTP must be an address or localhost. Others get
        /// 403 and a line in the log. This restricts pages only: native clients send no origin, or any.
        #[schemars(extend("examples" = [["https://game.example.org"]]))]
        pub origins: Vec<String> = Vec::new();
        /// Serve wss with the server's QUIC certificate. Printed addresses then include this listener, and players with
        /// this library use it automatically when their UDP is blocked. Leave it off behind a TLS proxy.
        pub tls: bool = false;
        /// Connections that have not yet sent a request.
        pub handshakes_max: usize = 256, 1..=65_535;
        /// How long a connection may take to send its request.
        pub handshake_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// How often each client is pinged; it counts as lost when a third ping is due and two are unanswered. Proxies
        /// close connections that are silent for longer than their limit, often 60 s.
        pub ping_interval_s: Seconds = Seconds::new(15), 1..=3600;
        /// Bytes other than voice that wait for one client; with more, it is disconnected as too slow.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one client; the oldest are dropped.
        pub voice_bytes_max: usize = 32 << 10, 8192..=16_777_216;
    }
}
