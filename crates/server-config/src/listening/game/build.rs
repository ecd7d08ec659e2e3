//! What a game's developers may have changed in the network below their game. Both ends have to agree, and neither
//! says so on the wire.

use std::time::Duration;

use super::super::ListenerConfig;
use crate::field::{Choice, Field};
use crate::keys::Key;

/// How a game was built, as far as its network goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GameBuildConfig {
    /// How long the other end may say nothing before it counts as gone; zero for as long as the network has it.
    pub silence_timeout: Duration,
    /// Mirror over kcp2k: which generation of it all clients speak.
    pub kcp_generation: KcpGeneration,
    /// `DarkRift` 2.
    pub darkrift: DarkRiftBuildConfig,
    /// Forge: the groups of voice.
    pub forge_groups: ForgeGroupsConfig,
    /// Steam: the channel of packets to the server, below 2³¹.
    pub steam_channel_to_server: u32,
    /// Steam: the channel of packets to clients, below 2³¹.
    pub steam_channel_to_client: u32,
    /// `LiteNetLib`: whether datagrams have a CRC-32C behind them.
    pub has_checksum: bool,
    /// `LiteNetLib`: the text with which datagrams are XOR-ed.
    pub xor_key: Option<String>,
}

/// A game on `DarkRift` 2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DarkRiftBuildConfig {
    /// Which form of the handshake its clients understand: 0 or 1.
    pub protocol_version: u32,
    /// The UDP port of the listener, where it is not its TCP port.
    pub udp_port: Option<u16>,
    /// The UDP port of the game's server behind a splice, where it is not its TCP port.
    pub upstream_udp_port: Option<u16>,
    /// The largest message of the game's server to a client, in bytes.
    pub message_bytes_max: usize,
}

/// The groups of voice of a game on Forge, each below 2³¹; see `VoiceGroups` of `consonance_forge::voice`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForgeGroupsConfig {
    /// Voice to the server.
    pub voice_to_server: u32,
    /// Everything to the server.
    pub system_to_server: u32,
    /// Voice to clients.
    pub voice_to_client: u32,
    /// Everything to clients.
    pub system_to_client: u32,
}

/// A generation of kcp2k, by the version of kcp2k that began it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KcpGeneration {
    /// Each client's is found out.
    #[default]
    Learned,
    /// 1.6 to 1.34, Mirror v30.3.8 to v78.2.
    V1_6,
    /// 1.35 to 1.37, Mirror v78.3 to v82.8.1.
    V1_35,
    /// 1.38 and 1.39, Mirror v82.8.2 to v86.15.3.
    V1_38,
    /// 1.40 and later, Mirror v86.15.4 and later.
    V1_40,
}

impl KcpGeneration {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Learned => "learned",
            Self::V1_6 => "1.6",
            Self::V1_35 => "1.35",
            Self::V1_38 => "1.38",
            Self::V1_40 => "1.40",
        }
    }

    const ALL: [Self; 5] = [Self::Learned, Self::V1_6, Self::V1_35, Self::V1_38, Self::V1_40];
}

impl Choice for KcpGeneration {
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

impl GameBuildConfig {
    /// What does not fit together, in words.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let xor_key = self.xor_key.as_deref();
        if xor_key == Some("") {
            Some("xor_key is empty: leave it out where datagrams are as they are")
        } else if xor_key.is_some() && self.has_checksum {
            Some("a game has one layer around its datagrams: give checksum or xor_key, not both")
        } else {
            None
        }
    }
}

impl Default for GameBuildConfig {
    fn default() -> Self {
        Self {
            silence_timeout: Duration::ZERO,
            kcp_generation: KcpGeneration::default(),
            darkrift: DarkRiftBuildConfig::default(),
            forge_groups: ForgeGroupsConfig::default(),
            steam_channel_to_server: 144_984_105,
            steam_channel_to_client: 144_984_106,
            has_checksum: false,
            xor_key: None,
        }
    }
}

impl Default for DarkRiftBuildConfig {
    fn default() -> Self {
        Self { protocol_version: 1, udp_port: None, upstream_udp_port: None, message_bytes_max: 1024 * 1024 }
    }
}

impl Default for ForgeGroupsConfig {
    fn default() -> Self {
        Self {
            voice_to_server: 57_729_876,
            system_to_server: 57_729_877,
            voice_to_client: 57_729_878,
            system_to_client: 57_729_879,
        }
    }
}

pub(in super::super) const SILENCE_TIMEOUT: Key<ListenerConfig> = Key::of_listener(
    "silence_timeout_s",
    Field::Seconds(|listener| &mut listener.game.build.silence_timeout, 0.0, 600.0),
    "How long the other end may say nothing before it counts as gone, in seconds, for games that give their clients longer than their network does by default, as while a scene loads. 0 leaves that default.",
);

pub(in super::super) const KCP_GENERATION: Key<ListenerConfig> = Key::of_listener(
    "kcp_generation",
    Field::Choice(|listener| &mut listener.game.build.kcp_generation),
    "Which generation of kcp2k all clients speak, by the version that began it. Without it each client's is found out, which takes two seconds where 1.38 and 1.40 cannot be told apart at once.",
);

pub(in super::super) const PROTOCOL_VERSION: Key<ListenerConfig> = Key::of_listener(
    "protocol_version",
    Field::Number(|listener| &mut listener.game.build.darkrift.protocol_version, 0, 1),
    "Which form of DarkRift's handshake the game's clients understand: 0 is that of its oldest releases.",
);

pub(in super::super) const UDP_PORT: Key<ListenerConfig> = Key::of_listener(
    "udp_port",
    Field::Port(|listener| &mut listener.game.build.darkrift.udp_port),
    "The UDP port that clients are told in their settings, where it is not the TCP port.",
)
.with_example("4297");

pub(in super::super) const UPSTREAM_UDP_PORT: Key<ListenerConfig> = Key::of_listener(
    "upstream_udp_port",
    Field::Port(|listener| &mut listener.game.build.darkrift.upstream_udp_port),
    "The UDP port of the game's server, where it is not the port in upstream.",
)
.with_example("4297");

pub(in super::super) const MESSAGE_BYTES_MAX: Key<ListenerConfig> = Key::of_listener(
    "message_bytes_max",
    Field::Size(|listener| &mut listener.game.build.darkrift.message_bytes_max, 65_536, 64 * 1024 * 1024),
    "The largest message of the game's server to a client, in bytes; up to two of them wait for a client that reads slowly.",
);

pub(in super::super) const FORGE_KEYS: &[Key<ListenerConfig>] = &[
    super::CONNECTIONS_MAX,
    SILENCE_TIMEOUT,
    group(
        "voice_to_server_group",
        Field::Number(|it| &mut it.game.build.forge_groups.voice_to_server, 0, I32),
    ),
    group(
        "system_to_server_group",
        Field::Number(|it| &mut it.game.build.forge_groups.system_to_server, 0, I32),
    ),
    group(
        "voice_to_client_group",
        Field::Number(|it| &mut it.game.build.forge_groups.voice_to_client, 0, I32),
    ),
    group(
        "system_to_client_group",
        Field::Number(|it| &mut it.game.build.forge_groups.system_to_client, 0, I32),
    ),
];

pub(in super::super) const CHANNEL_TO_SERVER: Key<ListenerConfig> = Key::of_listener(
    "channel_to_server",
    Field::Number(|listener| &mut listener.game.build.steam_channel_to_server, 0, I32),
    "The channel on which the game's clients speak to their server, where it is not the stock one.",
);

pub(in super::super) const CHANNEL_TO_CLIENT: Key<ListenerConfig> = Key::of_listener(
    "channel_to_client",
    Field::Number(|listener| &mut listener.game.build.steam_channel_to_client, 0, I32),
    "The channel on which they are spoken to, where it is not the stock one.",
);

pub(in super::super) const CHECKSUM: Key<ListenerConfig> = Key::of_listener(
    "checksum",
    Field::Flag(|listener| &mut listener.game.build.has_checksum),
    "For games that put LiteNetLib's CRC-32C layer around their datagrams.",
);

pub(in super::super) const XOR_KEY: Key<ListenerConfig> = Key::of_listener(
    "xor_key",
    Field::Text(|listener| &mut listener.game.build.xor_key),
    "For games that put LiteNetLib's XOR layer around their datagrams: its key. It keeps nobody from reading along.",
)
.with_example("\"the game's key\"");

const I32: u32 = i32::MAX as u32;

const fn group(name: &'static str, field: Field<ListenerConfig>) -> Key<ListenerConfig> {
    Key::of_listener(
        name,
        field,
        "The group of these messages, where the game has changed it in the settings of its voice component.",
    )
}
