//! `mirror-kcp`: Mirror over kcp2k.

use std::io;
use std::net::SocketAddr;

use consonance_link::listener::{
    ConnectionLimit, DocsRow, GameServer, IdleTimeout, IpProtocol, ListenerKeys, ListenerNetwork,
    ListenerPlace, ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
    secret_bytes,
};
use consonance_settings::{SettingChoice, settings};

use super::{MirrorGame, MirrorGameKeys, WITHOUT_UPSTREAM};
use crate::kcp::{Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings};
use crate::mirror::looks_like_batch;
use crate::voice_type_name::VoiceTypeName;

settings! {
    /// What must be known of a game on Mirror over kcp2k.
    #[derive(Debug, PartialEq)]
    pub(crate) struct KcpKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The type of its voice messages.
        pub voice: VoiceTypeName as .. = VoiceTypeName::default();
        /// When a silent client counts as lost.
        pub idle: IdleTimeout as .. = IdleTimeout::default();
        /// The kcp2k generation of all clients, by its first version; learned detects each client's.
        pub generation: ExpectedGeneration as kcp_generation = ExpectedGeneration::LEARNED;
        /// What a server without a game must know.
        pub game: MirrorGameKeys as .. = MirrorGameKeys::default();
    }
}

impl NetworkSettings for KcpKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.game.problem()
    }
}

/// The generation of all clients; `None` detects each one's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ExpectedGeneration(Option<Generation>);

impl ExpectedGeneration {
    const LEARNED: Self = Self(None);
}

/// A generation is named by the version of kcp2k that began it.
impl SettingChoice for ExpectedGeneration {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("learned", Self::LEARNED),
        ("1.6", Self(Some(Generation::G1))),
        ("1.35", Self(Some(Generation::G2))),
        ("1.38", Self(Some(Generation::G3))),
        ("1.40", Self(Some(Generation::G4))),
    ];
}

/// The network, for a server's list of networks.
pub(crate) const LISTENER: &dyn ListenerNetwork = &Kcp;

static TABLE: NetworkTable = NetworkTable {
    name: "mirror-kcp",
    about: "Clients of Mirror games over kcp2k, all versions.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<KcpKeys>,
    without_upstream: WITHOUT_UPSTREAM,
    with_upstream: Some(&[]),
};

/// Mirror over kcp2k.
struct Kcp;

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

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["mirror", "kcp"], "mirror.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        let keys: KcpKeys = reading.settings()?;
        let game = MirrorGame::read(&keys.voice, &keys.game, reading)?;
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
            idle_timeout: self.keys.idle.or(link.idle_timeout),
            is_message: looks_like_batch,
            ..link
        }
    }

    fn server(&self, place: &ListenerPlace<'_>, link: LinkSettings) -> KcpServerSettings {
        let default = KcpServerSettings::default();
        KcpServerSettings {
            link: self.link(link),
            generation: self.keys.generation.0,
            peers: place.peers(self.keys.limit.connections_max, default.peers),
            ..default
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

    use consonance_settings::DeclaredSettings as _;

    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = KcpListener { keys: KcpKeys::default(), game: MirrorGame::stock() };
        assert_eq!(listener.link(LinkSettings::default()).idle_timeout, LinkSettings::default().idle_timeout);
        assert_eq!(listener.keys.generation.0, None);
    }

    #[test]
    fn the_keys_of_a_listener_reach_its_network() {
        let idle = IdleTimeout { idle_timeout: Duration::from_secs(3) };
        let mut keys = KcpKeys { idle, ..KcpKeys::default() };
        keys.visit(&mut |mut key| {
            if key.name == "kcp_generation" {
                assert!(key.set(&"1.38".into()));
            }
        });
        let listener = KcpListener { keys, game: MirrorGame::stock() };
        assert_eq!(listener.link(LinkSettings::default()).idle_timeout, Duration::from_secs(3));
        assert_eq!(listener.keys.generation.0, Some(Generation::G3));
    }
}
