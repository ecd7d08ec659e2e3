//! `mirror-ignorance`: Mirror over Ignorance, a fork of ENet.

use std::io;
use std::net::SocketAddr;

use consonance_link::listener::{
    ConnectionLimit, DocsRow, GameServer, IdleTimeout, IpProtocol, ListenerKeys, ListenerNetwork,
    ListenerPlace, ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
    secret_bytes,
};
use consonance_settings::settings;

use super::{MirrorGame, MirrorGameKeys, WITHOUT_UPSTREAM};
use crate::enet::{ConnectionSettings, EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use crate::voice_type_name::VoiceTypeName;

settings! {
    /// What must be known of a game on Mirror over Ignorance.
    #[derive(Debug, PartialEq)]
    pub(crate) struct IgnoranceKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The type of its voice messages.
        pub voice: VoiceTypeName as .. = VoiceTypeName::default();
        /// When a silent client counts as lost.
        pub idle: IdleTimeout as .. = IdleTimeout::default();
        /// What a server without a game must know.
        pub game: MirrorGameKeys as .. = MirrorGameKeys::default();
    }
}

impl NetworkSettings for IgnoranceKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.game.problem()
    }
}

/// The network, for a server's list of networks.
pub(crate) const LISTENER: &dyn ListenerNetwork = &Ignorance;

static TABLE: NetworkTable = NetworkTable {
    name: "mirror-ignorance",
    about: "Clients of Mirror games over Ignorance with its two default channels.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<IgnoranceKeys>,
    without_upstream: WITHOUT_UPSTREAM,
    with_upstream: Some(&[]),
};

/// Mirror over Ignorance.
struct Ignorance;

impl ListenerNetwork for Ignorance {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Mirror over Ignorance"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["mirror", "enet"], "mirror.md#ignorance"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        let keys: IgnoranceKeys = reading.settings()?;
        let game = MirrorGame::read(&keys.voice, &keys.game, reading)?;
        Ok(Box::new(IgnoranceListener { keys, game }))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let enet = EnetClient::new(EnetClientSettings::default(), crate::players::seed().into());
        Ok(super::player(crate::players::over_udp(server, enet)))
    }
}

struct IgnoranceListener {
    keys: IgnoranceKeys,
    game: MirrorGame,
}

impl IgnoranceListener {
    /// ENet gives up between two times, by how many packets were not acknowledged; a game that configures one means
    /// that no peer is gone before it.
    fn connection(&self, connection: ConnectionSettings) -> ConnectionSettings {
        let own = |default| self.keys.idle.or(default);
        let (timeout_min, timeout_max) = (own(connection.timeout_min), own(connection.timeout_max));
        ConnectionSettings { timeout_min, timeout_max, ..connection }
    }

    fn server(&self, place: &ListenerPlace<'_>, connection: ConnectionSettings) -> EnetServerSettings {
        let default = EnetServerSettings::default();
        EnetServerSettings {
            connection: self.connection(connection),
            peers: place.peers(self.keys.limit.connections_max, default.peers),
            ..default
        }
    }
}

impl NetworkListener for IgnoranceListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let settings = self.server(place, EnetServerSettings::default().connection);
        place.over_udp(EnetServer::new(settings, secret_bytes()?), self.game.voice_only(None))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        // Both ends belong to a game, which sends a large burst when it populates a scene.
        let message_bytes_max = 4 * 1024 * 1024;
        let server = self.server(
            place,
            ConnectionSettings {
                message_bytes_max,
                waiting_bytes_max: 2 * message_bytes_max,
                queued_bytes_max: 2 * message_bytes_max,
                ..ConnectionSettings::default()
            },
        );
        let client =
            EnetClientSettings { connection: server.connection.clone(), ..EnetClientSettings::default() };
        let clients = place.bind(EnetServer::new(server, secret_bytes()?))?;
        let game = game.behind(clients.local_addr());
        let open_upstream = move |remote| {
            let seed = u32::from_le_bytes(secret_bytes()?);
            Ok(game.over_udp(remote, EnetClient::new(client.clone(), seed)))
        };
        game.proxy(place, clients, open_upstream, self.game.proxy())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use consonance_link::gateway::udp::rig::{LinkConditions, Rig};

    use super::*;

    fn listener(idle_timeout_s: u64) -> IgnoranceListener {
        let idle = IdleTimeout { idle_timeout: Duration::from_secs(idle_timeout_s) };
        let keys = IgnoranceKeys { idle, ..IgnoranceKeys::default() };
        IgnoranceListener { keys, game: MirrorGame::stock() }
    }

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let default = ConnectionSettings::default();
        assert_eq!(format!("{:?}", listener(0).connection(default.clone())), format!("{default:?}"));
    }

    #[test]
    fn a_player_on_ignorance_may_be_silent_for_as_long_as_its_game_says_and_so_may_the_games_server() {
        let connection = listener(60).connection(ConnectionSettings::default());
        let server = EnetServerSettings { connection: connection.clone(), ..EnetServerSettings::default() };
        let client = EnetClientSettings { connection, ..EnetClientSettings::default() };
        let mut rig = Rig::new(EnetServer::new(server, [1; 32]), LinkConditions::PERFECT, 1);
        let (client, peer) = rig.connect_client(EnetClient::new(client, 1), &[]);
        rig.run_for(Duration::from_secs(1));
        rig.client(client).is_cut = true;
        rig.run_for(Duration::from_secs(55));
        assert_eq!((rig.saw_of(peer).len(), rig.client_saw(client).len()), (1, 1), "both are there");
        rig.run_for(Duration::from_secs(70));
        assert_eq!((rig.saw_of(peer).len(), rig.client_saw(client).len()), (2, 2), "both are gone");
    }
}
