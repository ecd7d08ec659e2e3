//! What a listener for clients of games may be told.

use std::net::SocketAddr;

use super::ListenerConfig;
use crate::config::field::Field;
use crate::config::keys::Key;

/// What is to be known of a game whose clients come over its own network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GameListenerConfig {
    /// Clients at once, those that are still being let in included.
    pub connections_max: usize,
    /// Mirror and Fish-Networking: the full name of the type of voice messages, where it is not the stock one.
    pub voice_type: Option<String>,
    /// Mirror: the scene that clients load before they speak, as the game names it.
    pub online_scene: Option<String>,
    /// `DarkRift` 2: the tag of voice messages, where it is not to be learned.
    pub tag: Option<u16>,
    /// Netcode for `GameObjects`: whether the game's `NetworkManager` manages scenes.
    pub manages_scenes: bool,
    /// WebRTC Network: the URL of a signalling server that is not ours.
    pub signalling: Option<String>,
    /// WebRTC Network: the address and port under which players reach the UDP port, where it is not the listener's.
    pub announced: Option<SocketAddr>,
}

impl Default for GameListenerConfig {
    fn default() -> Self {
        Self {
            connections_max: 1000,
            voice_type: None,
            online_scene: None,
            tag: None,
            manages_scenes: true,
            signalling: None,
            announced: None,
        }
    }
}

const CONNECTIONS_MAX: Key<ListenerConfig> = Key::of_listener(
    "connections_max",
    Field::Size(|listener| &mut listener.game.connections_max, 1, 65_535),
    "Clients at once, those that are still being let in included.",
);

const VOICE_TYPE: Key<ListenerConfig> = Key::of_listener(
    "voice_type",
    Field::Text(|listener| &mut listener.game.voice_type),
    "The full name of the type of the game's voice messages, for games with a fork of the integration.",
)
.with_example("\"Game.Voice.VoiceMessage\"");

pub(super) const GAME_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX];

pub(super) const MIRROR_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX, VOICE_TYPE];

/// Where there is no game.
pub(super) const MIRROR_SERVER_KEYS: &[Key<ListenerConfig>] = &[Key::of_listener(
    "online_scene",
    Field::Text(|listener| &mut listener.game.online_scene),
    "The scene that clients load before they speak, exactly as the game names it: the onlineScene of its NetworkManager. Games without one need none.",
)
.with_example("\"Assets/Scenes/Game.unity\"")];

pub(super) const DARKRIFT_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    Key::of_listener(
        "tag",
        Field::Port(|listener| &mut listener.game.tag),
        "The tag of the game's voice messages. Without it each client's is learned from its first handshake.",
    )
    .with_example("2000"),
];

pub(super) const FISHNET_KEYS: &[Key<ListenerConfig>] = &[CONNECTIONS_MAX, VOICE_TYPE];

/// Where there is no game.
pub(super) const NGO_SERVER_KEYS: &[Key<ListenerConfig>] = &[Key::of_listener(
    "manages_scenes",
    Field::Flag(|listener| &mut listener.game.manages_scenes),
    "Whether the game's NetworkManager manages scenes, as it does unless somebody has switched that off.",
)];

pub(super) const WEBRTC_KEYS: &[Key<ListenerConfig>] = &[
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
