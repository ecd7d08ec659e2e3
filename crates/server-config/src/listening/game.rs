//! What a listener for clients of games may be told.

mod build;

use std::net::SocketAddr;
use std::path::PathBuf;

use super::ListenerConfig;
use super::web_socket::ORIGINS;
use crate::field::{Choice, Field};
use crate::keys::Key;

pub(super) use build::FORGE_KEYS;
use build::{
    CHANNEL_TO_CLIENT, CHANNEL_TO_SERVER, CHECKSUM, KCP_GENERATION, MESSAGE_BYTES_MAX, PROTOCOL_VERSION,
    SILENCE_TIMEOUT, UDP_PORT, UPSTREAM_UDP_PORT, XOR_KEY,
};
pub use build::{DarkRiftBuildConfig, ForgeGroupsConfig, GameBuildConfig, KcpGeneration};

/// What is to be known of a game whose clients come over its own network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GameListenerConfig {
    /// Clients at once; those that have not proved their address come on top.
    pub connections_max: usize,
    /// Mirror and Fish-Networking: the full name of the type of voice messages, where it is not the stock one.
    pub voice_type: Option<String>,
    /// What only games on Mirror have.
    pub mirror: MirrorGameConfig,
    /// What only games on `DarkRift` 2 have.
    pub darkrift: DarkRiftGameConfig,
    /// What only games on Fish-Networking have.
    pub fishnet: FishNetGameConfig,
    /// What only games on Netcode for `GameObjects` have.
    pub ngo: NgoGameConfig,
    /// What only games with WebRTC Network have.
    pub webrtc: WebRtcGameConfig,
    /// What only games on Steam have.
    pub steam: SteamGameConfig,
    /// What its developers may have changed in its network.
    pub build: GameBuildConfig,
}

/// A game on Mirror, where its own server is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MirrorGameConfig {
    /// The scene that clients load before they speak, as the game names it.
    pub online_scene: Option<String>,
    /// The user of its `BasicAuthenticator`, where the game has that.
    pub username: Option<String>,
    /// The file with that user's password.
    pub password_file: Option<PathBuf>,
}

/// A game on `DarkRift` 2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DarkRiftGameConfig {
    /// The tag of voice messages, where it is not to be learned.
    pub tag: Option<u16>,
    /// The tag of voice messages to clients, where it is another one.
    pub tag_to_client: Option<u16>,
    /// How packets lie in messages with that tag.
    pub layout: VoiceLayout,
}

/// A game on Fish-Networking, where its own server is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FishNetGameConfig {
    /// Whether clients are told that they are authenticated.
    pub tells_authenticated: bool,
    /// Whether the game has predicted spawning on.
    pub predicted_spawning: bool,
    /// Whether clients are told that there are no scenes to load.
    pub tells_empty_scenes: bool,
}

/// A game on Netcode for `GameObjects`, where its own server is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NgoGameConfig {
    /// Whether the game's `NetworkManager` manages scenes.
    pub manages_scenes: bool,
    /// Whether handles of scenes have eight bytes.
    pub long_scene_handles: bool,
}

/// A game with WebRTC Network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebRtcGameConfig {
    /// The URL of a signalling server that is not ours.
    pub signalling: Option<String>,
    /// The address and port under which players reach the UDP port, where it is not the listener's.
    pub announced: Option<SocketAddr>,
}

/// A game on Steam.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SteamGameConfig {
    /// The game's number there, below 2³².
    pub app_id: usize,
}

/// How a voice packet lies in a message of a game on `DarkRift`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VoiceLayout {
    /// It is all there is.
    #[default]
    Raw,
    /// Its length comes first, in four bytes, big-endian.
    Prefixed,
    /// The same, little-endian.
    PrefixedLittleEndian,
}

impl VoiceLayout {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Prefixed => "prefixed",
            Self::PrefixedLittleEndian => "prefixed-little-endian",
        }
    }

    const ALL: [Self; 3] = [Self::Raw, Self::Prefixed, Self::PrefixedLittleEndian];
}

impl Choice for VoiceLayout {
    fn names(&self) -> Vec<&'static str> {
        Self::ALL.map(Self::name).into()
    }

    fn chosen(&self) -> &'static str {
        self.name()
    }

    fn choose(&mut self, index: usize) {
        *self = Self::ALL[index];
    }
}

impl GameListenerConfig {
    /// What does not fit together, in words.
    pub(super) fn problem(&self) -> Option<String> {
        let what = if self.mirror.username.is_some() != self.mirror.password_file.is_some() {
            "username and password_file belong together: give both or none"
        } else if self.darkrift.tag.is_none() && self.darkrift.layout != VoiceLayout::default() {
            "layout is that of messages with a tag: give tag, too, or let both be learned"
        } else {
            self.build.problem()?
        };
        Some(what.to_owned())
    }
}

impl Default for GameListenerConfig {
    fn default() -> Self {
        Self {
            connections_max: 1000,
            voice_type: None,
            mirror: MirrorGameConfig::default(),
            darkrift: DarkRiftGameConfig::default(),
            fishnet: FishNetGameConfig::default(),
            ngo: NgoGameConfig::default(),
            webrtc: WebRtcGameConfig::default(),
            steam: SteamGameConfig::default(),
            build: GameBuildConfig::default(),
        }
    }
}

impl Default for SteamGameConfig {
    fn default() -> Self {
        Self { app_id: 480 }
    }
}

impl Default for FishNetGameConfig {
    fn default() -> Self {
        Self { tells_authenticated: true, predicted_spawning: false, tells_empty_scenes: false }
    }
}

impl Default for NgoGameConfig {
    fn default() -> Self {
        Self { manages_scenes: true, long_scene_handles: false }
    }
}

pub(super) const CONNECTIONS_MAX: Key<ListenerConfig> = Key::of_listener(
    "connections_max",
    Field::Size(|listener| &mut listener.game.connections_max, 1, 65_535),
    "Clients at once; those that still shake hands or have not proved their address come on top, with a limit of their own. When all are taken, they are shared as [addresses] says.",
);

const VOICE_TYPE: Key<ListenerConfig> = Key::of_listener(
    "voice_type",
    Field::Text(|listener| &mut listener.game.voice_type),
    "The full name of the type of the game's voice messages, for games with a fork of the integration.",
)
.with_example("\"Game.Voice.VoiceMessage\"");

pub(super) const NGO_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX, SILENCE_TIMEOUT];

pub(super) const MIRROR_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX, VOICE_TYPE];

pub(super) const MIRROR_WEB_SOCKET_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX, VOICE_TYPE, ORIGINS];

pub(super) const MIRROR_KCP_KEYS: &[Key<ListenerConfig>] =
    &[CONNECTIONS_MAX, VOICE_TYPE, SILENCE_TIMEOUT, KCP_GENERATION];

pub(super) const MIRROR_IGNORANCE_KEYS: &[Key<ListenerConfig>] =
    &[CONNECTIONS_MAX, VOICE_TYPE, SILENCE_TIMEOUT];

/// Where there is no game.
pub(super) const MIRROR_SERVER_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        "online_scene",
        Field::Text(|listener| &mut listener.game.mirror.online_scene),
        "The scene that clients load before they speak, exactly as the game names it: the onlineScene of its NetworkManager. Games without one need none.",
    )
    .with_example("\"Assets/Scenes/Game.unity\""),
    Key::of_listener(
        "username",
        Field::Text(|listener| &mut listener.game.mirror.username),
        "For games with Mirror's BasicAuthenticator: the user that clients have to name, with the password in password_file.",
    )
    .with_example("\"player\""),
    Key::of_listener(
        "password_file",
        Field::File(|listener| &mut listener.game.mirror.password_file),
        "A file with that password in its first line, which other users of the machine should not be able to read. Clients send it as plain text.",
    )
    .with_example("\"mirror-password.txt\""),
];

pub(super) const DARKRIFT_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "tag",
        Field::Port(|listener| &mut listener.game.darkrift.tag),
        "The tag of the game's voice messages. Without it each client's is learned from its first handshake.",
    )
    .with_example("2000"),
    Key::of_listener(
        "tag_to_client",
        Field::Port(|listener| &mut listener.game.darkrift.tag_to_client),
        "The tag of voice messages to clients, for games that have another one for them. Without it that of messages to the server.",
    )
    .with_example("2001"),
    Key::of_listener(
        "layout",
        Field::Choice(|listener| &mut listener.game.darkrift.layout),
        "How voice packets lie in messages with that tag: alone, as WriteRaw writes them, or behind their length, as Write does, in four bytes, big-endian or little-endian. Without tag it is learned, too.",
    ),
    PROTOCOL_VERSION,
    UDP_PORT,
];

/// Where there is one.
pub(super) const DARKRIFT_SPLICE_KEYS: &[Key<ListenerConfig>] = &[UPSTREAM_UDP_PORT, MESSAGE_BYTES_MAX];

pub(super) const FISHNET_KEYS: &[Key<ListenerConfig>] =
    &[CONNECTIONS_MAX, VOICE_TYPE, SILENCE_TIMEOUT, CHECKSUM, XOR_KEY];

/// Where there is no game.
pub(super) const FISHNET_SERVER_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        "tells_authenticated",
        Field::Flag(|listener| &mut listener.game.fishnet.tells_authenticated),
        "Tell clients that they are authenticated, which the game's code may wait for. Clients then deactivate objects of their scenes that no server has spawned; voice works without it, too.",
    ),
    Key::of_listener(
        "predicted_spawning",
        Field::Flag(|listener| &mut listener.game.fishnet.predicted_spawning),
        "For games that have predicted spawning on: their clients expect a number more.",
    ),
    Key::of_listener(
        "tells_empty_scenes",
        Field::Flag(|listener| &mut listener.game.fishnet.tells_empty_scenes),
        "Tell clients that there are no scenes to load, for games that wait for their first ones.",
    ),
];

/// Where there is no game.
pub(super) const NGO_SERVER_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        "manages_scenes",
        Field::Flag(|listener| &mut listener.game.ngo.manages_scenes),
        "Whether the game's NetworkManager manages scenes, as it does unless somebody has switched that off.",
    ),
    Key::of_listener(
        "long_scene_handles",
        Field::Flag(|listener| &mut listener.game.ngo.long_scene_handles),
        "For games built with Netcode 2.6 or newer on Unity 6000.5 or newer, where handles of scenes have eight bytes instead of four.",
    ),
];

pub(super) const WEBRTC_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    ORIGINS,
    Key::of_listener(
        "signalling",
        Field::Text(|listener| &mut listener.game.webrtc.signalling),
        "The URL of the signalling server that the game is configured with, where it is another one than ours.",
    )
    .with_example("\"wss://signalling.example.org:12777/chatapp\""),
    Key::of_listener(
        "announced",
        Field::Address(|listener| &mut listener.game.webrtc.announced),
        "The address and port under which players reach the UDP port. It may be left out where address is that of the machine, and players see it as it is.",
    )
    .with_example("\"203.0.113.5:7791\""),
];

pub(super) const STEAM_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "app_id",
        Field::Size(|listener| &mut listener.game.steam.app_id, 1, u32::MAX as usize),
        "The game's number at Steam; 480 is for experiments. Steam's library reads it from the variable SteamAppId or from the file steam_appid.txt, which have to say the same.",
    ),
    CHANNEL_TO_SERVER,
    CHANNEL_TO_CLIENT,
];
