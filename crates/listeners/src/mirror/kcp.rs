//! `mirror-kcp`: Mirror over kcp2k.

use std::io;
use std::net::SocketAddr;

use consonance_game_networks::kcp::{
    Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings,
};
use consonance_game_networks::mirror::looks_like_batch;
use consonance_server_config::{
    ConfigProblem, IpProtocol, NetworkSettings, NetworkTable, Seconds, SettingsType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MirrorGame, WITHOUT_UPSTREAM};
use crate::idle_timeout::idle_timeout;
use crate::secret_bytes::secret_bytes;
use crate::{GameServer, ListenerNetwork, ListenerPlace, NetworkListener, Opened, Reading};

mirror_table! {
    /// What must be known of a game on Mirror over kcp2k.
    KcpKeys {
        /// Silence after which the other end counts as lost, for games that raise this time, for example to load
        /// scenes. 0 keeps the network's own.
        idle_timeout_s: Seconds = Seconds::new(0), 0..=600;
        /// The kcp2k generation of all clients, by its first version. learned detects each client's, which takes two
        /// seconds if 1.38 and 1.40 cannot be distinguished at once.
        kcp_generation: KcpGeneration = KcpGeneration::Learned;
    }
}

impl NetworkSettings for KcpKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.game().problem()
    }
}

/// A generation of kcp2k, by the version of kcp2k that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KcpGeneration {
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

static TABLE: NetworkTable = NetworkTable {
    name: "mirror-kcp",
    about: "Clients of Mirror games over kcp2k, all versions.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    settings: SettingsType::of::<KcpKeys>(),
    without_upstream: WITHOUT_UPSTREAM,
    with_upstream: Some(&[]),
};

/// Mirror over kcp2k.
pub(crate) struct Kcp;

impl ListenerNetwork for Kcp {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn short_name(&self) -> &'static str {
        "mirror"
    }

    fn title(&self) -> &'static str {
        "Mirror over kcp2k"
    }

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        Some(crate::DocsRow::new(&["mirror", "kcp"], "mirror.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        let keys: KcpKeys = reading.settings()?;
        let game = keys.game().read(reading)?;
        Ok(Box::new(KcpListener { keys, game }))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
        let kcp = KcpClient::new(KcpClientSettings { link, ..KcpClientSettings::default() });
        Ok(super::player(crate::players::over_udp(server, kcp)))
    }
}

struct KcpListener {
    keys: KcpKeys,
    game: MirrorGame,
}

impl KcpListener {
    fn link(&self, link: LinkSettings) -> LinkSettings {
        LinkSettings {
            idle_timeout: idle_timeout(self.keys.idle_timeout_s, link.idle_timeout),
            is_message: looks_like_batch,
            ..link
        }
    }

    /// The generation of all clients; `None` detects each one's.
    fn generation(&self) -> Option<Generation> {
        match self.keys.kcp_generation {
            KcpGeneration::Learned => None,
            KcpGeneration::V1_6 => Some(Generation::G1),
            KcpGeneration::V1_35 => Some(Generation::G2),
            KcpGeneration::V1_38 => Some(Generation::G3),
            KcpGeneration::V1_40 => Some(Generation::G4),
        }
    }

    fn server(&self, place: &ListenerPlace<'_>, link: LinkSettings) -> KcpServerSettings {
        KcpServerSettings {
            link: self.link(link),
            generation: self.generation(),
            connections_max: self.keys.connections_max,
            address_shares: place.shares,
            ..KcpServerSettings::default()
        }
    }
}

impl NetworkListener for KcpListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let settings = self.server(place, LinkSettings::default());
        place.over_udp(KcpServer::new(settings, secret_bytes()?), self.game.voice_only(None))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        // Both ends belong to a game, which sends a large burst when it populates a scene: the window of stock ends.
        let server = self.server(place, LinkSettings { receive_window: 4096, ..LinkSettings::default() });
        let learned = server.learned.clone();
        let client = KcpClientSettings { link: server.link, learned, ..KcpClientSettings::default() };
        let clients = place.bind(KcpServer::new(server, secret_bytes()?))?;
        let game = game.behind(clients.local_addr());
        let open_upstream = move |remote| Ok(game.over_udp(remote, KcpClient::new(client.clone())));
        game.proxy(place, clients, open_upstream, self.game.proxy())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = KcpListener { keys: KcpKeys::default(), game: MirrorGame::default() };
        assert_eq!(listener.link(LinkSettings::default()).idle_timeout, LinkSettings::default().idle_timeout);
        assert_eq!(listener.generation(), None);
    }

    #[test]
    fn the_keys_of_a_listener_reach_its_network() {
        let keys = KcpKeys {
            idle_timeout_s: Seconds::new(3),
            kcp_generation: KcpGeneration::V1_38,
            ..KcpKeys::default()
        };
        let listener = KcpListener { keys, game: MirrorGame::default() };
        assert_eq!(listener.link(LinkSettings::default()).idle_timeout, Duration::from_secs(3));
        assert_eq!(listener.generation(), Some(Generation::G3));
    }
}
