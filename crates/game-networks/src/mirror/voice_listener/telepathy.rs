//! `mirror-telepathy`: Mirror over Telepathy.

use std::io;
use std::net::SocketAddr;

use consonance_link::gateway::proxy_protocol::TransportProtocol;
use consonance_link::gateway::streams::{
    StreamClient, StreamClientSettings, StreamProtocol, StreamServer, StreamSettings,
};
use consonance_link::listener::{
    ConnectionLimit, DocsRow, GameServer, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace,
    ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
};
use consonance_settings::settings;

use super::{MirrorGame, MirrorGameKeys, PONG_INTERVAL, WITHOUT_UPSTREAM};
use crate::telepathy::TelepathyServer;
use crate::voice_type_name::VoiceTypeName;

settings! {
    /// What must be known of a game on Mirror over Telepathy.
    #[derive(Debug, PartialEq)]
    pub(crate) struct TelepathyKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The type of its voice messages.
        pub voice: VoiceTypeName as .. = VoiceTypeName::default();
        /// What a server without a game must know.
        pub game: MirrorGameKeys as .. = MirrorGameKeys::default();
    }
}

impl NetworkSettings for TelepathyKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.game.problem()
    }
}

/// The network, for a server's list of networks.
pub(crate) const LISTENER: &dyn ListenerNetwork = &Telepathy;

static TABLE: NetworkTable = NetworkTable {
    name: "mirror-telepathy",
    about: "Clients of Mirror games over Telepathy.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    keys: ListenerKeys::of::<TelepathyKeys>,
    without_upstream: WITHOUT_UPSTREAM,
    with_upstream: Some(&[]),
};

/// Mirror over Telepathy.
struct Telepathy;

impl ListenerNetwork for Telepathy {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Mirror over Telepathy"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["mirror", "telepathy"], "mirror.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        let keys: TelepathyKeys = reading.settings()?;
        let (connections_max, game) =
            (keys.limit.connections_max, MirrorGame::read(&keys.voice, &keys.game, reading)?);
        Ok(Box::new(TelepathyListener { connections_max, game }))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let settings = StreamClientSettings::new(server);
        let telepathy = StreamClient::new(crate::telepathy::Telepathy::default(), settings)?;
        Ok(super::player(telepathy))
    }
}

struct TelepathyListener {
    connections_max: usize,
    game: MirrorGame,
}

impl NetworkListener for TelepathyListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let settings = clients_that_ping(place, self.connections_max);
        let server = TelepathyServer::bind(place.address, crate::telepathy::Telepathy::default(), settings)?;
        let address = server.local_addr()?;
        Ok(Opened::one(place.voice_only(server, self.game.voice_only(Some(PONG_INTERVAL))), address))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        let settings = clients_that_ping(place, self.connections_max);
        let (server, client) =
            (crate::telepathy::Telepathy::default(), crate::telepathy::Telepathy::default());
        open_proxy(place, game, StreamServer::bind(place.address, server, settings)?, client, &self.game)
    }
}

/// Mirror's clients over streams ping every two seconds, or ten times a second.
pub(super) fn clients_that_ping(place: &ListenerPlace<'_>, connections_max: usize) -> StreamSettings {
    StreamSettings { clients_ping: true, ..place.streams(connections_max) }
}

/// Over TCP, whatever is in the stream.
pub(super) fn open_proxy<S, C>(
    place: &ListenerPlace<'_>,
    game: &GameServer,
    clients: StreamServer<S>,
    client: C,
    mirror: &MirrorGame,
) -> io::Result<Opened>
where
    S: StreamProtocol + 'static,
    C: StreamProtocol + Clone + 'static,
{
    let game = game.behind(clients.local_addr()?);
    let open_upstream = move |remote| {
        let mut settings = StreamClientSettings::new(game.address);
        settings.streams.handshake_timeout = game.timeout;
        settings.local = game.local_ip(remote);
        settings.preface = game.preface(remote, TransportProtocol::Tcp);
        StreamClient::new(client.clone(), settings)
    };
    game.proxy(place, clients, open_upstream, mirror.proxy())
}
