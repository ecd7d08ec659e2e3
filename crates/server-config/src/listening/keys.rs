//! What a listener for another network than QUIC can have; `networks.rs` says which network has which of these keys.

use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ListenerNetwork;
use crate::table::{Seconds, table};

table! {
    /// One listener for another network than QUIC, whose clients are all in one session.
    pub struct ListenerConfig {
        /// The network.
        #[schemars(with = "String")]
        pub network: ListenerNetwork = ListenerNetwork::Sidecar;
        /// Where to listen: a TCP address or a UDP one, depending on the network.
        #[schemars(extend("format" = "address"))]
        pub address: SocketAddr = SocketAddr::from(([0; 16], 0));
        /// Which session its clients are in: one of sessions. Default: the only one there is; with several, choose
        /// one, as these clients cannot name one themselves. Only links of sidecars can: by default, where there is a
        /// choice, each names its own, on demand included.
        #[schemars(example = &"main")]
        pub session: Option<String> = None;
        /// What only sidecars have.
        pub sidecar: SidecarListenerConfig = SidecarListenerConfig::default();
        /// What games' own networks have.
        pub game: GameListenerConfig = GameListenerConfig::default();
        /// What a listener in front of a game's own server has.
        pub proxy: ProxyListenerConfig = ProxyListenerConfig::default();
        /// What networks over `WebSocket`s have.
        pub web_socket: WebSocketListenerConfig = WebSocketListenerConfig::default();
    }
}

table! {
    /// The links of game servers; the reasons stand with the settings of `consonance-sidecar`.
    pub struct SidecarListenerConfig {
        /// A file whose first line both ends know, and which other users of the machine should not be able to read: at
        /// least 16 random bytes. It may be left out only where no other machine reaches the address.
        #[schemars(example = &"sidecar-secret.txt", extend("format" = "path"))]
        pub secret_file: Option<PathBuf> = None;
        /// Links of game servers at once.
        pub links_max: usize = 64, 1..=4096;
        /// Links at once that have not yet proved that they know the secret.
        pub handshakes_max: usize = 16, 1..=4096;
        /// Players of one link. Those that were kicked count until the game server says that they have left.
        pub players_max: u32 = 1024, 1..=65_535;
        /// How long a link may take until its proof, in seconds.
        pub handshake_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// Silence in whole seconds after which a link counts as lost, and all its players as gone. Either end sends
        /// something four times as often.
        pub idle_timeout_s: Seconds = Seconds::new(10), 2..=600;
        /// Silence in seconds after which the others in the session are told that a link's players left. They are told
        /// of them again with the next sign of life, and no player has to join again. Game servers are asked to send
        /// something three times as often; those that do not say that they will are missed after `idle_timeout_s`.
        pub quiet_timeout_s: Seconds = Seconds::millis(750), 0.3..=60;
        /// Bytes other than voice that wait for one link. Above an eighth of it, what the link sends has to wait; with
        /// more, or when that lasts for `idle_timeout_s`, it ends as too slow.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one link; the oldest are dropped.
        pub voice_bytes_max: usize = 64 << 10, 8192..=16_777_216;
    }
}

table! {
    /// What must be known of a game whose clients connect over its own network.
    pub struct GameListenerConfig {
        /// Clients at once; pending handshakes and clients that have not proved their address come on top, with a
        /// limit of their own. When all are taken, they are shared as `[addresses]` says.
        pub connections_max: usize = 1000, 1..=65_535;
        /// The full name of the type of the game's voice messages, for games with a fork of the integration.
        #[schemars(example = &"Game.Voice.VoiceMessage")]
        pub voice_type: Option<String> = None;
        /// How long the other end may be silent before it counts as gone, in seconds, for games that give their
        /// clients longer than their network does by default, as while a scene loads. 0 leaves that default.
        pub silence_timeout_s: Seconds = Seconds::new(0), 0..=600;
        /// Which generation of kcp2k all clients speak, by the version that began it. The default, learned, detects
        /// each client's, which takes two seconds where 1.38 and 1.40 cannot be told apart at once.
        pub kcp_generation: KcpGeneration = KcpGeneration::Learned;
        /// The scene that clients load before they speak, exactly as the game names it: the `onlineScene` of its
        /// `NetworkManager`. Games without one need none.
        #[schemars(example = &"Assets/Scenes/Game.unity")]
        pub online_scene: Option<String> = None;
        /// For games with Mirror's `BasicAuthenticator`: the user that clients must name, with the password in
        /// `password_file`.
        #[schemars(example = &"player")]
        pub username: Option<String> = None;
        /// A file with that password in its first line, which other users of the machine should not be able to read.
        /// Clients send it as plain text.
        #[schemars(example = &"mirror-password.txt", extend("format" = "path"))]
        pub password_file: Option<PathBuf> = None;
        /// The tag of the game's voice messages. Default: each client's is learned from its first handshake.
        #[schemars(example = 2000)]
        pub tag: Option<u16> = None;
        /// The tag of voice messages to clients, for games that have another one for them. Default: that of messages
        /// to the server.
        #[schemars(example = 2001)]
        pub tag_to_client: Option<u16> = None;
        /// The layout of voice packets in messages with that tag: alone, as `WriteRaw` writes them, or after their
        /// length, as `Write` does, in four bytes, big-endian or little-endian. Without tag it is learned, too.
        pub layout: VoiceLayout = VoiceLayout::Raw;
        /// Which form of DarkRift's handshake the game's clients understand: 0 is that of its oldest releases.
        pub protocol_version: u32 = 1, 0..=1;
        /// The UDP port that clients have in their settings, where it is not the TCP port.
        #[schemars(example = 4297)]
        pub udp_port: Option<u16> = None;
        /// The UDP port of the game's server, where it is not the port in upstream.
        #[schemars(example = 4297)]
        pub upstream_udp_port: Option<u16> = None;
        /// The largest message of the game's server to a client, in bytes; up to two of them wait for a client that
        /// reads slowly.
        pub message_bytes_max: usize = 1 << 20, 65_536..=67_108_864;
        /// Tell clients that they are authenticated, which the game's code may wait for. Clients then deactivate
        /// objects of their scenes that no server has spawned; voice also works without it.
        pub announce_authenticated: bool = true;
        /// For games with predicted spawning: their clients expect one more number.
        pub predicted_spawning: bool = false;
        /// Tell clients that there are no scenes to load, for games that wait for their first ones.
        pub announce_no_scenes: bool = false;
        /// For games that put `LiteNetLib`'s CRC-32C layer around their datagrams.
        pub checksum: bool = false;
        /// For games that put `LiteNetLib`'s XOR layer around their datagrams: its key. It does not keep anyone from
        /// reading them.
        #[schemars(example = &"the game's key")]
        pub xor_key: Option<String> = None;
        /// Whether the game's `NetworkManager` manages scenes, which is its default.
        pub manages_scenes: bool = true;
        /// For games built with Netcode 2.6 or newer on Unity 6000.5 or newer, where handles of scenes have eight
        /// bytes instead of four.
        pub long_scene_handles: bool = false;
        /// The group of voice to the server, where the game's voice component has another one than by default.
        pub voice_to_server_group: u32 = 57_729_876, 0..=2_147_483_647;
        /// The group of all other messages to the server, likewise.
        pub system_to_server_group: u32 = 57_729_877, 0..=2_147_483_647;
        /// The group of voice to clients, likewise.
        pub voice_to_client_group: u32 = 57_729_878, 0..=2_147_483_647;
        /// The group of all other messages to clients, likewise.
        pub system_to_client_group: u32 = 57_729_879, 0..=2_147_483_647;
        /// The URL of the signalling server that the game is configured with, where it is not the one of this
        /// listener.
        #[schemars(example = &"wss://signalling.example.org:12777/chatapp")]
        pub signalling: Option<String> = None;
        /// The address and port under which players reach the UDP port. It may be left out where address is that of
        /// the machine, and players see it as it is.
        #[schemars(example = &"203.0.113.5:7791", extend("format" = "address"))]
        pub announced: Option<SocketAddr> = None;
        /// The game's number at Steam; 480 is for experiments. Steam's library reads it from the variable `SteamAppId`
        /// or from the file `steam_appid.txt`, which must say the same.
        pub app_id: u32 = 480, 1..=4_294_967_295_u32;
        /// The channel on which the game's clients speak to their server, where it is not the stock one.
        pub channel_to_server: u32 = 144_984_105, 0..=2_147_483_647;
        /// The channel on which the server speaks to them, where it is not the stock one.
        pub channel_to_client: u32 = 144_984_106, 0..=2_147_483_647;
    }
}

impl GameListenerConfig {
    /// What does not fit together, in words.
    pub(super) fn problem(&self) -> Option<String> {
        let xor_key = self.xor_key.as_deref();
        let what = if self.username.is_some() != self.password_file.is_some() {
            "username and password_file belong together: give both or none"
        } else if self.tag.is_none() && self.layout != VoiceLayout::Raw {
            "layout is that of messages with a tag: give tag, too, or let both be learned"
        } else if xor_key == Some("") {
            "xor_key is empty: leave it out where datagrams are as they are"
        } else if xor_key.is_some() && self.checksum {
            "a game has one layer around its datagrams: give checksum or xor_key, not both"
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
    /// It is all there is.
    Raw,
    /// Its length comes first, in four bytes, big-endian.
    Prefixed,
    /// The same, little-endian.
    PrefixedLittleEndian,
}

/// A generation of kcp2k, by the version of kcp2k that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KcpGeneration {
    /// Each client's is detected.
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
    /// In front of a game's own server; the reasons stand with the settings of `consonance-gateway`.
    pub struct ProxyListenerConfig {
        /// The host and port of the game's server. Each client gets a connection of its own to it, and everything but
        /// voice is passed on both ways.
        #[schemars(example = &"127.0.0.1:7778")]
        pub upstream: Option<String> = None;
        /// Addresses of this machine, by their prefix: each client's connection to the game's server comes from one of
        /// its own out of these, so that the game can tell clients apart and ban them.
        #[schemars(example = &"127.1.0.0/16")]
        pub source_addresses: Option<String> = None;
        /// Send the game's server the addresses of its clients in headers of the PROXY protocol, version 2. Only for
        /// servers, or proxies in front of them, that understand it.
        pub proxy_protocol: bool = false;
        /// How long the game's server may take to accept a client, in seconds; after it the client is refused.
        pub upstream_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// Disconnect players from the game whose voice the session closes: those who are kicked or refused there. By
        /// default the game continues.
        pub disconnect_on_voice_kick: bool = false;
        /// Where the game continues, the time in seconds after which the next voice packet of such a player asks the
        /// session again.
        pub voice_retry_s: Seconds = Seconds::new(10), 1..=3600;
    }
}

impl ProxyListenerConfig {
    /// What is wrong with where the game's server is, in words, for a listener at this address.
    pub(super) fn problem(&self, listener: SocketAddr) -> Option<String> {
        let upstream = self.upstream.as_deref()?;
        let has_port = upstream
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse().is_ok_and(|port: u16| port != 0));
        if !has_port {
            let what =
                "the game's server has a host and a port, such as 127.0.0.1:7778 or game.internal:7777";
            return Some(format!("upstream {upstream:?}: {what}"));
        }
        let is_itself = upstream.parse().is_ok_and(|upstream: SocketAddr| {
            let is_here = listener.ip().is_unspecified() && upstream.ip().is_loopback();
            upstream.port() == listener.port() && (upstream.ip() == listener.ip() || is_here)
        });
        let what = "is this listener itself: let the game's server listen elsewhere, and name that";
        is_itself.then(|| format!("upstream {upstream} {what}"))
    }
}

table! {
    /// Voice over `WebSocket`s; the reasons stand with the settings of `consonance-websocket`.
    pub struct WebSocketListenerConfig {
        /// Origins of other sites whose pages may connect, each with its scheme and without a path; `*` admits the
        /// pages of every site. Pages of the server's own host may always connect: of the name in host, of the names
        /// in `web.host_names`, and of the name or address that the page connects to, which over plain HTTP must be an
        /// address or localhost. Others get 403 and a line in the log. This restricts pages only: native clients send
        /// no origin, or any.
        #[schemars(extend("examples" = [["https://game.example.org"]]))]
        pub origins: Vec<String> = Vec::new();
        /// Whether connections have TLS, with the certificate that the server shows over QUIC: wss:// without a proxy.
        /// The addresses that the server prints say where this listener is, and players with this library whose UDP is
        /// blocked use it by themselves. Leave it off behind a proxy that ends TLS.
        pub tls: bool = false;
        /// Connections at once that have not yet sent a request.
        pub handshakes_max: usize = 256, 1..=65_535;
        /// How long a connection may take until its request, in seconds.
        pub handshake_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// How often each client is pinged, in seconds; it counts as lost when the third ping is due without an answer
        /// to two. Proxies in front close connections that are silent for longer than their limit, often 60 s.
        pub ping_interval_s: Seconds = Seconds::new(15), 1..=3600;
        /// Bytes other than voice that wait for one client; with more it is disconnected as too slow.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one client; the oldest are dropped.
        pub voice_bytes_max: usize = 32 << 10, 8192..=16_777_216;
    }
}
